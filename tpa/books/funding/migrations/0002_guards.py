"""A final invoice and its lines stay as they are; money received and credits granted are never edited or deleted."""

from django.db import migrations

from tpa.infra.append_only import AppendOnly

FORWARD = """
CREATE FUNCTION funding_final_invoice_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'invoice % is final', OLD.number USING ERRCODE = 'integrity_constraint_violation';
END $$;
CREATE TRIGGER final_invoice_stays BEFORE UPDATE OR DELETE ON funding_fundinginvoice
    FOR EACH ROW WHEN (OLD.state = 'final') EXECUTE FUNCTION funding_final_invoice_stays();

CREATE FUNCTION funding_part_of_final_stays() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    is_final boolean;
BEGIN
    EXECUTE format('SELECT EXISTS (SELECT FROM %I.funding_fundinginvoice WHERE id IN ($1, $2) AND state = ''final'')',
                   TG_TABLE_SCHEMA) INTO is_final USING OLD.invoice_id, NEW.invoice_id;
    IF is_final THEN
        RAISE EXCEPTION 'the invoice is final' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN coalesce(NEW, OLD);
END $$;
CREATE TRIGGER final_line_stays BEFORE INSERT OR UPDATE OR DELETE ON funding_fundinginvoiceline
    FOR EACH ROW EXECUTE FUNCTION funding_part_of_final_stays();
CREATE TRIGGER final_roster_stays BEFORE INSERT OR UPDATE OR DELETE ON funding_invoiceroster
    FOR EACH ROW EXECUTE FUNCTION funding_part_of_final_stays();
CREATE TRIGGER final_credit_stays BEFORE UPDATE ON funding_credit
    FOR EACH ROW EXECUTE FUNCTION funding_part_of_final_stays();
"""

BACKWARD = """
DROP TRIGGER final_credit_stays ON funding_credit;
DROP TRIGGER final_roster_stays ON funding_invoiceroster;
DROP TRIGGER final_line_stays ON funding_fundinginvoiceline;
DROP FUNCTION funding_part_of_final_stays();
DROP TRIGGER final_invoice_stays ON funding_fundinginvoice;
DROP FUNCTION funding_final_invoice_stays();
"""


class Migration(migrations.Migration):
    dependencies = [("funding", "0001_initial")]
    operations = [
        migrations.RunSQL(FORWARD, BACKWARD),
        AppendOnly("funding_deposit"),
        AppendOnly("funding_credit", may_set=("invoice_id",)),
    ]
