"""Statements that the server reads and plans once a connection, asked for with as little work as there can be.

A driver's cursor looks at every value, builds and checks much that is the same each time, and takes longer over a small
statement than the server does. These are few and asked with every claim, so libpq sends them itself: each value as its
text, whose type the server takes from its place. Several go in one message (libpq's pipeline): what a small statement
costs both sides is mostly the sending of it and the waking up for it.
"""

import re
import select
from collections import OrderedDict
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any, NoReturn
from weakref import WeakKeyDictionary

import psycopg
from psycopg import adapt, errors, pq

from tpa.infra.postgres.values import value_text

MOST_PLANS = 300
"""Of a connection that passes from employer to employer; the one that was not asked for longest goes."""
_PLACE = re.compile(r"%(?:s|\((\w+)\)s)")
# The plan can no longer be used: a migration has changed its columns, or somebody has thrown it away.
_OUTDATED = (b"0A000", b"26000")
_DONE = (pq.ExecStatus.TUPLES_OK, pq.ExecStatus.COMMAND_OK)
_Key = tuple[object, str]
"""A binding and a statement."""
_Message = tuple[Callable[..., None], tuple[Any, ...], bool, _Key | None]
"""A part of what is sent: how, with which arguments, whether its rows may be asked for, and what it plans."""


class Plans:
    """The statements that one connection has planned, for each binding by itself: a plan is made for a search path.

    Statements wait here until `settle` sends them all; nothing is on the wire in between.
    """

    def __init__(self, connection: psycopg.Connection[Any]) -> None:
        self.wire = wire = connection.pgconn
        self._run, self._command, self._prepare = wire.send_query_prepared, wire.send_query_params, wire.send_prepare
        self._reader = adapt.Transformer(connection.adapters)
        self._waiting: list[_Message] = []
        self._names: OrderedDict[_Key, bytes] = OrderedDict()
        self._made = 0
        self._is_outdated = False

    @property
    def are_waiting(self) -> bool:
        """Whether there is something to be sent."""
        return bool(self._waiting)

    def put(self, binding: object, statement: str, values: Any) -> None:
        """A statement with a sequence of values, or a mapping where its places have names; behind those that wait."""
        text, names = _numbered(statement)
        given = [values[name] for name in names] if names else values
        texts = [value_text(value) for value in given]
        key = binding, statement
        name = self._names.get(key)
        if name is None:
            name = self._plan(key, text)
        else:
            self._names.move_to_end(key)
        self._waiting.append((self._run, (name, texts), True, None))

    def put_command(self, text: str) -> None:
        """A statement without values that is not worth a plan, behind those that wait."""
        self._waiting.append((self._command, (text.encode(), None), False, None))

    def forget(self, *, since: str | None = None) -> None:
        """Send nothing of what waits; only of what came after the command `since`, where that waits."""
        kept = 0
        if since is not None:
            mark = since.encode(), None
            kept = next((n for n, (_, arguments, *_) in enumerate(self._waiting, 1) if arguments == mark), 0)
        for *_, plans in self._waiting[kept:]:
            if plans is not None:
                self._names.pop(plans, None)
        del self._waiting[kept:]

    def settle(self, *, begin: bool) -> list[Any]:
        """Send what waits, after a BEGIN where there is no transaction; the answers. Raises psycopg's error of the first.

        What follows a statement that is refused has not been done.
        """
        waiting, self._waiting = self._waiting, []
        if begin and waiting and self.wire.transaction_status == pq.TransactionStatus.IDLE:
            waiting.insert(0, (self._command, (b"BEGIN", None), False, None))
        if len(waiting) == 1 and waiting[0][2]:
            results = [self.wire.exec_prepared(*waiting[0][1])]
        else:
            results = self._exchange(waiting) if waiting else []
        for result in results:
            if result.status not in _DONE:
                self._fail(result, waiting, results)
        return [result for (_, _, is_asked, _), result in zip(waiting, results, strict=True) if is_asked]

    def rows(self, result: Any) -> list[tuple[Any, ...]]:
        """The rows of an answer; none of a statement that returns none."""
        if result.status == pq.ExecStatus.COMMAND_OK:
            return []
        self._reader.set_pgresult(result)
        return self._reader.load_rows(0, result.ntuples, tuple)

    def _exchange(self, messages: Sequence[_Message]) -> list[Any]:
        """The answers, as many as there are messages. A connection left in the middle of this is of no more use."""
        wire = self.wire
        try:
            wire.enter_pipeline_mode()
            for send, arguments, *_ in messages:
                send(*arguments)
            wire.pipeline_sync()
            results = [self._next() for _ in messages]
            self._next()  # the answer to the synchronization
            wire.exit_pipeline_mode()
        except BaseException:
            wire.finish()
            raise
        return results

    def _next(self) -> Any:
        wire = self.wire
        while wire.is_busy():
            self._wait()
        result = wire.get_result()
        if result is None or wire.status != pq.ConnStatus.OK:
            raise psycopg.OperationalError(wire.get_error_message())
        if result.status != pq.ExecStatus.PIPELINE_SYNC:
            wire.get_result()  # the end of this statement's answers
        return result

    def _wait(self) -> None:
        """Until the server says something, or takes more of what is to be sent. Other threads run meanwhile."""
        events = select.POLLIN | (select.POLLOUT if self.wire.flush() else 0)
        sockets = select.poll()
        sockets.register(self.wire.socket, events)
        sockets.poll()
        self.wire.consume_input()

    def _plan(self, key: _Key, text: bytes) -> bytes:
        if self._is_outdated:
            self._waiting.append((self._command, (b"DEALLOCATE ALL", None), False, None))
            self._is_outdated = False
        self._made += 1
        name = b"plan_%d" % self._made
        self._waiting.append((self._prepare, (name, text), False, key))
        self._names[key] = name
        while len(self._names) > MOST_PLANS:
            _, old = self._names.popitem(last=False)
            self._waiting.append((self._command, (b"DEALLOCATE " + old, None), False, None))
        return name

    def _fail(self, failed: Any, messages: Sequence[_Message], results: Sequence[Any]) -> NoReturn:
        if self.wire.status != pq.ConnStatus.OK:
            raise psycopg.OperationalError(self.wire.get_error_message())
        for (*_, plans), result in zip(messages, results, strict=True):
            if plans is not None and result.status not in _DONE:
                self._names.pop(plans, None)
        if failed.error_field(pq.DiagnosticField.SQLSTATE) in _OUTDATED:
            self._names.clear()
            self._is_outdated = True
        raise errors.error_from_result(failed)


_plans: "WeakKeyDictionary[psycopg.Connection[Any], Plans]" = WeakKeyDictionary()


def plans_of(connection: psycopg.Connection[Any]) -> Plans:
    """The connection's plans, which it keeps when the pool gives it to another thread."""
    return _plans.get(connection) or _plans.setdefault(connection, Plans(connection))


@lru_cache(maxsize=1024)
def _numbered(statement: str) -> tuple[bytes, tuple[str, ...]]:
    """The statement with its places as the server numbers them, and the names of named ones in that order."""
    names: dict[str, int] = {}
    count = 0

    def number(place: re.Match[str]) -> str:
        nonlocal count
        if place[1]:
            return f"${names.setdefault(place[1], len(names) + 1)}"
        count += 1
        return f"${count}"

    return _PLACE.sub(number, statement).encode(), tuple(names)
