"""Counting what really goes to the server: queries, COPY, bindings, server-side cursors."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db.backends.postgresql.base import Cursor as _DjangoCursor

from tpa.infra.postgres.planned import plans_of


class Statements:
    """The statements of a block, in order."""

    def __init__(self) -> None:
        self.seen: list[str] = []

    @property
    def count(self) -> int:
        """How many there were."""
        return len(self.seen)

    def __iter__(self) -> Iterator[str]:
        return iter(self.seen)

    def __getitem__(self, index: int) -> str:
        return self.seen[index]


class _Open(threading.local):
    tallies: tuple[Statements, ...] = ()


_open = _Open()


@contextmanager
def count_statements() -> Iterator[Statements]:
    """Collect every statement that this thread sends inside the block (BEGIN and COMMIT are not among them)."""
    tally = Statements()
    _open.tallies += (tally,)
    try:
        yield tally
    finally:
        _open.tallies = tuple(other for other in _open.tallies if other is not tally)


def note(statement: Any) -> None:
    """Tell the open counts of a statement."""
    for tally in _open.tallies:
        tally.seen.append(str(statement))


DjangoCursor: Any = _DjangoCursor


class Cursor(DjangoCursor):
    """Django's cursor, telling of each statement; what waited to be sent goes before it."""

    def execute(self, query: Any, *args: Any, **kwargs: Any) -> Any:
        self._come_after()
        note(query)
        return super().execute(query, *args, **kwargs)

    def executemany(self, query: Any, *args: Any, **kwargs: Any) -> Any:
        self._come_after()
        note(query)
        return super().executemany(query, *args, **kwargs)

    def copy(self, statement: Any, *args: Any, **kwargs: Any) -> Any:
        self._come_after()
        note(statement)
        return super().copy(statement, *args, **kwargs)

    def _come_after(self) -> None:
        plans = plans_of(self.connection)
        if plans.are_waiting:
            plans.settle(begin=not self.connection.autocommit)
