"""What examiners decide otherwise: proposed by one, above their authority approved by another; what is said stays said."""

from django.db import migrations, models

from tpa.infra.append_only import AppendOnly

FORWARD = """
CREATE FUNCTION claims_override_said_once() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (OLD.in_force_at IS NOT NULL AND (NEW.in_force_at, NEW.approved_by_id) IS DISTINCT FROM (OLD.in_force_at, OLD.approved_by_id))
       OR OLD.ended_at IS NOT NULL THEN
        RAISE EXCEPTION 'an override is approved once and ended once' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER said_once BEFORE UPDATE ON claims_override FOR EACH ROW EXECUTE FUNCTION claims_override_said_once();
"""
BACKWARD = """
DROP TRIGGER said_once ON claims_override;
DROP FUNCTION claims_override_said_once();
"""
SET = [
    "approved_by_id", "approved_by", "in_force_at", "correction_id",
    "ended_at", "ended_by_id", "ended_by", "ended_note",
]  # fmt: skip


class Migration(migrations.Migration):
    dependencies = [
        ("claims", "0007_standing_at_decision"),
    ]

    operations = [
        migrations.CreateModel(
            name="Override",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("claim_id", models.BigIntegerField()),
                ("orders", models.JSONField(help_text="[[line_number, kind, rule, cents, group, carc], ...]")),
                ("why", models.CharField(help_text="Code of the reason.", max_length=20)),
                ("note", models.CharField(max_length=400)),
                ("appeal_id", models.BigIntegerField(help_text="The appeal that it follows from.", null=True)),
                (
                    "amount_cents",
                    models.BigIntegerField(help_text="What payees get otherwise by it, each claim's without its sign."),
                ),
                ("authority_cents", models.BigIntegerField(help_text="What the proposer may decide alone.")),
                ("proposed_at", models.DateTimeField()),
                ("proposed_by_id", models.BigIntegerField(help_text="The person.")),
                ("proposed_by", models.CharField(max_length=200)),
                ("approved_by_id", models.BigIntegerField(null=True)),
                ("approved_by", models.CharField(blank=True, max_length=200)),
                ("in_force_at", models.DateTimeField(null=True)),
                ("correction_id", models.BigIntegerField(help_text="The correction that it has led to.", null=True)),
                ("ended_at", models.DateTimeField(help_text="Refused, or taken back.", null=True)),
                ("ended_by_id", models.BigIntegerField(null=True)),
                ("ended_by", models.CharField(blank=True, max_length=200)),
                ("ended_note", models.CharField(blank=True, max_length=400)),
            ],
            options={
                "ordering": ("-id",),
                "indexes": [models.Index(fields=["claim_id"], name="override_claim")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("in_force_at", None),
                            ("amount_cents__lte", models.F("authority_cents")),
                            models.Q(("approved_by_id", None), _negated=True),
                            _connector="OR",
                        ),
                        name="override_within_authority",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("approved_by_id", None),
                            models.Q(("approved_by_id", models.F("proposed_by_id")), _negated=True),
                            _connector="OR",
                        ),
                        name="override_four_eyes",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("amount_cents__gte", 0), ("authority_cents__gte", 0)),
                        name="override_amounts",
                    ),
                ],
            },
        ),
        migrations.RunSQL(FORWARD, BACKWARD),
        AppendOnly("claims_override", may_set=SET),
    ]
