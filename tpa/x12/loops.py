"""Where each segment of a transaction set belongs: the loops of a guide, and a walk through them.

A guide is a text, one loop a line, indented by one space a level:

    name ! /max | trigger segment ...

`NM1:41(3,8,9)!/2` is segment NM1 with 41 in its qualifier, elements 3, 8 and 9 required, the segment required, at most
two of it. `/*` is without limit; a loop or segment without `/` may come once. A trigger opens its loop.

Order: the segments of a loop may come in any order, but before its sub-loops; sub-loops come in the order of their
numbers (2310, 2320, 2400). A segment that fits nowhere is an issue. So is a missing one: it is reported at the segment
where its absence shows.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from tpa.x12 import elements as element_rules
from tpa.x12.issues import Answer, Issue, Level
from tpa.x12.tokenizer import COMPONENT, CUT_OFF, TOO_LONG, Segment

MAX_ISSUES = 100
"""Faults kept of one set; after so many the rest of it is only counted."""
MAX_NOTES = 20
"""Notes kept of one set."""
UNLIMITED = 1 << 60
_QUALIFIED_BY = {
    **dict.fromkeys(("NM1", "N1", "REF", "DTP", "AMT", "QTY", "PER", "PRV", "CRC", "NTE", "MEA", "HI"), 1),
    **dict.fromkeys(("BHT", "BGN", "CUR", "DMG", "LQ", "LS", "LE", "PLA"), 1),
    "HL": 3,
}
"""The element that holds a segment's qualifier; in an HI its first component."""
_ID = re.compile(r"[A-Z][A-Z0-9]{1,2}\Z")
_LINE = re.compile(r"( *)(\w+)(!?)(?:/(\d+|\*))? \| (.*)")
_USAGE = re.compile(r"(\w+)(?::([\w,]+))?(?:\(([\d,]+)\))?(!?)(?:/(\d+|\*))?\Z")


class Usage(NamedTuple):
    """A segment at its place in the guide; `place` counts the usages of its loop."""

    place: int
    segment: str
    qualifiers: tuple[str, ...]
    elements: tuple[int, ...]
    required: bool
    most: int


class Loop:
    """A loop of a guide. `own` finds its segments, `opens` its sub-loops: by id, then qualifier, or "" for any."""

    __slots__ = ("children", "exacting", "most", "name", "needed", "opens", "own", "rank", "required", "usages")

    def __init__(self, name: str, required: bool, most: int, usages: tuple[Usage, ...]) -> None:
        self.name = name
        self.rank = 0
        self.required = required
        self.most = most
        self.usages = usages
        self.children: list[Loop] = []
        self.own: dict[str, dict[str, Usage]] = {}
        for usage in usages[1:]:
            self.own.setdefault(usage.segment, {}).update(dict.fromkeys(usage.qualifiers or ("",), usage))
        self.opens: dict[str, dict[str, Loop]] = {}
        self.needed = tuple(usage for usage in usages if usage.required)
        self.exacting = bool(self.needed)
        """Something may be missing in it."""

    def adopt(self, child: Loop) -> None:
        """Take a sub-loop; those whose numbers begin alike (2310A, 2310B) share a rank and may come in any order."""
        if self.children:
            last = self.children[-1]
            child.rank = last.rank + (last.name[:4] != child.name[:4])
        self.children.append(child)
        trigger = child.usages[0]
        self.opens.setdefault(trigger.segment, {}).update(dict.fromkeys(trigger.qualifiers or ("",), child))
        self.exacting = self.exacting or child.required


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
        tuple(int(one) for one in required.split(",")) if required else (),
        bool(needed),
        _most(most),
    )


def parse_guide(text: str) -> Guide:
    """The guide that a text in the notation above describes."""
    path: list[Loop] = []
    ids: set[str] = set()
    for line in text.splitlines():
        if not line.strip():
            continue
        match = _LINE.match(line)
        if match is None:
            raise ValueError(f"not a loop of a guide: {line!r}")
        depth = len(match[1])
        usages = tuple(_usage(index, one) for index, one in enumerate(match[5].split()))
        loop = Loop(match[2], bool(match[3]), _most(match[4]), usages)
        ids.update(usage.segment for usage in usages)
        del path[depth:]
        if path:
            path[-1].adopt(loop)
        path.append(loop)
    return Guide(path[0], frozenset(ids))


