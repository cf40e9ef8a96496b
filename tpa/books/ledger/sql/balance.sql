-- Runs once per statement that adds postings, over the rows of that statement alone: a COPY of 10,000 entries is one run.
--
-- 1. Every entry in the statement adds up to zero.
-- 2. Its postings are numbered 1, 2, 3 ... without a gap. With the primary key (entry_id, n) this means that an entry
--    gets all its postings from one statement: a later one would have to start at 1 again and meets the key.
-- 3. What the statement did to each account, dimension and day is added to the movements, from which balances are read.
--
-- The statements here are planned once a connection, so they name their tables without the schema. It is looked at first that
-- these names mean the tables of the ledger that is written.
CREATE OR REPLACE FUNCTION ledger_posting_balance() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    wrong record;
BEGIN
    IF to_regclass('ledger_movement') IS DISTINCT FROM to_regclass(format('%I.ledger_movement', TG_TABLE_SCHEMA)) THEN
        RAISE EXCEPTION 'a ledger is written with its own schema in front of the search path'
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    SELECT entry_id, sum(cents) AS cents INTO wrong
      FROM added
     GROUP BY entry_id
    HAVING sum(cents) <> 0 OR min(n) <> 1 OR max(n) <> count(*) OR min(effective_on) <> max(effective_on)
     LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'ledger entry % is not whole and balanced (off by % cents)', wrong.entry_id, wrong.cents
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    INSERT INTO ledger_movement (account, dimension, effective_on, debit_cents, credit_cents)
    SELECT account, dimension, effective_on,
           coalesce(sum(cents) FILTER (WHERE cents > 0), 0), coalesce(-sum(cents) FILTER (WHERE cents < 0), 0)
      FROM added
     GROUP BY account, dimension, effective_on;
    RETURN NULL;
END $$;

CREATE OR REPLACE TRIGGER ledger_posting_balance AFTER INSERT ON ledger_posting
    REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION ledger_posting_balance();

-- Movements come from the trigger above only, never from a statement of somebody's own.
CREATE OR REPLACE FUNCTION ledger_movement_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF pg_trigger_depth() < 2 THEN
        RAISE EXCEPTION 'ledger movements are written by the postings'' own trigger'
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NULL;
END $$;

CREATE OR REPLACE TRIGGER ledger_movement_guard AFTER INSERT ON ledger_movement
    FOR EACH STATEMENT EXECUTE FUNCTION ledger_movement_guard();
