"""Many rows in one statement: COPY, and the keys for rows that are about to be written."""

from collections.abc import Iterable, Sequence
from typing import Any

from django.db import connection, models
from psycopg import sql
from psycopg.types.json import Json


def next_ids(model: type[models.Model], count: int) -> list[int]:
    """`count` fresh keys of a table, in order. One statement."""
    if not count:
        return []
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT nextval(seq) FROM (SELECT pg_get_serial_sequence(%s, 'id')::regclass AS seq) s, generate_series(1, %s)",
            [model._meta.db_table, count],
        )
        return [key for (key,) in cursor.fetchall()]


def copy_rows(model: type[models.Model], columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
    """Write rows by COPY: `columns` are the names in the table, values in their order. One statement, none for no rows.

    A column that is not named takes the database's default, or null: Django's defaults do not count here. Columns of
    JSON take plain lists and dicts. Raises IntegrityError as an INSERT would.
    """
    if not rows:
        return
    statement = sql.SQL("COPY {} ({}) FROM STDIN").format(
        sql.Identifier(model._meta.db_table), sql.SQL(", ").join(map(sql.Identifier, columns))
    )
    jsons = [i for i, name in enumerate(columns) if isinstance(_field(model, name), models.JSONField)]
    with connection.cursor() as cursor, connection.wrap_database_errors, cursor.copy(statement) as copy:
        for row in _with_json(rows, jsons) if jsons else rows:
            copy.write_row(row)


def _field(model: type[models.Model], column: str) -> models.Field:
    return next(field for field in model._meta.local_concrete_fields if field.column == column)


def _with_json(rows: Iterable[Sequence[Any]], positions: Sequence[int]) -> Iterable[list[Any]]:
    for row in rows:
        values = list(row)
        for i in positions:
            values[i] = None if values[i] is None else Json(values[i])
        yield values
