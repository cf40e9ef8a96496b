"""A walk through a transaction set: where each of its segments belongs, and what is missing or too much.

Order: the segments of a loop may come in any order, but before its sub-loops; sub-loops come in the order of their
numbers (2310, 2320, 2400). A segment that fits nowhere is an issue. So is a missing one: it is reported at the segment
where its absence shows.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from tpa.x12 import elements as element_rules
from tpa.x12.guides.notation import Guide, Loop, Move, Usage
from tpa.x12.issues import Answer, Issue, Level
from tpa.x12.tokenizer import COMPONENT, CUT_OFF, TOO_LONG, Segment

MAX_ISSUES = 100
"""Faults kept of one set; after so many the rest of it is only counted."""
MAX_NOTES = 20
"""Notes kept of one set."""
_ID = re.compile(r"[A-Z][A-Z0-9]{1,2}\Z")


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

    Once the set is refused nothing of it is kept any more, it is only looked at for further faults.

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
        self._here: Segment = (["ST"], "", 0, 0)
        self._levels = 0
        self._hl_of: dict[str, str] = {}

    def take(self, segment: Segment) -> Node | None:
        """Place a segment. Returns the record that it closes, if the set is still good."""
        self.position += 1
        if self._given_up:
            return None
        self._here = segment
        elements, text, _, _ = segment
        name, node, finished = elements[0], self.path[-1], None
        moves, move = node.loop.moves.get(name), None
        if moves is not None:
            at = moves.qualified_by
            qualifier = elements[at] if 0 < at < len(elements) else ""
            if name == "HI":
                qualifier = qualifier.split(COMPONENT, 1)[0]
            move = moves.by_qualifier.get(qualifier) or moves.by_qualifier.get("")
        if move is None:
            self._unplaced(node, segment)
            return None
        usage = move.usage
        if move.loop is not None:
            finished = self._enter(move, move.loop)
            node = self.path[-1]
            if name == "HL":
                self._check_level(elements)
        counts = node.counts
        counts[usage.place] += 1
        if counts[usage.place] == usage.most + 1:
            self._fault("segment_repeated", f"{name} comes more than {usage.most} times here", "5", name)
        if not self.refused:
            node.segments.append(segment)
        if not self._known_good and not element_rules.sound(elements, text, usage.rules):
            self._element_faults(segment, usage.rules)
        return None if self.refused else finished

    def finish(self, number: int, offset: int) -> Node | None:
        """The SE has come: close every loop. Returns the last record, if the set is good."""
        self.position += 1
        if self._given_up:
            return None
        self._here = (["SE"], "", number, offset)
        finished = self._close(len(self.path) - 1)
        self._complete(self.root, None)
        return None if self.refused else finished

    def _unplaced(self, node: Node, segment: Segment) -> None:
        """A segment that leads nowhere. Where its id has a place, only its qualifier is unknown: that is but a note."""
        elements, text, _, _ = segment
        if elements[0] not in node.loop.ids:
            self._misplaced(elements)
            return
        message = f"{elements[0]} with this qualifier has no place here in the guide; it was not read"
        self._report("qualifier_unused", message, Level.NOTE, Answer.IK3, "I4", elements[0])
        rules = element_rules.checker(elements[0])
        if not element_rules.sound(elements, text, rules):
            self._element_faults(segment, rules)

    def _enter(self, move: Move, loop: Loop) -> Node | None:
        finished = self._close(move.closes)
        parent = self.path[-1]
        if parent.started is None:
            parent.started = {}
        self._complete(parent, loop)
        came = parent.started[loop.name] = parent.started.get(loop.name, 0) + 1
        name = move.usage.segment
        if came == loop.most + 1:
            self._fault("loop_repeated", f"loop {loop.name} comes more than {loop.most} times here", "4", name)
        if name == "HL" or loop.name in self._records:
            node = Node(loop, parent)
        else:
            node = Node(loop)
            if not self.refused:
                parent.children = parent.children or []
                parent.children.append(node)
        self.path.append(node)
        return finished

    def _close(self, count: int) -> Node | None:
        """Close so many loops, innermost first; the record among them."""
        finished = None
        for _ in range(count):
            node = self.path.pop()
            if node.loop.exacting:
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

    def _element_faults(self, segment: Segment, rules: element_rules.Checker) -> None:
        elements, text, _, _ = segment
        for fault in element_rules.faults(elements, text, rules):
            self._element_fault(elements[0], fault)

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
                self._here[2],
                self._here[3],
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
