"""Locks that end with the transaction. A lock on a row is the lease on the work that hangs on it."""

from collections.abc import Iterable

from django.db import connection, models
from psycopg import sql

from tpa.infra.postgres.prepared import prepared


def lease_rows(model: type[models.Model], keys: Iterable[int], *, wait: bool = False) -> list[int]:
    """Lock the rows with these keys until the transaction ends; the keys that were got, ascending.

    Without `wait`, rows that somebody else holds are left out; with it, all are waited for in the order of their keys,
    so that two callers never block each other. The lock shuts out every other lease and every edit of the row, but
    not rows that refer to it. Locks are taken in one statement; call it inside a transaction.
    """
    meta = model._meta
    query = sql.SQL("SELECT {key} FROM {table} WHERE {key} = ANY(%s) ORDER BY {key} FOR NO KEY UPDATE {skip}").format(
        key=sql.Identifier(str(meta.pk.column)),
        table=sql.Identifier(meta.db_table),
        skip=sql.SQL("" if wait else "SKIP LOCKED"),
    )
    _inside_transaction()
    with connection.cursor() as cursor:
        cursor.execute(query.as_string(None), [list(keys)])
        return [key for (key,) in cursor.fetchall()]


def lock(name: str) -> None:
    """Wait for the lock of that name, in the bound employer's own space; it ends with the transaction."""
    _inside_transaction()
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [name_of(name)])


def try_lock(name: str) -> bool:
    """The same without waiting: whether it was got."""
    _inside_transaction()
    ((got,),) = prepared("SELECT pg_try_advisory_xact_lock(hashtextextended(%s, 0))", [name_of(name)])
    return got


def name_of(name: str) -> str:
    """The text that is hashed for a lock of that name: the bound employer's own."""
    return f"{connection.schema_name}:{name}"


def _inside_transaction() -> None:
    connection.validate_no_broken_transaction()
    if not connection.in_atomic_block:
        raise RuntimeError("a lock that ends with the transaction needs one: use transaction.atomic()")
