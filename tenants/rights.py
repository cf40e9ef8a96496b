"""What an employer's database role may do. Renewed from the catalogue after every migration of a schema.

- In its own schema: everything with rows, except that an append-only table (it has the trigger `append_only`) takes no
  UPDATE but of the columns that the trigger leaves out, and no DELETE.
- In `public`: rows guarded by row-level security (`EmployerRows`), only to be read where the policy says so; and the
  reading of the apps in `SHARED_READABLE`.
  A shared table with an `employer_id` that nobody has guarded is not readable at all.
- Nothing anywhere else. The login role owns all tables and may take any employer's role, but inherits none.
"""

import re
from typing import Any

from django.apps import apps
from django.conf import settings
from django.db import connection
from psycopg import sql

TENANTS = "tpa_tenants"
"""The group of all employers' roles; it holds the rights on shared tables."""
APPEND_ONLY = "append_only"
"""The name of the trigger that makes a table append-only."""
_EMPLOYER_SCHEMA = re.compile(r"t_[0-9]+\Z")

_MAKE_ROLE = """
DO $$ BEGIN
  IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = {name}) THEN CREATE ROLE {role} NOLOGIN; END IF;
EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL;
END $$"""

_JOIN = """
DO $$ BEGIN
  IF NOT EXISTS (SELECT FROM pg_auth_members m JOIN pg_roles g ON g.oid = m.roleid JOIN pg_roles r ON r.oid = m.member
                 WHERE g.rolname = {group_name} AND r.rolname = {member_name} AND m.set_option) THEN
    GRANT {group} TO {member} WITH INHERIT {inherit}, SET TRUE;
  END IF;
EXCEPTION WHEN unique_violation OR internal_error THEN NULL;
END $$"""
"""Roles are the cluster's: another database of it may be making the same one, and then it is made."""

_TABLES = """
SELECT c.relname, c.relrowsecurity,
       EXISTS (SELECT FROM pg_policy p WHERE p.polrelid = c.oid AND p.polcmd <> 'r'),
       EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attname = 'employer_id' AND NOT a.attisdropped),
       t.oid IS NOT NULL,
       ARRAY(SELECT a.attname::text FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attnum > 0
             AND NOT a.attisdropped AND array_length(t.tgattr::int[], 1) > 0 AND a.attnum <> ALL (t.tgattr::int[]))
FROM pg_class c LEFT JOIN pg_trigger t ON t.tgrelid = c.oid AND t.tgname = %s
WHERE c.relnamespace = %s::regnamespace AND c.relkind IN ('r', 'p') ORDER BY 1"""


def after_migration(sender: Any, schema_name: str, **kwargs: Any) -> None:
    """Receiver of django_tenants' `schema_migrated`."""
    if schema_name == "public":
        renew_shared_rights()
    elif _EMPLOYER_SCHEMA.match(schema_name):
        renew_rights(schema_name)


def make_role(schema: str) -> None:
    """The employer's role, member of the group; the login role may SET it but inherits nothing from it."""
    with connection.cursor() as cursor:
        for name in (TENANTS, schema):
            cursor.execute(_compose(_MAKE_ROLE, name=sql.Literal(name), role=sql.Identifier(name)))
        cursor.execute(_join(TENANTS, schema, inherit=True))
        cursor.execute(_join(schema, connection.settings_dict["USER"], inherit=False))


def _join(group: str, member: str, *, inherit: bool) -> str:
    return _compose(
        _JOIN,
        group_name=sql.Literal(group),
        member_name=sql.Literal(member),
        group=sql.Identifier(group),
        member=sql.Identifier(member),
        inherit=sql.SQL("TRUE" if inherit else "FALSE"),
    )


def renew_rights(schema: str) -> None:
    """Give the role `schema` its rights on the schema of the same name."""
    names = {"schema": sql.Identifier(schema), "role": sql.Identifier(schema)}
    statements = [
        "GRANT USAGE ON SCHEMA {schema} TO {role}",
        "GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA {schema} TO {role}",
        "GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA {schema} TO {role}",
        "REVOKE INSERT, UPDATE, DELETE ON {schema}.django_migrations FROM {role}",
    ]
    parts = [_compose(statement, **names) for statement in statements]
    for table, _guarded, _written, _owned, append_only, free_columns in _tables(schema):
        if append_only:
            parts.append(
                _compose(
                    "REVOKE UPDATE, DELETE ON {schema}.{table} FROM {role}",
                    table=table,
                    **names,
                )
            )
            parts += _free(table, free_columns, **names)
    _run(parts)


def renew_shared_rights() -> None:
    """Give the group of employers' roles its rights on the shared tables."""
    names = {"schema": sql.Identifier("public"), "role": sql.Identifier(TENANTS)}
    readable = {
        model._meta.db_table
        for model in apps.get_models(include_auto_created=True)
        if apps.get_app_config(model._meta.app_label).name in settings.SHARED_READABLE
    }
    parts = [
        _compose(_MAKE_ROLE, name=sql.Literal(TENANTS), role=sql.Identifier(TENANTS)),
        _compose("REVOKE ALL ON ALL TABLES IN SCHEMA {schema} FROM {role}", **names),
        _compose("GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA {schema} TO {role}", **names),
    ]
    for table, guarded, written, owned, append_only, free_columns in _tables("public"):
        if guarded:
            rights = "SELECT" if not written else "SELECT, INSERT" if append_only else "SELECT, INSERT, UPDATE, DELETE"
            parts.append(
                _compose(
                    f"GRANT {rights} ON {{schema}}.{{table}} TO {{role}}",
                    table=table,
                    **names,
                )
            )
            parts += _free(table, free_columns, **names) if append_only and written else []
        elif table.string in readable and not owned:
            parts.append(_compose("GRANT SELECT ON {schema}.{table} TO {role}", table=table, **names))
    _run(parts)


def _tables(schema: str) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(_TABLES, [APPEND_ONLY, schema])
        return [(_Name(name), *rest) for name, *rest in cursor.fetchall()]


class _Name(sql.Identifier):
    @property
    def string(self) -> str:
        return self._obj[0]


def _free(table: sql.Identifier, columns: list[str], **names: sql.Composable) -> list[str]:
    if not columns:
        return []
    listed = sql.SQL(", ").join(map(sql.Identifier, columns))
    return [
        _compose(
            "GRANT UPDATE ({columns}) ON {schema}.{table} TO {role}",
            columns=listed,
            table=table,
            **names,
        )
    ]


def _compose(template: str, **parts: sql.Composable) -> str:
    return sql.SQL(template).format(**parts).as_string(None)


def _run(statements: list[str]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(";\n".join(statements))
