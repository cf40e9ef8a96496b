"""What of payees' accounts may still change: decided once, never back; no day on which money goes there comes nearer."""

from django.db import migrations

from tenants.operations import EmployerSees
from tpa.infra.append_only import AppendOnly

FORWARD = """
ALTER TABLE providers_payeeaccount ADD CONSTRAINT payee_account_cools_off
  CHECK (state <> 'approved' OR usable_on >= (decided_at AT TIME ZONE 'UTC')::date + 5);
ALTER TABLE providers_payeeaccount ADD CONSTRAINT payee_account_waits_for_its_prenote
  CHECK (prenoted_on IS NULL OR usable_on >= prenoted_on + 3);
CREATE FUNCTION payee_account_goes_on() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF (OLD.state, NEW.state) NOT IN (('proposed', 'proposed'), ('proposed', 'approved'), ('proposed', 'refused'),
                                    ('approved', 'approved'), ('approved', 'refused'), ('refused', 'refused'))
     OR OLD.state <> 'proposed' AND (OLD.decided_by_id, OLD.decided_at) IS DISTINCT FROM (NEW.decided_by_id, NEW.decided_at)
     OR OLD.prenoted_on <> coalesce(NEW.prenoted_on, 'infinity') OR OLD.usable_on > NEW.usable_on THEN
    RAISE EXCEPTION 'a payee''s account is decided once and waits its time' USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER payee_account_goes_on BEFORE UPDATE ON providers_payeeaccount
  FOR EACH ROW EXECUTE FUNCTION payee_account_goes_on()
"""
BACKWARD = """
DROP TRIGGER payee_account_goes_on ON providers_payeeaccount; DROP FUNCTION payee_account_goes_on();
ALTER TABLE providers_payeeaccount DROP CONSTRAINT payee_account_waits_for_its_prenote;
ALTER TABLE providers_payeeaccount DROP CONSTRAINT payee_account_cools_off
"""


class Migration(migrations.Migration):
    dependencies = [("providers", "0008_payee_accounts")]
    operations = [
        EmployerSees("providers_payeeaccount"),
        AppendOnly(
            "providers_payeeaccount",
            may_set=("state", "decided_by_id", "decided_at", "usable_on", "prenoted_on", "note"),
        ),
        migrations.RunSQL(FORWARD, BACKWARD),
    ]
