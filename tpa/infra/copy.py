"""Rows into a table by one statement: COPY, as fast as the server can take them; a few by an INSERT that is planned already."""

from collections.abc import Iterable, Sequence
from functools import lru_cache
from itertools import chain, islice
from typing import Any

from django.db import connection
from psycopg import sql

from tpa.infra.postgres.prepared import written
from tpa.infra.postgres.values import copy_text

FEW = 12
"""Up to so many rows an INSERT costs both sides less than starting a COPY. For each number of them there is a plan."""
BLOCK = 500
"""Rows that are sent together: the server reads them while the next are written."""


def look_up_by_index() -> None:
    """Let the transaction look up by an index to its end. To be said first where very many rows are read and written by keys.

    A connection keeps its plans, those of foreign keys' checks too. One that was made while a table was small reads it
    whole each time: a new employer's first 20,000 claims then took four times as long as its next.
    """
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")


def copy_rows(table: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> int:
    """Write `rows` (tuples in the order of `columns`) into `table` of the bound schema, in one statement; how many there were.

    Values: None, int, str, bool, date, datetime, bytes, list; JSON as text. Constraints and statement triggers hold as
    for any INSERT. A table under row-level security cannot be written so by an employer's role.
    """
    source = iter(rows)
    first = list(islice(source, FEW + 1))
    if not first:
        return 0
    if len(first) <= FEW:
        written(_insert(table, tuple(columns), len(first)), list(chain.from_iterable(first)))
        return len(first)
    return _copy(table, columns, chain(first, source))


def _copy(table: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> int:
    source, count = iter(rows), 0
    with (
        connection.cursor() as cursor,
        connection.wrap_database_errors,
        cursor.copy(_statement(table, tuple(columns))) as copy,
    ):
        while block := list(islice(source, BLOCK)):
            copy.write(copy_text(block))
            count += len(block)
    return count


@lru_cache
def _statement(table: str, columns: tuple[str, ...]) -> str:
    return sql.SQL("COPY {} FROM STDIN").format(_target(table, columns)).as_string()


@lru_cache(maxsize=1024)
def _insert(table: str, columns: tuple[str, ...], count: int) -> str:
    row = sql.SQL("({})").format(sql.SQL(", ").join([sql.SQL("%s")] * len(columns)))
    rows = sql.SQL(", ").join([row] * count)
    return sql.SQL("INSERT INTO {} VALUES {}").format(_target(table, columns), rows).as_string()


def _target(table: str, columns: tuple[str, ...]) -> sql.Composed:
    names = sql.SQL(", ").join(map(sql.Identifier, columns))
    return sql.SQL("{} ({})").format(sql.Identifier(table), names)
