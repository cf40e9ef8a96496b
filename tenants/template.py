"""The DDL of the template schema, read from the catalogue as one text that makes the same schema under another name.

Names inside the template are written without a schema and names outside it with one, so the text is replayed by
setting the search path; nothing is substituted in it.
"""

from typing import Any

from django.db import connection
from psycopg import sql

from tenants.errors import EmployerError

TEMPLATE = "t_template"

_OTHER_KINDS = """
SELECT relname, relkind FROM pg_class WHERE relnamespace = %(schema)s::regnamespace AND relkind NOT IN ('r', 'i', 'S', 't')
UNION ALL SELECT typname, typtype FROM pg_type t WHERE typnamespace = %(schema)s::regnamespace
  AND typtype <> 'c' AND typelem = 0"""

_FUNCTIONS = "SELECT pg_get_functiondef(oid) FROM pg_proc WHERE pronamespace = %(schema)s::regnamespace ORDER BY oid"

_SEQUENCES = """
SELECT format('CREATE SEQUENCE %%I AS %%s START %%s INCREMENT %%s MINVALUE %%s MAXVALUE %%s CACHE %%s',
              c.relname, s.seqtypid::regtype, s.seqstart, s.seqincrement, s.seqmin, s.seqmax, s.seqcache)
FROM pg_class c JOIN pg_sequence s ON s.seqrelid = c.oid
WHERE c.relnamespace = %(schema)s::regnamespace
  AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = c.oid AND d.deptype = 'i') ORDER BY c.oid"""

_TABLES = """
SELECT format('CREATE TABLE %%I (%%s)%%s', c.relname, string_agg(
  format('%%I %%s', a.attname, format_type(a.atttypid, a.atttypmod))
  || CASE WHEN a.attcollation <> t.typcollation
          THEN format(' COLLATE %%s', a.attcollation::regcollation) ELSE '' END
  || CASE WHEN a.attidentity <> '' THEN format(' GENERATED %%s AS IDENTITY (SEQUENCE NAME %%I START %%s INCREMENT %%s)',
            CASE a.attidentity WHEN 'a' THEN 'ALWAYS' ELSE 'BY DEFAULT' END, i.relname, q.seqstart, q.seqincrement)
          WHEN a.attgenerated = 's' THEN format(' GENERATED ALWAYS AS (%%s) STORED', pg_get_expr(d.adbin, d.adrelid))
          WHEN d.oid IS NOT NULL THEN format(' DEFAULT %%s', pg_get_expr(d.adbin, d.adrelid)) ELSE '' END
  || CASE WHEN a.attnotnull THEN ' NOT NULL' ELSE '' END, ', ' ORDER BY a.attnum),
  CASE WHEN c.reloptions IS NOT NULL THEN format(' WITH (%%s)', array_to_string(c.reloptions, ', ')) ELSE '' END)
FROM pg_class c
JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
JOIN pg_type t ON t.oid = a.atttypid
LEFT JOIN pg_attrdef d ON d.adrelid = c.oid AND d.adnum = a.attnum
LEFT JOIN pg_depend p ON p.refobjid = c.oid AND p.refobjsubid = a.attnum AND p.deptype = 'i'
  AND p.classid = 'pg_class'::regclass AND a.attidentity <> ''
LEFT JOIN pg_class i ON i.oid = p.objid AND i.relkind = 'S'
LEFT JOIN pg_sequence q ON q.seqrelid = i.oid
WHERE c.relnamespace = %(schema)s::regnamespace AND c.relkind = 'r'
GROUP BY c.oid, c.relname, c.reloptions ORDER BY c.oid"""

_CONSTRAINTS = """
SELECT format('ALTER TABLE %%I ADD CONSTRAINT %%I %%s', c.relname, n.conname, pg_get_constraintdef(n.oid))
FROM pg_constraint n JOIN pg_class c ON c.oid = n.conrelid
WHERE n.connamespace = %(schema)s::regnamespace AND n.contype IN ('p', 'u', 'c', 'x', 'f')
ORDER BY n.contype = 'f', n.oid"""

_INDEXES = """
SELECT pg_get_indexdef(i.indexrelid) FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
WHERE c.relnamespace = %(schema)s::regnamespace
  AND NOT EXISTS (SELECT FROM pg_constraint n WHERE n.conindid = c.oid AND n.contype IN ('p', 'u', 'x')) ORDER BY c.oid"""

_TRIGGERS = """
SELECT pg_get_triggerdef(t.oid, true) FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid
WHERE c.relnamespace = %(schema)s::regnamespace AND NOT t.tgisinternal ORDER BY t.oid"""

_FILLED = """
SELECT c.relname, array_agg(a.attname ORDER BY a.attnum) FILTER (WHERE a.attgenerated = '')
FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
WHERE c.relnamespace = %(schema)s::regnamespace AND c.relkind = 'r' GROUP BY c.oid, c.relname ORDER BY c.oid"""

_COUNTERS = """
SELECT format('SELECT setval(%%L, %%s, true)', quote_ident(sequencename), last_value)
FROM pg_sequences WHERE schemaname = %(schema)s AND last_value IS NOT NULL"""


def ddl_of(schema: str = TEMPLATE) -> str:
    """Statements that make the tables, constraints, indexes, functions and triggers of `schema`, and its few rows.

    To be run with a search path whose first entry is the new schema. Raises EmployerError where the schema does not
    exist or holds a kind of object that this does not know (a view, a partition, a type).
    """
    before = connection.tenant, connection.include_public_schema
    connection.set_schema(schema, include_public=False)
    try:
        with connection.cursor() as cursor:
            return _read(cursor, schema)
    finally:
        connection.set_tenant(*before)


def _read(cursor: Any, schema: str) -> str:
    cursor.execute("SELECT to_regnamespace(%s) IS NULL", [schema])
    if cursor.fetchone()[0]:
        raise EmployerError(f"There is no schema {schema}.", remedy="Run manage.py migrate first.")
    names = {"schema": schema}
    cursor.execute(_OTHER_KINDS, names)
    if unknown := cursor.fetchall():
        raise EmployerError(f"The replay of {schema} does not know these objects: {unknown}")
    statements = []
    for query in (_FUNCTIONS, _SEQUENCES, _TABLES):
        statements += _column(cursor, query, names)
    rows = _rows(cursor, schema)
    for query in (_CONSTRAINTS, _INDEXES, _TRIGGERS):
        statements += _column(cursor, query, names)
    # Index and function definitions name the schema even where the search path does not call for it.
    own = [statement.replace(f"{schema}.", "") for statement in statements]
    return ";\n".join(own + rows + _column(cursor, _COUNTERS, names))


def _rows(cursor: Any, schema: str) -> list[str]:
    """The template's own rows (what migrations put there), copied within the database."""
    cursor.execute(_FILLED, {"schema": schema})
    copies = []
    for table, columns in cursor.fetchall():
        cursor.execute(sql.SQL("SELECT EXISTS (SELECT FROM {})").format(sql.Identifier(table)).as_string(None))
        if cursor.fetchone()[0]:
            listed = sql.SQL(", ").join(map(sql.Identifier, columns))
            copies.append(
                sql.SQL("INSERT INTO {} ({}) OVERRIDING SYSTEM VALUE SELECT {} FROM {}")
                .format(sql.Identifier(table), listed, listed, sql.Identifier(schema, table))
                .as_string(None)
            )
    return copies


def _column(cursor: Any, query: str, names: dict[str, str]) -> list[str]:
    cursor.execute(query, names)
    return [value for (value,) in cursor.fetchall()]
