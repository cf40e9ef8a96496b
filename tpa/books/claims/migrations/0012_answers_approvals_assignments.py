"""Other plans' answers, approvals that need a second person, external reviews in turn; what of a case may change."""

from django.db import migrations, models

from tpa.infra.append_only import AppendOnly

APPEAL = [
    "due_on", "due_at", "extended_on", "extension_reason", "reviewer", "assigned_at", "decided_at", "decided_by_id",
    "decided_by", "outcome", "rationale", "correction_id",
]  # fmt: skip
OVERRIDE = [
    "approved_by_id", "approved_by", "in_force_at", "correction_id",
    "ended_at", "ended_by_id", "ended_by", "ended_note",
]  # fmt: skip
CASE = [
    "asked_on", "answered_on", "answers", "liable", "attorney", "fee_terms", "made_whole", "closed_on", "closed_by",
    "closing_note",
]  # fmt: skip
CLOSED_ONCE = """
CREATE FUNCTION claims_subrogationcase_closed_once() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'a subrogation case is closed once' USING ERRCODE = 'integrity_constraint_violation';
END $$;
CREATE TRIGGER closed_once BEFORE UPDATE ON claims_subrogationcase FOR EACH ROW
    WHEN (OLD.closed_on IS NOT NULL) EXECUTE FUNCTION claims_subrogationcase_closed_once();
"""
REOPENABLE = """
DROP TRIGGER closed_once ON claims_subrogationcase;
DROP FUNCTION claims_subrogationcase_closed_once();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("claims", "0011_subrogation"),
    ]

    operations = [
        migrations.AddField(
            model_name="appeal",
            name="assigned_at",
            field=models.DateTimeField(help_text="When it was given to the organization, in turn.", null=True),
        ),
        migrations.AddField(
            model_name="override",
            name="release",
            field=models.JSONField(
                help_text="The pend that it lets go: [pend, claim that it corrects or null, whether it stands alone].",
                null=True,
            ),
        ),
        migrations.AlterField(
            model_name="appealnote",
            name="kind",
            field=models.CharField(
                choices=[
                    ("note", "Note"),
                    ("document", "Document received"),
                    ("shared", "Evidence shared with the claimant"),
                    ("assigned", "Review organization, in turn"),
                ],
                max_length=8,
            ),
        ),
        migrations.CreateModel(
            name="PayerAnswer",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("claim_id", models.BigIntegerField()),
                ("payer", models.JSONField(help_text="One payer in the form of the claim's other payers.")),
                ("note", models.CharField(blank=True, max_length=400)),
                ("recorded_at", models.DateTimeField()),
                ("recorded_by", models.CharField(max_length=200)),
            ],
            options={
                "ordering": ("id",),
                "indexes": [models.Index(fields=["claim_id"], name="payer_answer_claim")],
            },
        ),
        AppendOnly("claims_payeranswer"),
        AppendOnly("claims_appeal", may_set=APPEAL),
        AppendOnly("claims_override", may_set=OVERRIDE),
        AppendOnly("claims_subrogationcase", may_set=CASE),
        migrations.RunSQL(CLOSED_ONCE, REOPENABLE),
    ]
