"""Decisions that final invoices bill; what stands behind a final invoice stays; figures, sendings and answers are kept."""

from django.db import migrations

from tpa.infra.append_only import AppendOnly

# Invoices from before have no list of their decisions: each is taken to be on the first one of a month that had ended.
BILLED = """
INSERT INTO funding_billeddecision (decision_id, invoice_id)
SELECT d.id, i.id FROM claims_decision d CROSS JOIN LATERAL (
    SELECT id FROM funding_fundinginvoice
    WHERE state = 'final' AND month + interval '1 month' > d.decided_on ORDER BY month LIMIT 1) i
"""

FORWARD = """
CREATE FUNCTION funding_billed_of_final_stays() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    is_final boolean;
BEGIN
    EXECUTE format('SELECT EXISTS (SELECT FROM touched t JOIN %I.funding_fundinginvoice i ON i.id = t.invoice_id
                    WHERE i.state = ''final'')', TG_TABLE_SCHEMA) INTO is_final;
    IF is_final THEN
        RAISE EXCEPTION 'the invoice is final' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER final_billed_added AFTER INSERT ON funding_billeddecision
    REFERENCING NEW TABLE AS touched FOR EACH STATEMENT EXECUTE FUNCTION funding_billed_of_final_stays();
CREATE TRIGGER final_billed_gone AFTER DELETE ON funding_billeddecision
    REFERENCING OLD TABLE AS touched FOR EACH STATEMENT EXECUTE FUNCTION funding_billed_of_final_stays();
CREATE TRIGGER final_billed_changed AFTER UPDATE ON funding_billeddecision
    REFERENCING OLD TABLE AS touched FOR EACH STATEMENT EXECUTE FUNCTION funding_billed_of_final_stays();

CREATE FUNCTION funding_answer_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the dispute is answered' USING ERRCODE = 'integrity_constraint_violation';
END $$;
CREATE TRIGGER answer_stays BEFORE UPDATE ON funding_dispute
    FOR EACH ROW WHEN (OLD.outcome <> '') EXECUTE FUNCTION funding_answer_stays();
"""

BACKWARD = """
DROP TRIGGER answer_stays ON funding_dispute;
DROP FUNCTION funding_answer_stays();
DROP TRIGGER final_billed_changed ON funding_billeddecision;
DROP TRIGGER final_billed_gone ON funding_billeddecision;
DROP TRIGGER final_billed_added ON funding_billeddecision;
DROP FUNCTION funding_billed_of_final_stays();
"""

ANSWERED = ("outcome", "answer", "credit_id", "answered_by_id", "answered_at")


class Migration(migrations.Migration):
    dependencies = [("funding", "0005_invoice_rows"), ("claims", "0001_initial")]
    operations = [
        migrations.RunSQL(BILLED, "DELETE FROM funding_billeddecision"),
        migrations.RunSQL(FORWARD, BACKWARD),
        AppendOnly("funding_figure"),
        AppendOnly("funding_invoicesending"),
        AppendOnly("funding_dispute", may_set=ANSWERED),
    ]
