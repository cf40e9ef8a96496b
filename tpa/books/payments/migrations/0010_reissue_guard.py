"""A payment without a run is a letter, or takes the place of one that left before: the same money, the same payee."""

from django.db import migrations

_FUNCTION = """
CREATE OR REPLACE FUNCTION refuse_unreleased_payment() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE run_state text; is_replaced boolean;
BEGIN
  IF NEW.state IN ('proposed', 'cancelled') OR NEW.run_id IS NULL AND NEW.method = 'letter' THEN RETURN NEW; END IF;
  IF NEW.run_id IS NULL THEN
    EXECUTE format('SELECT EXISTS (SELECT FROM %I.payments_payment WHERE id = $1 AND state = ''reissued''
                    AND (payee, payee_tax_id, family_id, amount_cents) = ($2, $3, $4, $5))', TG_TABLE_SCHEMA)
      INTO is_replaced USING NEW.reissue_of_id, NEW.payee, NEW.payee_tax_id, NEW.family_id, NEW.amount_cents;
    IF NOT is_replaced THEN
      RAISE EXCEPTION 'payment % belongs to no run', NEW.id USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
  END IF;
  EXECUTE format('SELECT state FROM %I.payments_paymentrun WHERE id = $1', TG_TABLE_SCHEMA) INTO run_state USING NEW.run_id;
  IF run_state IS DISTINCT FROM 'released' THEN
    RAISE EXCEPTION 'payment % belongs to a run that is not released', NEW.id USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NEW;
END $$
"""


class Migration(migrations.Migration):
    dependencies = [("payments", "0009_interest")]
    operations = [migrations.RunSQL(_FUNCTION, migrations.RunSQL.noop)]
