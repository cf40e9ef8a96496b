"""Legal clocks and appeals: what is said stays said, an appeal is decided once and by nobody who took part before."""

import django.contrib.postgres.fields
import django.db.models.deletion
from django.db import migrations, models

from tpa.infra.append_only import AppendOnly

FORWARD = """
ALTER TABLE claims_appeal ADD CONSTRAINT appeal_new_decider
    CHECK (decided_by_id IS NULL OR NOT decided_by_id = ANY (barred_ids));
ALTER TABLE claims_appeal ADD CONSTRAINT appeal_decided_by_somebody
    CHECK ((decided_at IS NULL) = (outcome = '') AND (decided_at IS NULL) = (decided_by_id IS NULL));
CREATE FUNCTION claims_appeal_decided_once() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'an appeal is decided once' USING ERRCODE = 'integrity_constraint_violation';
END $$;
CREATE TRIGGER decided_once BEFORE UPDATE ON claims_appeal FOR EACH ROW
    WHEN (OLD.decided_at IS NOT NULL) EXECUTE FUNCTION claims_appeal_decided_once();
"""
BACKWARD = """
DROP TRIGGER decided_once ON claims_appeal;
DROP FUNCTION claims_appeal_decided_once();
ALTER TABLE claims_appeal DROP CONSTRAINT appeal_decided_by_somebody;
ALTER TABLE claims_appeal DROP CONSTRAINT appeal_new_decider;
"""
SET = [
    "due_on", "due_at", "extended_on", "extension_reason", "reviewer", "decided_at", "decided_by_id", "decided_by",
    "outcome", "rationale", "correction_id",
]  # fmt: skip
PEND = ["due_on", "resolved_at", "resolved_by_id", "resolution", "note", "original_id"]


class Migration(migrations.Migration):
    dependencies = [
        ("claims", "0009_payee_and_stop_loss_class"),
    ]

    operations = [
        migrations.AlterField(
            model_name="pend",
            name="due_on",
            field=models.DateField(help_text="The last day for the decision, as the claim's legal clock stands."),
        ),
        migrations.AlterField(
            model_name="pend",
            name="resolution",
            field=models.CharField(
                blank=True,
                choices=[
                    ("released", "Released: decide again"),
                    ("named", "The claim that it corrects was named: decide again"),
                    ("closed", "Closed: the claim was replaced or taken back"),
                    ("resolved", "What it waited for has come: decide again"),
                    ("moved", "Handed to another queue"),
                ],
                max_length=10,
            ),
        ),
        migrations.CreateModel(
            name="Appeal",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("claim_id", models.BigIntegerField()),
                ("decision_id", models.BigIntegerField(help_text="The decision that is appealed.")),
                ("member_id", models.BigIntegerField()),
                (
                    "stage",
                    models.CharField(
                        choices=[("first", "First level"), ("second", "Second level"), ("external", "External review")],
                        max_length=8,
                    ),
                ),
                ("levels_count", models.SmallIntegerField(help_text="Levels of the plan when it came.")),
                ("kind", models.CharField(help_text="As the engine's clocks.claim names claims.", max_length=12)),
                (
                    "filed_by",
                    models.CharField(
                        choices=[
                            ("member", "Member"),
                            ("representative", "Representative of the member"),
                            ("provider", "Provider for the member"),
                        ],
                        max_length=14,
                    ),
                ),
                ("grounds", models.CharField(max_length=2000)),
                ("notified_on", models.DateField(help_text="When the claimant was told of what is appealed.")),
                ("last_on", models.DateField(help_text="The last day on which it could come.")),
                (
                    "late_reason",
                    models.CharField(blank=True, help_text="Why it is taken although it came later.", max_length=400),
                ),
                ("received_at", models.DateTimeField()),
                ("received_on", models.DateField()),
                (
                    "preliminary_on",
                    models.DateField(help_text="External: the last day of the preliminary review.", null=True),
                ),
                ("due_on", models.DateField()),
                ("due_at", models.DateTimeField(null=True)),
                ("extended_on", models.DateField(null=True)),
                ("extension_reason", models.CharField(blank=True, max_length=400)),
                (
                    "reviewer",
                    models.CharField(
                        blank=True, help_text="External: the independent review organization.", max_length=120
                    ),
                ),
                (
                    "barred_ids",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.BigIntegerField(),
                        help_text="Persons who took part in what was decided before.",
                        size=None,
                    ),
                ),
                ("recorded_at", models.DateTimeField()),
                ("recorded_by", models.CharField(max_length=200)),
                ("decided_at", models.DateTimeField(null=True)),
                ("decided_by_id", models.BigIntegerField(null=True)),
                ("decided_by", models.CharField(blank=True, max_length=200)),
                (
                    "outcome",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("upheld", "Upheld: the decision stands"),
                            ("reversed", "Reversed"),
                            ("partly", "Reversed in part"),
                            ("withdrawn", "Withdrawn"),
                            ("not_eligible", "Not eligible for external review"),
                        ],
                        max_length=12,
                    ),
                ),
                ("rationale", models.CharField(blank=True, max_length=2000)),
                ("correction_id", models.BigIntegerField(help_text="A preview of the claim decided again.", null=True)),
            ],
            options={
                "ordering": ("-id",),
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("outcome", "withdrawn"), _negated=True),
                        fields=("claim_id", "decision_id", "stage"),
                        name="appeal_once",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("decided_at", None)), fields=("claim_id",), name="appeal_one_open_a_claim"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="AppealNote",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("note", "Note"),
                            ("document", "Document received"),
                            ("shared", "Evidence shared with the claimant"),
                        ],
                        max_length=8,
                    ),
                ),
                ("text", models.CharField(max_length=2000)),
                ("reference", models.CharField(blank=True, help_text="Where the document is kept.", max_length=200)),
                ("at", models.DateTimeField()),
                ("by", models.CharField(max_length=200)),
                (
                    "appeal",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="notes", to="claims.appeal"
                    ),
                ),
            ],
            options={
                "ordering": ("id",),
            },
        ),
        migrations.CreateModel(
            name="ClockStep",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("claim_id", models.BigIntegerField()),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("classified", "Taken as"),
                            ("requested", "Information asked of the claimant"),
                            ("supplied", "Information came"),
                            ("extended", "Extension told"),
                        ],
                        max_length=10,
                    ),
                ),
                (
                    "value",
                    models.CharField(
                        blank=True, help_text="As what the claim is taken: the engine's clocks.claim.", max_length=12
                    ),
                ),
                ("at", models.DateTimeField(help_text="When it was sent, or came.")),
                ("on", models.DateField()),
                ("detail", models.CharField(max_length=400)),
                ("recorded_at", models.DateTimeField()),
                ("recorded_by", models.CharField(max_length=200)),
            ],
            options={
                "ordering": ("id",),
                "indexes": [models.Index(fields=["claim_id"], name="clock_step_claim")],
            },
        ),
        migrations.RunSQL(FORWARD, BACKWARD),
        AppendOnly("claims_appeal", may_set=SET),
        AppendOnly("claims_appealnote"),
        AppendOnly("claims_clockstep"),
        AppendOnly("claims_pend", may_set=PEND),
    ]
