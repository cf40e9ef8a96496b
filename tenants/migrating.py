"""Migrating many schemas: the shared one, the template, then only the employers that are behind.

An employer is migrated in one transaction (wholly old or wholly new), and the command can be stopped and started again
at will. Changes of the schema alone are collected as SQL once for all employers at the same point and replayed, which
takes milliseconds each; a plan with Python in it runs in the ordinary way.
"""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from django.apps import apps
from django.conf import settings
from django.db import connection, transaction
from django.db.migrations import Migration
from django.db.migrations.executor import MigrationExecutor as Planner
from django.db.migrations.loader import MigrationLoader
from django_tenants.migration_executors import (
    MultiprocessingExecutor,
    StandardExecutor,
    SubprocessExecutor,
)
from django_tenants.migration_executors.base import run_migrations
from psycopg import sql

from tenants import rights
from tenants.template import TEMPLATE

LOCK_TIMEOUT = "10s"
"""How long a migration waits for an employer's running transactions before it gives up on that employer."""
_BATCH = 200

_PLAIN = (
    "app_label",
    "migration_name",
    "fake",
    "fake_initial",
    "plan",
    "prune",
    "run_syncdb",
    "check_unapplied",
)


class ReplayExecutor(StandardExecutor):
    """The default executor of `migrate`; see the module's text."""

    codename = "standard"

    def run_migrations(self, tenants: Sequence[str] | None = None) -> None:
        """Bring these schemas up to date; `public` comes alone, the employers together."""
        schemas = list(tenants or [])
        if any(self.options.get(option) for option in _PLAIN) or schemas == [self.PUBLIC_SCHEMA_NAME]:
            super().run_migrations(schemas)
            return
        make_template()
        run_migrations(self.args, self.options, self.codename, TEMPLATE, allow_atomic=False)
        for group in _behind(schemas).values():
            self._migrate_group(group)

    def _migrate_group(self, schemas: list[str]) -> None:
        """Schemas that have applied the same migrations."""
        plan = _plan_for(schemas[0])
        statements = _statements(schemas[0], plan)
        for index, schema in enumerate(schemas):
            with transaction.atomic():
                with connection.cursor() as cursor:
                    cursor.execute(f"SET LOCAL lock_timeout = '{LOCK_TIMEOUT}'")
                if statements is None:
                    run_migrations(
                        self.args,
                        self.options,
                        self.codename,
                        schema,
                        idx=index,
                        count=len(schemas),
                    )
                else:
                    _replay(schema, statements, plan)


def executor(codename: str | None = None) -> type:
    """The executor class of that name (setting GET_EXECUTOR_FUNCTION)."""
    known = {
        "multiprocessing": MultiprocessingExecutor,
        "subprocess": SubprocessExecutor,
    }
    return known.get(codename or "standard", ReplayExecutor)


def make_template() -> None:
    """The empty schema in which migrations run first, and from which new employers are made."""
    connection.set_schema_to_public()
    with connection.cursor() as cursor:
        cursor.execute(sql.SQL("CREATE SCHEMA IF NOT EXISTS {}").format(sql.Identifier(TEMPLATE)).as_string(None))


def schemas_behind(schemas: Sequence[str]) -> list[str]:
    """Those of these schemas whose applied migrations are not the template's. One query per 200, at the desk."""
    return [schema for group in _behind(schemas).values() for schema in group]


def _behind(schemas: Sequence[str]) -> dict[str, list[str]]:
    """Digest of applied migrations -> the schemas that have it, leaving out those that equal the template."""
    connection.set_schema_to_public()
    groups: dict[str, list[str]] = defaultdict(list)
    wanted = _digests([TEMPLATE])[TEMPLATE]
    for start in range(0, len(schemas), _BATCH):
        for schema, digest in _digests(schemas[start : start + _BATCH]).items():
            if digest != wanted:
                groups[digest].append(schema)
    return groups


def _digests(schemas: Sequence[str]) -> dict[str, str]:
    """One query over many schemas' django_migrations."""
    one = sql.SQL("SELECT {name}, md5(string_agg(app || '.' || name, ',' ORDER BY app, name)) FROM {table}")
    union = sql.SQL(" UNION ALL ").join(
        one.format(name=sql.Literal(schema), table=sql.Identifier(schema, "django_migrations")) for schema in schemas
    )
    with connection.cursor() as cursor:
        cursor.execute(union.as_string(None))
        return dict(cursor.fetchall())


def _plan_for(schema: str) -> list[tuple[Migration, bool]]:
    connection.set_schema(schema)
    try:
        planner = Planner(connection)
        return planner.migration_plan(planner.loader.graph.leaf_nodes())
    finally:
        connection.set_schema_to_public()


def _statements(schema: str, plan: list[tuple[Migration, bool]]) -> str | None:
    """The plan as SQL, or None where it holds an operation that is more than SQL."""
    for migration, _backwards in plan:
        own = apps.get_app_config(migration.app_label).name in settings.TENANT_APPS
        if own and not (migration.atomic and all(operation.reduces_to_sql for operation in migration.operations)):
            return None
    connection.set_schema(schema)
    try:
        return "\n".join(_collected(Planner(connection).loader, plan))
    finally:
        connection.set_schema_to_public()


def _collected(loader: MigrationLoader, plan: list[tuple[Migration, bool]]) -> list[str]:
    """The plan's SQL, from everything that the schema has applied: Django's own `collect_sql` knows only what the plan's
    first migration builds on, and a plan goes through several apps."""
    state = loader.project_state([node for node in loader.applied_migrations if node in loader.graph.nodes])
    statements: list[str] = []
    for migration, _backwards in plan:
        with connection.schema_editor(collect_sql=True, atomic=migration.atomic) as editor:
            state = migration.apply(state, editor, collect_sql=True)
        statements += editor.collected_sql
    return statements


def _replay(schema: str, statements: str, plan: list[tuple[Migration, bool]]) -> None:
    applied: list[Any] = [[m.app_label for m, _ in plan], [m.name for m, _ in plan]]
    connection.set_schema(schema)
    try:
        with connection.cursor() as cursor:
            cursor.execute(statements)
            cursor.execute(
                "INSERT INTO django_migrations (app, name, applied)"
                " SELECT app, name, now() FROM unnest(%s::text[], %s::text[]) AS done (app, name)",
                applied,
            )
    finally:
        connection.set_schema_to_public()
    rights.after_migration(None, schema)
