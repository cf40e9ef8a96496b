"""The notation in which the implementation guides are written down, and what it is read into.

A guide is a text, one loop a line, indented by one space a level:

    name ! /max | trigger segment ...

`NM1:41(3,8,9)!/2` is segment NM1 with 41 in its qualifier, elements 3, 8 and 9 required, the segment required, at most
two of it. `/*` is without limit; a loop or segment without `/` may come once. A trigger opens its loop.

From each loop it is known in advance where every segment leads: to a place in the loop itself, or, over so many loops
that it closes, into a sub-loop of one that is open.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from tpa.x12.elements import Checker, checker

UNLIMITED = 1 << 60
_QUALIFIED_BY = {
    **dict.fromkeys(("NM1", "N1", "REF", "DTP", "AMT", "QTY", "PER", "PRV", "CRC", "NTE", "MEA", "HI"), 1),
    **dict.fromkeys(("BHT", "BGN", "CUR", "DMG", "LQ", "LS", "LE", "PLA"), 1),
    "HL": 3,
}
"""The element that holds a segment's qualifier; in an HI its first component."""
_LINE = re.compile(r"( *)(\w+)(!?)(?:/(\d+|\*))? \| (.*)")
_USAGE = re.compile(r"(\w+)(?::([\w,]+))?(?:\(([\d,]+)\))?(!?)(?:/(\d+|\*))?\Z")


class Usage(NamedTuple):
    """A segment at its place in the guide; `place` counts the usages of its loop."""

    place: int
    segment: str
    qualifiers: tuple[str, ...]
    required: bool
    most: int
    rules: Checker


class Move(NamedTuple):
    """Where a segment leads: `closes` so many open loops, then opens `loop`, or stays where it is."""

    usage: Usage
    closes: int = 0
    loop: Loop | None = None


class Moves(NamedTuple):
    """Where the segments of one id lead, by qualifier; "" is any."""

    qualified_by: int
    by_qualifier: dict[str, Move]


class Loop:
    """A loop of a guide. `rank` orders sub-loops; those that begin alike (2310A, 2310B) may come in any order."""

    __slots__ = ("children", "exacting", "ids", "most", "moves", "name", "needed", "rank", "required", "usages")

    def __init__(self, name: str, required: bool, most: int, usages: tuple[Usage, ...]) -> None:
        self.name = name
        self.rank = 0
        self.required = required
        self.most = most
        self.usages = usages
        self.children: list[Loop] = []
        self.ids = frozenset(usage.segment for usage in usages[1:])
        self.moves: dict[str, Moves] = {}
        self.needed = tuple(usage for usage in usages if usage.required)
        self.exacting = bool(self.needed)
        """Something may be missing in it."""

    def adopt(self, child: Loop) -> None:
        """Take a sub-loop."""
        if self.children:
            last = self.children[-1]
            child.rank = last.rank + (last.name[:4] != child.name[:4])
        self.children.append(child)
        self.exacting = self.exacting or child.required

    def learn_moves(self, above: Sequence[Loop]) -> None:
        """Fill in `moves`; `above` are the loops around this one, outermost first. Nearer places go before farther."""
        for usage in self.usages[1:]:
            self._learn(usage, Move(usage))
        for closes, loop in enumerate([self, *reversed(above)]):
            for child in loop.children:
                self._learn(child.usages[0], Move(child.usages[0], closes, child))
        for child in self.children:
            child.learn_moves([*above, self])

    def _learn(self, usage: Usage, move: Move) -> None:
        name = usage.segment
        moves = self.moves.setdefault(name, Moves(_QUALIFIED_BY.get(name, 0), {}))
        for qualifier in usage.qualifiers or ("",):
            moves.by_qualifier.setdefault(qualifier, move)


class Guide(NamedTuple):
    """A parsed guide: its outermost loop (ST) and every segment id that it knows."""

    root: Loop
    ids: frozenset[str]


def _most(text: str | None) -> int:
    return UNLIMITED if text == "*" else int(text or 1)


def _usage(index: int, text: str) -> Usage:
    match = _USAGE.match(text)
    if match is None:
        raise ValueError(f"not a segment of a guide: {text!r}")
    name, qualifiers, required, needed, most = match.groups()
    return Usage(
        index,
        name,
        tuple(qualifiers.split(",")) if qualifiers else (),
        bool(needed),
        _most(most),
        checker(name, tuple(int(one) for one in required.split(",")) if required else ()),
    )


def parse_guide(text: str) -> Guide:
    """The guide that a text in the notation above describes."""
    path: list[Loop] = []
    root: Loop | None = None
    ids: set[str] = set()
    for line in text.splitlines():
        if not line.strip():
            continue
        match = _LINE.match(line)
        if match is None:
            raise ValueError(f"not a loop of a guide: {line!r}")
        usages = tuple(_usage(index, one) for index, one in enumerate(match[5].split()))
        loop = Loop(match[2], bool(match[3]), _most(match[4]), usages)
        ids.update(usage.segment for usage in usages)
        del path[len(match[1]) :]
        if path:
            path[-1].adopt(loop)
        path.append(loop)
        root = root or loop
    if root is None:
        raise ValueError("a guide without loops")
    root.learn_moves(())
    return Guide(root, frozenset(ids))
