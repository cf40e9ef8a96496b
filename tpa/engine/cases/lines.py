"""On which line of a TOML text each key stands, so that a fault can be told by its line."""

from __future__ import annotations

import re
import tomllib
from bisect import bisect_left

_SPACE = re.compile(r"(?:[ \t\r\n]|#[^\n]*)*")
_STRING = re.compile(
    r'"""(?:\\.|[^\\])*?"{3,5}|' + r"'''.*?'{3,5}|" + r'"(?:\\.|[^"\\\n])*"|' + r"'[^'\n]*'", re.ASCII | re.DOTALL
)
_BARE = re.compile(r"[A-Za-z0-9_-]+")
_PLAIN = re.compile(r"[^,\]}\n#]+")


def line_of(text: str, where: str) -> int:
    """The line, from 1, of the key at the JSON pointer `where`, or of the nearest table around it; 0 without any.

    `text` must be TOML that can be read.
    """
    found = _Walk(text).found
    while where and where not in found:
        where = where.rpartition("/")[0]
    return found.get(where, 0)


class _Walk:
    """One walk through the text: `found` holds the line of every JSON pointer."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.found: dict[str, int] = {}
        self._ends = [match.start() for match in re.finditer("\n", text)]
        self._counts: dict[str, int] = {}
        table = ""
        while self._next():
            table = self._header() if self._next() == "[" else self._pair(table)

    def _next(self) -> str:
        """The next character that says something; empty at the end."""
        space = _SPACE.match(self.text, self.at)
        self.at = space.end() if space else self.at
        return self.text[self.at : self.at + 1]

    def _note(self, where: str) -> str:
        self.found.setdefault(where, bisect_left(self._ends, self.at) + 1)
        return where

    def _header(self) -> str:
        """`[a.b]` or `[[a.b]]`: the pointer of the table that begins."""
        is_list = self.text.startswith("[[", self.at)
        self.at += 1 + is_list
        parts = self._key()
        where = ""
        for place, part in enumerate(parts, start=1):
            where = self._note(f"{where}/{part}")
            if is_list and place == len(parts):
                self._counts[where] = self._counts.get(where, 0) + 1
            if where in self._counts:
                where = self._note(f"{where}/{self._counts[where] - 1}")
        self.at += 1 + is_list
        return where

    def _key(self) -> list[str]:
        """`a."b".c`, up to what follows it."""
        parts = []
        while True:
            quoted = self._next() in ('"', "'")
            match = (_STRING if quoted else _BARE).match(self.text, self.at)
            token = match[0] if match else ""
            self.at += len(token)
            parts.append(str(tomllib.loads(f"key = {token}")["key"]) if quoted else token)
            if self._next() != ".":
                return parts
            self.at += 1

    def _pair(self, table: str) -> str:
        """`key = value`; the pointer of the table it stands in, unchanged."""
        begins, where = self.at, table
        parts = self._key()
        ends, self.at = self.at, begins
        for part in parts:
            where = self._note(f"{where}/{part}")
        self.at = ends + 1
        self._value(where)
        return table

    def _value(self, where: str) -> None:
        first = self._next()
        if first in ("[", "{"):
            self.at += 1
            self._inside(where, is_list=first == "[")
            return
        match = (_STRING if first in ('"', "'") else _PLAIN).match(self.text, self.at)
        self.at = match.end() if match else len(self.text)

    def _inside(self, where: str, *, is_list: bool) -> None:
        """What stands in a list or an inline table, up to its end."""
        count = 0
        while self._next() not in ("]", "}", ""):
            if is_list:
                self._value(self._note(f"{where}/{count}"))
            else:
                self._pair(where)
            count += 1
            if self._next() == ",":
                self.at += 1
        self.at += 1
