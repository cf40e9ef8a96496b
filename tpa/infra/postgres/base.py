"""PostgreSQL backend over django_tenants': schema and role of a connection change together, in one statement.

A connection is bound either to the TPA's desk (login role, `public`) or to an employer (role `t_5`, `t_5, public`).
The binding is sent before the first statement that needs it, and again only after something may have reverted it: a
new connection, a rollback, a rollback to a savepoint, or (PostgreSQL 18 reports search_path by itself, for nothing)
a reported search path that is not the one wanted. A schema without a role of its own, as migrations use it
(`set_schema`), is worked on by the login role.
"""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any, NamedTuple
from weakref import WeakKeyDictionary

import psycopg
from django_tenants.postgresql_backend import base as django_tenants_base

from tpa.infra.postgres.planned import Plans
from tpa.infra.postgres.statements import Cursor, note

PUBLIC = "public"
_BIND = "SELECT set_config('role', %s, false), set_config('search_path', %s, false)"


_plans: "WeakKeyDictionary[psycopg.Connection[Any], Plans]" = WeakKeyDictionary()


class Binding(NamedTuple):
    """Who the connection is, and where it looks."""

    role: str
    search_path: str


DESK = Binding("none", PUBLIC)


def binding_of(tenant: Any, include_public: bool = True) -> Binding:
    """The binding of an employer (it has `database_role`) or of a bare schema name."""
    return _binding(tenant.schema_name, getattr(tenant, "database_role", "none"), include_public)


@lru_cache(maxsize=10_000)
def _binding(schema: str, role: str, include_public: bool) -> Binding:
    django_tenants_base._check_schema_name(schema)
    if schema == PUBLIC:
        return DESK
    quoted = django_tenants_base.quote_schema_name(schema)
    return Binding(role, f"{quoted}, {PUBLIC}" if include_public else quoted)


class DatabaseWrapper(django_tenants_base.DatabaseWrapper):
    """Binds schema and role together; see the module's text."""

    _sent: Binding | None = None
    _reported: bytes | None = None
    _plans: Plans | None = None

    def get_connection_params(self) -> dict[str, Any]:
        return {**super().get_connection_params(), "cursor_factory": Cursor}

    def create_cursor(self, name: str | None = None) -> Any:
        if name:
            note(f"server-side cursor {name}")
        return super().create_cursor(name)

    def prepared(self, statement: str, values: Sequence[Any] | Mapping[str, Any]) -> list[tuple[Any, ...]]:
        """See `tpa.infra.postgres.prepared`."""
        self.validate_no_broken_transaction()
        self.ensure_connection()
        self._handle_search_path()
        note(statement)
        if self.queries_logged:
            self.queries_log.append({"sql": statement, "time": ""})
        with self.wrap_database_errors:
            return self._ask(self.binding, statement, values)

    def _ask(
        self, binding: Binding, statement: str, values: Sequence[Any] | Mapping[str, Any]
    ) -> list[tuple[Any, ...]]:
        """By the connection's plans, which it keeps when the pool gives it to another thread."""
        connection, plans = self.connection, self._plans
        if plans is None or plans.wire is not connection.pgconn:
            plans = self._plans = _plans.get(connection) or _plans.setdefault(connection, Plans(connection.pgconn))
        return plans.ask(connection, binding, statement, values)

    def set_tenant(self, tenant: Any, include_public: bool = True) -> None:
        """Ask for the binding of `tenant`; it is sent with the next statement."""
        self.tenant = tenant
        self.schema_name = tenant.schema_name
        self.include_public_schema = include_public
        self.binding = binding_of(tenant, include_public)

    def close(self) -> None:
        self._sent = self._plans = None
        super().close()

    def rollback(self) -> None:
        self._sent = None
        super().rollback()

    def savepoint_rollback(self, sid: str) -> None:
        try:
            super().savepoint_rollback(sid)
        finally:
            self._sent = None

    def _handle_search_path(self, cursor: Any = None) -> None:
        """Called by django_tenants for every cursor; `cursor` is not used, so that the statement counts stay the caller's."""
        if self._sent == self.binding and self._reported == self._report():
            return
        try:
            note(_BIND)  # seen by count_statements, not by Django's own log
            self._ask(DESK, _BIND, self.binding)
        except psycopg.errors.InFailedSqlTransaction:
            # Only a rollback can follow, and that asks for the binding again.
            self._sent = None
        else:
            self._sent, self._reported = self.binding, self._report()

    def _report(self) -> bytes | None:
        return self.connection.pgconn.parameter_status(b"search_path")
