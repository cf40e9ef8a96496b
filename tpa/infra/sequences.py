"""Keys for rows that are written by COPY, taken beforehand."""

from functools import cache

from django.db import models

from tpa.infra.postgres.prepared import Asked, prepared

_NEXT = "SELECT nextval(%s::regclass) FROM generate_series(1, %s)"


def next_ids(model: type[models.Model], count: int) -> list[int]:
    """`count` unused keys of the model's table, ascending, in one statement. They need not be consecutive."""
    if count == 0:
        return []
    return sorted(key for (key,) in prepared(*ask_ids(model, count)))


def ask_ids(model: type[models.Model], count: int) -> Asked:
    """The statement behind it, for a message with others: each row has one key."""
    return _NEXT, [_sequence(model), count]


@cache
def _sequence(model: type[models.Model]) -> str:
    """The sequence of the model's key, without its schema: it has the same name for every employer."""
    meta = model._meta
    ((name,),) = prepared("SELECT pg_get_serial_sequence(%s, %s)", [meta.db_table, meta.pk.column])
    return name.rpartition(".")[2]
