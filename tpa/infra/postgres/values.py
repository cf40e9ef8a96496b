"""Values as the text that PostgreSQL reads: one at a time beside a statement, or rows of them as COPY takes them.

The driver has both. Its rows cost two to three times as much, since it asks of each value anew who can write it: what a
batch writes is mostly whole numbers, and few words and days, again and again.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime
from typing import Any

import psycopg

_SPECIAL = re.compile(r'["\\]')
_SPECIAL_IN_COPY = re.compile(r"[\\\t\n\r]")
_ESCAPED = {"\\": r"\\", "\t": r"\t", "\n": r"\n", "\r": r"\r"}


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


def copy_text(rows: Iterable[Sequence[Any]]) -> bytes:
    """Rows as COPY takes them: a line each, of values as above. Raises as above."""
    known: dict[Any, str] = {}
    lines = [_line(row, known) for row in rows]
    lines.append("")
    return "\n".join(lines).encode()


def _line(row: Sequence[Any], known: dict[Any, str]) -> str:
    """A row's line; what is written once in words is remembered in `known`, by the value."""
    texts: list[str] = []
    for value in row:
        if type(value) is int:
            texts.append(str(value))
        elif isinstance(value, (list, tuple)):
            texts.append(_copied(value))
        else:
            text = known.get(value)
            if text is None:
                text = known[value] = _copied(value)
            texts.append(text)
    return "\t".join(texts)


def _copied(value: Any) -> str:
    text = value_text(value)
    if text is None:
        return r"\N"
    return _SPECIAL_IN_COPY.sub(lambda found: _ESCAPED[found[0]], text.decode())


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
