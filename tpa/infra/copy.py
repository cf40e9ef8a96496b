"""Rows into a table by COPY: one statement, as fast as the server can take them."""

from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Any

from django.db import connection
from psycopg import sql


def copy_rows(table: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> int:
    """COPY `rows` (tuples in the order of `columns`) into `table` of the bound schema; how many there were.

    Values: None, int, str, bool, date, datetime, bytes, list; JSON as text. Constraints and statement triggers hold as
    for an INSERT. A table under row-level security cannot be written so by an employer's role.
    """
    statement = _statement(table, tuple(columns))
    count = 0
    with connection.cursor() as cursor, connection.wrap_database_errors, cursor.copy(statement) as copy:
        write = copy.write_row
        for row in rows:
            write(row)
            count += 1
    return count


@lru_cache
def _statement(table: str, columns: tuple[str, ...]) -> str:
    names = sql.SQL(", ").join(map(sql.Identifier, columns))
    return sql.SQL("COPY {} ({}) FROM STDIN").format(sql.Identifier(table), names).as_string()