class Node:
    """A loop as it stands in the file: its segments and its sub-loops.

    `parent` is known of records and levels only, which their parents do not hold: there are no reference cycles.
    """

    __slots__ = ("_found", "children", "counts", "loop", "memo", "parent", "segments", "started")

    def __init__(self, loop: Loop, parent: Node | None = None) -> None:
        self.loop = loop
        self.parent = parent
        self.segments: list[Segment] = []
        self.children: list[Node] | tuple[()] = ()
        self.counts = [0] * len(loop.usages)
        self.started: dict[str, int] | None = None
        """How often each sub-loop came."""
        self.memo: object = None
        """What a reader made of it, where many records share it."""
        self._found: dict[str, list[list[str]]] | None = None

    def found(self) -> dict[str, list[list[str]]]:
        """Its segments' elements by segment id, each in order. Only for a loop that is complete."""
        found = self._found
        if found is None:
            found = self._found = {}
            for elements, _, _, _ in self.segments:
                if elements[0] in found:
                    found[elements[0]].append(elements)
                else:
                    found[elements[0]] = [elements]
        return found

    def first(self, segment: str) -> list[str] | None:
        """Elements of the first segment of that id."""
        found = self.found().get(segment)
        return found[0] if found else None

    def child(self, name: str) -> Node | None:
        """The first sub-loop whose name begins so."""
        for node in self.children:
            if node.loop.name.startswith(name):
                return node
        return None

    def below(self, name: str) -> Sequence[Node]:
        """Every sub-loop whose name begins so."""
        if not self.children:
            return ()
        return [node for node in self.children if node.loop.name.startswith(name)]


