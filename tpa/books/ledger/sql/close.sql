-- A closed month takes no entry: every statement of postings is looked at once, over its own rows.
--
-- The latest row of the closes says from which day on the books are open. Posting takes a shared lock that closing waits
-- for, so that nothing slips in between the proof and the close. Planned once a connection, as in balance.sql.
CREATE OR REPLACE FUNCTION ledger_closed_month() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    open_from date;
    wrong date;
BEGIN
    PERFORM pg_advisory_xact_lock_shared(hashtextextended(TG_TABLE_SCHEMA || ':close', 0));
    IF to_regclass('ledger_monthclose') IS DISTINCT FROM to_regclass(format('%I.ledger_monthclose', TG_TABLE_SCHEMA)) THEN
        RAISE EXCEPTION 'a ledger is written with its own schema in front of the search path'
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    SELECT closed_before INTO open_from FROM ledger_monthclose ORDER BY id DESC LIMIT 1;
    IF open_from IS NOT NULL THEN
        SELECT effective_on INTO wrong FROM added WHERE effective_on < open_from ORDER BY effective_on LIMIT 1;
        IF FOUND THEN
            RAISE EXCEPTION 'the month of % is closed, the books are open from %', wrong, open_from
                USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'ledger_closed_month';
        END IF;
    END IF;
    RETURN NULL;
END $$;

CREATE OR REPLACE TRIGGER ledger_closed_month AFTER INSERT ON ledger_posting
    REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION ledger_closed_month();

-- Months are closed and reopened one after the other, and reopened by somebody else than who closed them.
CREATE OR REPLACE FUNCTION ledger_close_in_order() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    last record;
BEGIN
    PERFORM pg_advisory_xact_lock(hashtextextended(TG_TABLE_SCHEMA || ':close', 0));
    EXECUTE format('SELECT * FROM %I.ledger_monthclose WHERE id < $1 ORDER BY id DESC LIMIT 1', TG_TABLE_SCHEMA)
        INTO last USING NEW.id;
    IF NEW.kind = 'reopened' THEN
        IF last IS NULL OR last.closed_before <> (NEW.closed_before + interval '1 month')::date THEN
            RAISE EXCEPTION 'only the last closed month is reopened' USING ERRCODE = 'integrity_constraint_violation';
        END IF;
        EXECUTE format('SELECT * FROM %I.ledger_monthclose WHERE kind = ''closed'' AND month = $1 ORDER BY id DESC LIMIT 1',
                       TG_TABLE_SCHEMA) INTO last USING NEW.month;
        IF last.by_id = NEW.by_id THEN
            RAISE EXCEPTION 'a month is not reopened by who closed it' USING ERRCODE = 'integrity_constraint_violation';
        END IF;
    ELSIF last IS NOT NULL AND NEW.month <> last.closed_before THEN
        RAISE EXCEPTION 'months are closed one after the other' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;

CREATE OR REPLACE TRIGGER ledger_close_in_order BEFORE INSERT ON ledger_monthclose
    FOR EACH ROW EXECUTE FUNCTION ledger_close_in_order();
