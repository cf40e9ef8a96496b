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

from django.db.backends.utils import debug_transaction
from django_tenants.postgresql_backend import base as django_tenants_base
from psycopg import pq

from tpa.infra.postgres.planned import Plans, plans_of
from tpa.infra.postgres.statements import Cursor, note

PUBLIC = "public"
_BIND = "SELECT set_config('role', %s, false), set_config('search_path', %s, false)"


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

    gathering = 0
    """How many blocks of `tpa.infra.postgres.prepared.together` are open."""
    _sent: Binding | None = None
    _plans: Plans | None = None

    def get_connection_params(self) -> dict[str, Any]:
        return {**super().get_connection_params(), "cursor_factory": Cursor}

    def create_cursor(self, name: str | None = None) -> Any:
        if name:
            note(f"server-side cursor {name}")
            self.settle()
        return super().create_cursor(name)

    def put(self, statement: str, values: Sequence[Any] | Mapping[str, Any]) -> None:
        """A statement, bound, behind those that wait to be sent; see `tpa.infra.postgres.prepared`."""
        if self.needs_rollback:
            self.validate_no_broken_transaction()
        if self.connection is None:
            self.ensure_connection()
        plans = self._own_plans()
        self._bind(plans)
        self._note(statement)
        with self.wrap_database_errors:
            plans.put(self.binding, statement, values)

    def answers(self, count: int) -> list[list[tuple[Any, ...]]]:
        """Send what waits; the rows of the last `count` statements."""
        plans = self._own_plans()
        with self.wrap_database_errors:
            try:
                found = plans.settle(begin=not self.connection.autocommit)
            except BaseException:
                self._sent = None
                raise
            return [plans.rows(one) for one in found[-count:]]

    def settle(self) -> None:
        """Send what waits: what the server refuses of it is raised here."""
        if self.connection is not None and self._own_plans().are_waiting:
            self.answers(1)

    @property
    def waits(self) -> bool:
        """Whether a statement whose rows nobody reads may wait for the next one."""
        return self.gathering > 0 and not self.autocommit

    def set_tenant(self, tenant: Any, include_public: bool = True) -> None:
        """Ask for the binding of `tenant`; it is sent with the next statement."""
        self.tenant = tenant
        self.schema_name = tenant.schema_name
        self.include_public_schema = include_public
        self.binding = binding_of(tenant, include_public)

    def close(self) -> None:
        if self.connection is not None:
            self._own_plans().forget()
        self._sent = self._plans = None
        super().close()

    def rollback(self) -> None:
        if self.connection is not None:
            self._own_plans().forget()
        self._sent = None
        super().rollback()

    def savepoint_rollback(self, sid: str) -> None:
        if self.connection is not None:
            self._own_plans().forget(since=self.ops.savepoint_create_sql(sid))
        try:
            super().savepoint_rollback(sid)
        finally:
            self._sent = None

    def _commit(self) -> None:
        if self.connection is None:
            return
        plans = self._own_plans()
        if plans.are_waiting or plans.wire.transaction_status != pq.TransactionStatus.IDLE:
            with debug_transaction(self, "COMMIT"):
                plans.put_command("COMMIT")
                self.settle()

    def _savepoint(self, sid: str) -> None:
        self._command(self.ops.savepoint_create_sql(sid))
        if not self.waits:
            self.settle()

    def _savepoint_commit(self, sid: str) -> None:
        self._command(self.ops.savepoint_commit_sql(sid))
        self.settle()

    def _savepoint_rollback(self, sid: str) -> None:
        self._command(self.ops.savepoint_rollback_sql(sid))
        self.settle()

    def _command(self, text: str) -> None:
        if self.connection is None:
            self.ensure_connection()
        self._note(text)
        self._own_plans().put_command(text)

    def _note(self, statement: str) -> None:
        note(statement)
        if self.force_debug_cursor:
            self.queries_log.append({"sql": statement, "time": ""})

    def _own_plans(self) -> Plans:
        plans = self._plans
        if plans is None or plans.wire is not self.connection.pgconn:
            plans = self._plans = plans_of(self.connection)
        return plans

    def _handle_search_path(self, cursor: Any = None) -> None:
        """Called by django_tenants for every cursor; `cursor` is not used, so that the statement counts stay the caller's."""
        plans = self._own_plans()
        if plans.wire.transaction_status == pq.TransactionStatus.INERROR:
            return  # Only a rollback can follow, and that asks for the binding again.
        self._bind(plans)
        self.settle()

    def _bind(self, plans: Plans) -> None:
        """Put the binding before what follows, unless it holds."""
        if self._sent == self.binding and (plans.are_waiting or self._holds()):
            return
        note(_BIND)  # seen by count_statements, not by Django's own log
        plans.put(DESK, _BIND, self.binding)
        self._sent = self.binding

    def _holds(self) -> bool:
        """Whether the search path is still the one that was asked for, as far as the server says it."""
        report = self.connection.pgconn.parameter_status(b"search_path")
        return report is None or report == self.binding.search_path.encode()
