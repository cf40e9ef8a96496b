"""What of payments may still change, and that only a released run's payments are issued, by whoever asks."""

from django.db import migrations

from tpa.infra.append_only import AppendOnly

_RELEASED_FIRST = """
CREATE FUNCTION refuse_unreleased_payment() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE run_state text;
BEGIN
  IF NEW.state IN ('proposed', 'cancelled') OR NEW.run_id IS NULL THEN RETURN NEW; END IF;
  EXECUTE format('SELECT state FROM %I.payments_paymentrun WHERE id = $1', TG_TABLE_SCHEMA) INTO run_state USING NEW.run_id;
  IF run_state <> 'released' THEN
    RAISE EXCEPTION 'payment % belongs to a run that is not released', NEW.id USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER released_first BEFORE INSERT OR UPDATE OF state ON payments_payment
  FOR EACH ROW EXECUTE FUNCTION refuse_unreleased_payment();

CREATE FUNCTION refuse_larger_limit() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE agreed bigint;
BEGIN
  EXECUTE format('SELECT alone_up_to_cents FROM %I.payments_payingterms
                  WHERE approved_by_id IS NOT NULL ORDER BY id DESC LIMIT 1', TG_TABLE_SCHEMA) INTO agreed;
  IF NEW.alone_up_to_cents > agreed AND NEW.paid_cents > agreed THEN
    RAISE EXCEPTION 'a run of more than % cents needs two persons', agreed USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER limit_as_agreed BEFORE INSERT ON payments_paymentrun
  FOR EACH ROW EXECUTE FUNCTION refuse_larger_limit()
"""
_BACK = """
DROP TRIGGER limit_as_agreed ON payments_paymentrun; DROP FUNCTION refuse_larger_limit();
DROP TRIGGER released_first ON payments_payment; DROP FUNCTION refuse_unreleased_payment()
"""


class Migration(migrations.Migration):
    dependencies = [("payments", "0004_payments")]
    operations = [
        AppendOnly(
            "payments_paymentrun",
            may_set=("state", "approved_by_id", "approved_at", "released_by_id", "released_at", "ended_note"),
        ),
        AppendOnly("payments_payment", may_set=("state", "number", "issued_on")),
        AppendOnly("payments_claimpayment", may_set=("issued_on", "voided_on")),
        AppendOnly("payments_carriedbalance", may_set=("taken_by_id", "refunded_on", "refund_reference")),
        AppendOnly("payments_paymentevent"),
        AppendOnly("payments_payingterms", may_set=("approved_by_id", "approved_at")),
        AppendOnly("payments_payeeaccount", may_set=("state", "decided_by_id", "decided_at", "usable_on", "note")),
        AppendOnly("payments_paymentfile", may_set=("sent_at", "sent_by_id")),
        migrations.RunSQL(_RELEASED_FIRST, _BACK),
    ]
