"""Keys for rows that are written by COPY, taken beforehand."""

from functools import cache

from django.db import models

from tpa.infra.postgres.prepared import prepared


def next_ids(model: type[models.Model], count: int) -> list[int]:
    """`count` unused keys of the model's table, ascending, in one statement. They need not be consecutive."""
    if count == 0:
        return []
    ((keys,),) = prepared(
        "SELECT array_agg(nextval(%s::regclass)) FROM generate_series(1, %s)", [_sequence(model), count]
    )
    return sorted(keys)


@cache
def _sequence(model: type[models.Model]) -> str:
    """The sequence of the model's key, without its schema: it has the same name for every employer."""
    meta = model._meta
    ((name,),) = prepared("SELECT pg_get_serial_sequence(%s, %s)", [meta.db_table, meta.pk.column])
    return name.rpartition(".")[2]
