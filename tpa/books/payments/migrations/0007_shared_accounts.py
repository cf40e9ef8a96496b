"""Payees' accounts move to the shared schema; a transfer goes to one that may be used, or the database refuses it."""

import django.db.models.deletion
from django.db import migrations, models

from tpa.infra.append_only import AppendOnly

_COLUMNS = (
    "payee, tax_id, family_id, holder, kind, routing_number, account_sealed, account_end, call_back, state, usable_on,"
    " made_by_id, made_at, decided_by_id, decided_at, note"
)
# Of accounts that wait for a second person the first employer's stays: the others are entered once more.
_MOVE = f"""
DO $$
DECLARE one record; key bigint;
BEGIN
  FOR one IN SELECT * FROM payments_payeeaccount ORDER BY id LOOP
    INSERT INTO public.providers_payeeaccount (employer_id, {_COLUMNS})
    SELECT CASE payee WHEN 'member' THEN substr(current_schema(), 3)::bigint END, payee, tax_id, family_id, holder, kind,
      routing_number, account_sealed, account_end, call_back, state,
      greatest(usable_on, (decided_at AT TIME ZONE 'UTC')::date + 5), made_by_id, made_at, decided_by_id, decided_at, note
    FROM payments_payeeaccount WHERE id = one.id
    ON CONFLICT DO NOTHING RETURNING id INTO key;
    UPDATE payments_payment SET account_id = key WHERE former_account_id = one.id;
  END LOOP;
END $$;
SET CONSTRAINTS ALL IMMEDIATE
"""
_USABLE_ACCOUNT = """
CREATE FUNCTION refuse_unusable_account() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NOT EXISTS (SELECT FROM public.providers_payeeaccount
                 WHERE id = NEW.account_id AND state = 'approved' AND usable_on <= NEW.issued_on
                   AND prenoted_on IS NOT NULL AND payee = NEW.payee AND tax_id = CASE payee WHEN 'provider'
                   THEN NEW.payee_tax_id ELSE '' END AND family_id = NEW.family_id) THEN
    RAISE EXCEPTION 'the account of payment % may not be used', NEW.id USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER usable_account BEFORE INSERT OR UPDATE OF state ON payments_payment
  FOR EACH ROW WHEN (NEW.state = 'issued' AND NEW.method = 'ach') EXECUTE FUNCTION refuse_unusable_account()
"""
_BACK = "DROP TRIGGER usable_account ON payments_payment; DROP FUNCTION refuse_unusable_account()"


class Migration(migrations.Migration):
    dependencies = [
        ("payments", "0006_ordered_payee"),
        ("providers", "0009_payee_account_guards"),
    ]

    operations = [
        migrations.RunSQL("DROP TRIGGER append_only ON payments_payment", migrations.RunSQL.noop),
        migrations.RenameField("payment", "account", "former_account"),
        migrations.AddField(
            model_name="payment",
            name="account_id",
            field=models.BigIntegerField(
                help_text="Of a transfer: the payee's account, in the shared schema.", null=True
            ),
        ),
        migrations.RunSQL(_MOVE, migrations.RunSQL.noop),
        migrations.RemoveField(model_name="payment", name="former_account"),
        migrations.DeleteModel(name="PayeeAccount"),
        AppendOnly("payments_payment", may_set=("state", "number", "issued_on")),
        migrations.RunSQL(_USABLE_ACCOUNT, _BACK),
        migrations.AlterField(
            model_name="paymentfile",
            name="kind",
            field=models.CharField(
                choices=[
                    ("835", "Remittance advice (835)"),
                    ("ach", "Transfers (NACHA)"),
                    ("checks", "Checks issued and voided (positive pay)"),
                    ("trials", "Prenotes: transfers of nothing that try accounts (NACHA)"),
                ],
                max_length=6,
            ),
        ),
        migrations.CreateModel(
            name="Prenote",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "account_id",
                    models.BigIntegerField(help_text="The payee's account, in the shared schema.", unique=True),
                ),
                ("trace", models.CharField(max_length=15, unique=True)),
                (
                    "file",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="prenotes",
                        to="payments.paymentfile",
                    ),
                ),
            ],
        ),
        AppendOnly("payments_prenote"),
    ]
