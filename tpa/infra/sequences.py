"""Keys for rows that are written by COPY, taken beforehand."""

from django.db import models

from tpa.infra.postgres.prepared import prepared


def next_ids(model: type[models.Model], count: int) -> list[int]:
    """`count` unused keys of the model's table, ascending, in one statement. They need not be consecutive."""
    if count == 0:
        return []
    meta = model._meta
    ((keys,),) = prepared(
        "SELECT array_agg(nextval(s)) FROM pg_get_serial_sequence(%s, %s) s, generate_series(1, %s)",
        [meta.db_table, meta.pk.column, count],
    )
    return sorted(keys)