class Walk:
    """One transaction set, segment by segment. `take` returns a finished loop of the names in `records`.

    `known_good`: the set was walked before and accepted, so its elements need not be looked at again.
    """

    def __init__(self, guide: Guide, records: frozenset[str], *, known_good: bool = False) -> None:
        self.issues: list[Issue] = []
        self.refused = False
        self._given_up = False
        """So much is wrong that the rest is not looked at."""
        self._faults = self._notes = 0
        self.position = 1
        self.root = Node(guide.root)
        self.root.counts[0] = 1
        self.path = [self.root]
        self._guide = guide
        self._records = records
        self._known_good = known_good
        self._number = self._offset = 0
        self._levels = 0
        self._hl_of: dict[str, str] = {}

    def take(self, segment: Segment) -> Node | None:
        """Place a segment. Returns the record that it closes, if the set is still good."""
        self.position += 1
        if self._given_up:
            return None
        elements, text, self._number, self._offset = segment
        name = elements[0]
        at = _QUALIFIED_BY.get(name)
        qualifier = elements[at] if at is not None and at < len(elements) else ""
        if name == "HI":
            qualifier = qualifier.split(COMPONENT, 1)[0]
        node, finished = self.path[-1], None
        own = node.loop.own.get(name)
        usage = None if own is None else own.get(qualifier) or own.get("")
        if usage is None:
            opened = self._opened(name, qualifier)
            if opened is None:
                if own is None:
                    self._misplaced(elements)
                    return None
                self._note_qualifier(elements)
            else:
                finished = self._enter(*opened, name)
                node = self.path[-1]
                usage = node.loop.usages[0]
                if name == "HL":
                    self._check_level(elements)
        required: tuple[int, ...] = ()
        if usage is not None:
            required = usage.elements
            node.counts[usage.place] += 1
            if node.counts[usage.place] == usage.most + 1:
                self._fault("segment_repeated", f"{name} comes more than {usage.most} times here", "5", name)
        node.segments.append(segment)
        if not self._known_good and not element_rules.sound(elements, text, required):
            for fault in element_rules.faults(elements, text, required):
                self._element_fault(name, fault)
        return None if self.refused else finished

    def finish(self, number: int, offset: int) -> Node | None:
        """The SE has come: close every loop. Returns the last record, if the set is good."""
        self.position += 1
        if self._given_up:
            return None
        self._number, self._offset = number, offset
        finished = self._close(0)
        self._complete(self.root, None)
        return None if self.refused else finished

    def _opened(self, name: str, qualifier: str) -> tuple[int, Loop] | None:
        """The depth of the innermost open loop that has a sub-loop beginning so, and that sub-loop."""
        for depth in range(len(self.path) - 1, -1, -1):
            opens = self.path[depth].loop.opens.get(name)
            if opens is not None:
                loop = opens.get(qualifier) or opens.get("")
                if loop is not None:
                    return depth, loop
        return None

    def _enter(self, depth: int, loop: Loop, name: str) -> Node | None:
        finished = self._close(depth)
        parent = self.path[-1]
        if parent.started is None:
            parent.started = {}
        self._complete(parent, loop)
        came = parent.started[loop.name] = parent.started.get(loop.name, 0) + 1
        if came == loop.most + 1:
            self._fault("loop_repeated", f"loop {loop.name} comes more than {loop.most} times here", "4", name)
        if name == "HL" or loop.name in self._records:
            node = Node(loop, parent)
        else:
            node = Node(loop)
            if not parent.children:
                parent.children = []
            parent.children.append(node)
        self.path.append(node)
        return finished

    def _close(self, depth: int) -> Node | None:
        """Close the loops deeper than `depth`; the record among them."""
        finished = None
        while len(self.path) > depth + 1:
            node = self.path.pop()
            self._complete(node, None)
            if node.loop.name in self._records:
                finished = node
        return finished

    def _complete(self, node: Node, following: Loop | None) -> None:
        """Report what is missing in a loop before its sub-loop `following` begins, or before it ends."""
        loop, counts, started = node.loop, node.counts, node.started or {}
        if not loop.exacting and (following is None or not started):
            return
        for usage in loop.needed:
            if not counts[usage.place]:
                counts[usage.place] = 1
                self._missing(usage, loop.name)
        for child in loop.children:
            if following is not None and child.rank >= following.rank:
                if child.rank > following.rank and started.get(child.name):
                    message = f"loop {following.name} comes after loop {child.name}"
                    self._fault("segment_out_of_order", message, "7", following.usages[0].segment)
                    return
            elif child.required and child.name not in started:
                if node.started is not None:
                    node.started[child.name] = 0
                self._missing(child.usages[0], child.name)

    def _check_level(self, elements: list[str]) -> None:
        """HL01 counts on by one; HL02 names the HL of the level above that is open: no cycles, no other trees."""
        above = self.path[-2].loop.name
        own, parent = [*elements, "", ""][1:3]
        number = int(own) if own.isascii() and own.isdigit() and len(own) <= 12 else -1
        if not self._levels and number > 1:
            self._report("level_start", "HL01 does not begin with 1", Level.NOTE, Answer.IK4, "7", "HL")
        elif number != self._levels + 1:
            self._level_fault(1, f"HL01 must count on to {self._levels + 1}", own)
        self._levels = max(number, 0)
        if parent != self._hl_of.get(above, ""):
            self._level_fault(2, "HL02 must name the level above that is open", parent)
        self._hl_of[self.path[-1].loop.name] = own

    def _level_fault(self, element: int, message: str, value: str) -> None:
        self._element_fault("HL", element_rules.Fault(element, 0, "7", "level_wrong", message, value[:12]))

    def _missing(self, usage: Usage, loop: str) -> None:
        which = f"{usage.segment} {'/'.join(usage.qualifiers)}".strip()
        self._fault("segment_missing", f"{which} is required in loop {loop}", "3", usage.segment, loop)

    def _misplaced(self, elements: list[str]) -> None:
        name = elements[0]
        if name == TOO_LONG:
            self._fault("segment_too_long", "the segment is longer than 65536 bytes", "8", elements[1])
        elif name == CUT_OFF:
            self._fault("segment_cut_off", "the file ends inside of this segment", "8", elements[1])
        elif not _ID.match(name):
            self._fault("segment_unknown", "this is no segment id", "1", name)
        elif name not in self._guide.ids:
            self._fault("segment_unknown", f"{name} is no segment of this transaction set", "6", name)
        else:
            self._fault("segment_unexpected", f"{name} is not expected here", "2", name)

    def _note_qualifier(self, elements: list[str]) -> None:
        message = f"{elements[0]} with this qualifier has no place in the guide; it is kept unread"
        self._report("qualifier_unused", message, Level.NOTE, Answer.IK3, "I4", elements[0])

    def _element_fault(self, name: str, fault: element_rules.Fault) -> None:
        self._report(fault.name, fault.message, Level.SET, Answer.IK4, fault.code, name, fault=fault)

    def _fault(self, code: str, message: str, answer_code: str, name: str, loop: str = "") -> None:
        self._report(code, message, Level.SET, Answer.IK3, answer_code, name, loop)

    def _report(
        self,
        code: str,
        message: str,
        level: Level,
        answer: Answer,
        answer_code: str,
        name: str,
        loop: str = "",
        fault: element_rules.Fault | None = None,
    ) -> None:
        if level >= Level.SET:
            self.refused = True
            self._faults += 1
            self._given_up = self._faults >= MAX_ISSUES
        else:
            self._notes += 1
            if self._notes > MAX_NOTES:
                return
        self.issues.append(
            Issue(
                code,
                message,
                level,
                answer,
                answer_code,
                _printable(name),
                self._number,
                self._offset,
                self.position,
                loop or self.path[-1].loop.name,
                fault.element if fault else 0,
                fault.component if fault else 0,
                fault.value if fault else "",
            )
        )


def _printable(name: str) -> str:
    """A segment id fit for an answer: at most three letters and digits."""
    return "".join(char for char in name[:3] if char.isascii() and char.isalnum())
