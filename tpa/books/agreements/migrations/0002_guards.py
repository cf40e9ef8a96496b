"""What was agreed stays: published fees, saved contract versions. A version is decided once; its terms never change."""

from django.db import migrations

from tenants.operations import EmployerRows

FORWARD = """
CREATE FUNCTION agreements_published_fees_stay() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'this fee schedule version is published' USING ERRCODE = 'integrity_constraint_violation';
END $$;
CREATE TRIGGER published_fees_stay BEFORE UPDATE OR DELETE ON agreements_feescheduleversion
    FOR EACH ROW WHEN (OLD.state = 'published') EXECUTE FUNCTION agreements_published_fees_stay();

CREATE FUNCTION agreements_published_fee_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM public.agreements_feescheduleversion
               WHERE id IN (OLD.version_id, NEW.version_id) AND state = 'published') THEN
        RAISE EXCEPTION 'this fee schedule version is published' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN coalesce(NEW, OLD);
END $$;
CREATE TRIGGER published_fee_stays BEFORE INSERT OR UPDATE OR DELETE ON agreements_fee
    FOR EACH ROW EXECUTE FUNCTION agreements_published_fee_stays();

CREATE FUNCTION agreements_contract_version_stays() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    decision text[] := ARRAY['state', 'needs_second_person', 'decided_by_id', 'decided_at'];
BEGIN
    IF TG_OP = 'DELETE' OR OLD.state <> 'proposed' OR to_jsonb(OLD) - decision <> to_jsonb(NEW) - decision
       OR (OLD.needs_second_person AND NOT NEW.needs_second_person) THEN
        RAISE EXCEPTION 'contract versions are never edited: save the next one'
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER contract_version_stays BEFORE UPDATE OR DELETE ON agreements_stoplosscontractversion
    FOR EACH ROW EXECUTE FUNCTION agreements_contract_version_stays();
"""

BACKWARD = """
DROP TRIGGER contract_version_stays ON agreements_stoplosscontractversion;
DROP FUNCTION agreements_contract_version_stays();
DROP TRIGGER published_fee_stays ON agreements_fee;
DROP FUNCTION agreements_published_fee_stays();
DROP TRIGGER published_fees_stay ON agreements_feescheduleversion;
DROP FUNCTION agreements_published_fees_stay();
"""


class Migration(migrations.Migration):
    dependencies = [("agreements", "0001_initial")]
    operations = [
        migrations.RunSQL(FORWARD, BACKWARD),
        *(
            EmployerRows(f"agreements_{table}")
            for table in (
                "asoagreement",
                "agreementline",
                "feeschedule",
                "feescheduleversion",
                "fee",
                "stoplosscontract",
                "stoplosscontractversion",
            )
        ),
    ]
