"""Statements that the server reads and plans once a connection, asked for with as little work as there can be.

A driver's cursor looks at every value, builds and checks much that is the same each time, and takes longer over a small
statement than the server does. These are few and asked with every claim, so libpq sends them itself: each value as its
text, whose type the server takes from its place.
"""

import re
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from functools import lru_cache
from typing import Any

import psycopg
from psycopg import adapt, errors, pq

MOST_PLANS = 300
"""Of a connection that passes from employer to employer; the one that was not asked for longest goes."""
_PLACE = re.compile(r"%(?:s|\((\w+)\)s)")
_SPECIAL = re.compile(r'["\\]')
# The plan can no longer be used: a migration has changed its columns, or somebody has thrown it away.
_OUTDATED = (b"0A000", b"26000")


class Plans:
    """The statements that one connection has planned, for each binding by itself: a plan is made for a search path."""

    def __init__(self, wire: pq.abc.PGconn) -> None:
        self.wire = wire
        self._names: OrderedDict[tuple[object, str], bytes] = OrderedDict()
        self._made = 0
        self._is_outdated = False

    def ask(
        self,
        connection: psycopg.Connection[Any],
        binding: object,
        statement: str,
        values: Sequence[Any] | Mapping[str, Any],
    ) -> list[tuple[Any, ...]]:
        """The rows of a statement (none where it returns none). Raises psycopg's errors."""
        wire = self.wire
        if wire.transaction_status == pq.TransactionStatus.IDLE and not connection.autocommit:
            self._checked(wire.exec_(b"BEGIN"))
        text, names = _numbered(statement)
        given = [values[name] for name in names] if isinstance(values, Mapping) else values
        texts = [value_text(value) for value in given]
        key = binding, statement
        name = self._names.get(key)
        if name is None:
            name = self._plan(key, text)
        else:
            self._names.move_to_end(key)
        result = self._checked(wire.exec_prepared(name, texts))  # type: ignore[arg-type]  # None is NULL
        if result.status == pq.ExecStatus.COMMAND_OK:
            return []
        reader = adapt.Transformer(connection)
        reader.set_pgresult(result)
        return reader.load_rows(0, result.ntuples, tuple)

    def _plan(self, key: tuple[object, str], text: bytes) -> bytes:
        if self._is_outdated:
            self._checked(self.wire.exec_(b"DEALLOCATE ALL"))
            self._is_outdated = False
        self._made += 1
        name = b"plan_%d" % self._made
        self._checked(self.wire.prepare(name, text))
        self._names[key] = name
        while len(self._names) > MOST_PLANS:
            _, old = self._names.popitem(last=False)
            self._checked(self.wire.exec_(b"DEALLOCATE " + old))
        return name

    def _checked(self, result: Any) -> Any:
        if result.status in (pq.ExecStatus.TUPLES_OK, pq.ExecStatus.COMMAND_OK):
            return result
        if self.wire.status != pq.ConnStatus.OK:
            raise psycopg.OperationalError(self.wire.get_error_message())
        if result.error_field(pq.DiagnosticField.SQLSTATE) in _OUTDATED:
            self._names.clear()
            self._is_outdated = True
        raise errors.error_from_result(result)


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


def value_text(value: Any) -> bytes | None:
    """A value as the server reads it: None, text, whole number, truth, day, instant, bytes, or a list of such.

    Raises psycopg.DataError for a text with a zero character: PostgreSQL holds none, and libpq would end there.
    """
    read = _TEXTS.get(type(value))
    if read is not None:
        return read(value)
    for kind, read in _TEXTS.items():
        if isinstance(value, kind):
            return read(value)
    raise TypeError(f"a {type(value).__name__} does not go into a planned statement")


def _text(value: str) -> bytes:
    if "\0" in value:
        raise psycopg.DataError("PostgreSQL text cannot contain NUL (0x00) bytes")
    return str.encode(value)


def _array(values: Sequence[Any]) -> bytes:
    return b"{%b}" % b",".join([_element(one) for one in values])


def _element(value: Any) -> bytes:
    if value is None:
        return b"NULL"
    if isinstance(value, str):
        return b'"%b"' % _text(_SPECIAL.sub(r"\\\g<0>", value) if _SPECIAL.search(value) else value)
    return value_text(value) or b""


_TEXTS: dict[type[Any], Callable[[Any], bytes | None]] = {
    type(None): lambda value: None,
    str: _text,
    bool: lambda value: b"t" if value else b"f",
    int: lambda value: b"%d" % value,
    datetime: lambda value: value.isoformat().encode(),
    date: lambda value: value.isoformat().encode(),
    list: _array,
    tuple: _array,
    bytes: lambda value: rb"\x" + value.hex().encode(),
}
"""How each kind is written; the more particular one first."""
