"""A run begins as proposed, takes payments only then, and is released for what they come to: two persons have seen all of it."""

from django.db import migrations, models

_PAYMENT = """
CREATE OR REPLACE FUNCTION refuse_unreleased_payment() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE run_state text; is_replaced boolean;
BEGIN
  IF NEW.run_id IS NULL THEN
    IF NEW.state IN ('proposed', 'cancelled') OR NEW.method = 'letter' THEN RETURN NEW; END IF;
    EXECUTE format('SELECT EXISTS (SELECT FROM %I.payments_payment WHERE id = $1 AND state = ''reissued''
                    AND (payee, payee_tax_id, family_id, amount_cents) = ($2, $3, $4, $5))', TG_TABLE_SCHEMA)
      INTO is_replaced USING NEW.reissue_of_id, NEW.payee, NEW.payee_tax_id, NEW.family_id, NEW.amount_cents;
    IF NOT is_replaced THEN
      RAISE EXCEPTION 'payment % belongs to no run', NEW.id USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
  END IF;
  EXECUTE format('SELECT state FROM %I.payments_paymentrun WHERE id = $1', TG_TABLE_SCHEMA) INTO run_state USING NEW.run_id;
  IF TG_OP = 'INSERT' AND (NEW.state, run_state) IS DISTINCT FROM ('proposed', 'proposed') THEN
    RAISE EXCEPTION 'payment % comes after its run was proposed', NEW.id USING ERRCODE = 'restrict_violation';
  END IF;
  IF NEW.state NOT IN ('proposed', 'cancelled') AND run_state IS DISTINCT FROM 'released' THEN
    RAISE EXCEPTION 'payment % belongs to a run that is not released', NEW.id USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NEW;
END $$
"""
_RUN = """
CREATE FUNCTION refuse_partial_run() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE come_to bigint;
BEGIN
  IF TG_OP = 'INSERT' AND NEW.state <> 'proposed' THEN
    RAISE EXCEPTION 'a run begins as proposed' USING ERRCODE = 'restrict_violation';
  END IF;
  IF NEW.state NOT IN ('approved', 'released') THEN RETURN NEW; END IF;
  EXECUTE format('SELECT coalesce(sum(amount_cents), 0) FROM %I.payments_payment WHERE run_id = $1', TG_TABLE_SCHEMA)
    INTO come_to USING NEW.id;
  IF come_to <> NEW.paid_cents THEN
    RAISE EXCEPTION 'run % says % cents, its payments come to %', NEW.id, NEW.paid_cents, come_to
      USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER whole_run BEFORE INSERT OR UPDATE OF state ON payments_paymentrun
  FOR EACH ROW EXECUTE FUNCTION refuse_partial_run()
"""
_BACK = "DROP TRIGGER whole_run ON payments_paymentrun; DROP FUNCTION refuse_partial_run()"


class Migration(migrations.Migration):
    dependencies = [("payments", "0010_reissue_guard")]
    operations = [
        migrations.AlterField(
            model_name="paymentrun",
            name="state",
            field=models.CharField(
                choices=[
                    ("proposed", "To be approved"),
                    ("approved", "To be released"),
                    ("released", "Released"),
                    ("cancelled", "Cancelled"),
                ],
                default="proposed",
                max_length=9,
            ),
        ),
        migrations.RunSQL(_PAYMENT, migrations.RunSQL.noop),
        migrations.RunSQL(_RUN, _BACK),
    ]
