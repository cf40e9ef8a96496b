"""What settlements owe is paid out, by another person than who settled."""

import django.db.models.deletion
from django.db import migrations, models

from tpa.infra.append_only import AppendOnly

_SECOND_PERSON = """
CREATE FUNCTION refuse_own_settlement() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE maker bigint;
BEGIN
  EXECUTE format('SELECT settled_by_id FROM %I.funding_settlement WHERE id = $1', TG_TABLE_SCHEMA)
    INTO maker USING NEW.settlement_id;
  IF maker = NEW.by_id THEN
    RAISE EXCEPTION 'a settlement is not paid out by who made it' USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER second_person BEFORE INSERT ON funding_settlementpayout
  FOR EACH ROW EXECUTE FUNCTION refuse_own_settlement()
"""
_BACK = "DROP TRIGGER second_person ON funding_settlementpayout; DROP FUNCTION refuse_own_settlement()"


class Migration(migrations.Migration):
    dependencies = [
        ("funding", "0009_settlement"),
    ]

    operations = [
        migrations.CreateModel(
            name="SettlementPayout",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("party", models.CharField(max_length=8)),
                ("cents", models.BigIntegerField()),
                ("paid_on", models.DateField()),
                ("reference", models.CharField(max_length=60)),
                ("by_id", models.BigIntegerField(help_text="Person; not who settled the year.")),
                ("recorded_at", models.DateTimeField()),
                (
                    "settlement",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="payouts", to="funding.settlement"
                    ),
                ),
            ],
            options={
                "ordering": ("id",),
                "constraints": [
                    models.UniqueConstraint(fields=("settlement", "party"), name="settlement_paid_once_a_party"),
                    models.CheckConstraint(
                        condition=models.Q(("cents", 0), _negated=True), name="settlement_payout_is_something"
                    ),
                ],
            },
        ),
        AppendOnly("funding_settlementpayout"),
        migrations.RunSQL(_SECOND_PERSON, _BACK),
    ]
