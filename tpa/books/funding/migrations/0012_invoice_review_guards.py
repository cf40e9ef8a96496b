"""Who may approve an invoice, by whoever asks: the limit is the agreement's, a reviewer stays who he was."""

from django.db import migrations

FORWARD = """
CREATE FUNCTION funding_limit_as_agreed() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    agreed bigint;
BEGIN
    SELECT (billing_terms ->> 'alone_up_to_cents')::bigint INTO agreed
    FROM public.agreements_asoagreement WHERE id = NEW.agreement_id;
    IF NEW.alone_up_to_cents > coalesce(agreed, 0) THEN
        RAISE EXCEPTION 'the agreement lets one person approve up to % cents', coalesce(agreed, 0)
        USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER limit_as_agreed BEFORE INSERT OR UPDATE OF alone_up_to_cents, agreement_id ON funding_fundinginvoice
    FOR EACH ROW EXECUTE FUNCTION funding_limit_as_agreed();

CREATE FUNCTION funding_reviewer_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'invoice % is reviewed first, by whom stays as it is', OLD.number
    USING ERRCODE = 'integrity_constraint_violation';
END $$;
CREATE TRIGGER reviewer_stays BEFORE UPDATE ON funding_fundinginvoice FOR EACH ROW
    WHEN (NEW.state <> 'draft' AND (
        OLD.state <> 'draft' AND NEW.reviewed_by_id IS DISTINCT FROM OLD.reviewed_by_id
        OR OLD.state = 'draft' AND NEW.state <> 'reviewed' AND abs(NEW.total_cents) > NEW.alone_up_to_cents))
    EXECUTE FUNCTION funding_reviewer_stays();
"""

BACKWARD = """
DROP TRIGGER reviewer_stays ON funding_fundinginvoice; DROP FUNCTION funding_reviewer_stays();
DROP TRIGGER limit_as_agreed ON funding_fundinginvoice; DROP FUNCTION funding_limit_as_agreed();
"""


class Migration(migrations.Migration):
    dependencies = [("funding", "0011_invoice_review"), ("agreements", "0007_billing_terms")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
