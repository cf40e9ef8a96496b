"""Migration operations for shared tables."""

from typing import Any

from django.db.migrations.operations import RunSQL

_OWN = "CASE WHEN current_user ~ '^t_[0-9]+$' THEN substr(current_user, 3)::bigint END"


class EmployerRows(RunSQL):
    """Guard a shared table: an employer's role sees and writes only rows whose `column` is its own employer.

    Without `may_write` it only sees them. The login role owns the table and sees every row; a row whose column is null
    is the TPA's. An employer's role cannot COPY into such a table: use INSERT.
    """

    def __init__(self, table: str, column: str = "employer_id", may_write: bool = True) -> None:
        self.table, self.column, self.may_write = table, column, may_write
        verbs = "ALL" if may_write else "SELECT"
        super().__init__(
            f'ALTER TABLE "{table}" ENABLE ROW LEVEL SECURITY;'
            f'CREATE POLICY own_rows ON "{table}" FOR {verbs} USING ("{column}" = {_OWN})',
            f'DROP POLICY own_rows ON "{table}"; ALTER TABLE "{table}" DISABLE ROW LEVEL SECURITY',
        )

    def deconstruct(self) -> tuple[str, list[Any], dict[str, Any]]:
        return type(self).__name__, [self.table, self.column, self.may_write], {}

    def describe(self) -> str:
        return f"Row-level security by employer on {self.table}"


class EmployerReads(RunSQL):
    """Take the writing back from a table guarded by `EmployerRows`: an employer's role sees its own rows, no more."""

    def __init__(self, table: str, column: str = "employer_id") -> None:
        self.table, self.column = table, column
        policy = (
            f'DROP POLICY own_rows ON "{table}"; CREATE POLICY own_rows ON "{table}" FOR %s USING ("{column}" = {_OWN})'
        )
        super().__init__(policy % "SELECT", policy % "ALL")

    def deconstruct(self) -> tuple[str, list[Any], dict[str, Any]]:
        return type(self).__name__, [self.table, self.column], {}

    def describe(self) -> str:
        return f"Rows of {self.table} are read by their employer, not written"


class EmployerSees(RunSQL):
    """Guard a shared table: an employer's role sees its own rows and the TPA's, those without an employer; it writes none."""

    def __init__(self, table: str, column: str = "employer_id") -> None:
        self.table, self.column = table, column
        super().__init__(
            f'ALTER TABLE "{table}" ENABLE ROW LEVEL SECURITY;'
            f'CREATE POLICY own_rows ON "{table}" FOR SELECT USING ("{column}" IS NULL OR "{column}" = {_OWN})',
            f'DROP POLICY own_rows ON "{table}"; ALTER TABLE "{table}" DISABLE ROW LEVEL SECURITY',
        )

    def deconstruct(self) -> tuple[str, list[Any], dict[str, Any]]:
        return type(self).__name__, [self.table, self.column], {}

    def describe(self) -> str:
        return f"Rows of {self.table} are seen by their employer, the TPA's by all"
