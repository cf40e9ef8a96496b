"""ISA, GS, ST and their trailers: what is whole and accepted, and what is refused and why.

Failures are isolated. An ISA or GS that cannot be accepted refuses what is inside. A set stands or falls alone: wrong
counts or numbers in a GE or IEA, or a file that ends too early, are reported (TA1 E, AK9 E or P), and the sets that
were read whole and found good stay accepted. "E" tells the sender not to send those again.

A set's content is yielded only after its SE was read and the set accepted, so a consumer can register what it gets at
once. Its records are held back until then; a set of more than HELD_SEGMENTS segments is not held but read a second time
from its ST, hence the stream must be seekable. Memory is flat either way.

Codes: 005010X231A1 (AK9, IK5), 005010X222A1 appendix C (TA1).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import BinaryIO, Generic, NamedTuple, TypeVar

from tpa.kernel.errors import InvariantError
from tpa.x12 import headers
from tpa.x12.events import Group, GroupEnd, Interchange, InterchangeEnd, SetEnd, SetHeader
from tpa.x12.guides.notation import Guide
from tpa.x12.issues import Answer, Issue, Level
from tpa.x12.loops import MAX_ISSUES, Node, Walk
from tpa.x12.tokenizer import BAD_ISA, CUT_OFF, GARBAGE, Delimiters, Segment, Tokenizer

HELD_SEGMENTS = 100_000
"""A set of at most so many segments is read once, its records held until its SE: some 25 megabytes."""

T = TypeVar("T")


class Dialect(NamedTuple, Generic[T]):
    """How the sets of one functional id are read."""

    transaction: str
    guides: Mapping[str, Guide]
    """By version, as in ST03."""
    records: frozenset[str]
    """The loop that is one record."""
    describe: Callable[[SetHeader, Node], SetHeader]
    """Completes the header from the set's first loops."""
    build: Callable[[Node, SetHeader], T]
    """The record that a loop is."""


class _Set(Generic[T]):
    """The transaction set that is being read."""

    def __init__(self, header: SetHeader, issues: list[Issue], dialect: Dialect[T], delimiters: Delimiters) -> None:
        self.header = header
        self.issues = issues
        self.delimiters = delimiters
        self.dialect = dialect
        self.position = 1
        self.held: list[T] | None = []
        self.records = 0
        readable = not any(issue.level >= Level.SET for issue in issues)
        self.walk = Walk(dialect.guides[header.guide], dialect.records) if readable else None

    def take(self, segment: Segment) -> None:
        self.position += 1
        if self.walk is not None:
            node = self.walk.take(segment)
            if node is not None:
                self._keep(node)

    def finish(self, number: int, offset: int) -> None:
        self.position += 1
        if self.walk is not None:
            node = self.walk.finish(number, offset)
            if node is not None:
                self._keep(node)

    def _keep(self, node: Node) -> None:
        self.records += 1
        if self.position > HELD_SEGMENTS:
            self.held = None
        if self.held is not None:
            self.held.append(self.dialect.build(node, self.header))

    def fault(self, code: str, message: str, answer_code: str, segment: Segment, element: int = 0) -> None:
        """A fault of the set as a whole (IK5)."""
        elements, _, number, offset = segment
        name = elements[0] if elements[0] in ("SE", "GE", "GS", "ST", "ISA", "IEA") else ""
        issue = Issue(code, message, Level.SET, Answer.IK5, answer_code, name, number, offset, self.position)
        self.issues.append(issue._replace(element=element, value=headers.at(elements, element)[:15] if element else ""))

    def verdict(self) -> SetEnd:
        """Accepted or not, with everything that was found."""
        found = (*self.issues, *(self.walk.issues if self.walk else ()))
        sound = self.walk is not None and not self.walk.refused
        accepted = sound and not any(issue.level >= Level.SET for issue in self.issues)
        return SetEnd(self.header, accepted, found, self.records if accepted else 0, self.position)


class Reading(Generic[T]):
    """One pass over a file. `events` is everything that the readers yield."""

    def __init__(self, stream: BinaryIO, dialects: Mapping[str, Dialect[T]]) -> None:
        self._stream = stream
        self._start = stream.tell()
        self._tokens = Tokenizer(stream)
        self._dialects = dialects
        self._versions = {name: frozenset(dialect.guides) for name, dialect in dialects.items()}
        self._interchange: Interchange | None = None
        self._interchange_issues: list[Issue] = []
        self._inside = False
        self._refused = False
        self._groups = 0
        self._group_numbers: set[str] = set()
        self._group: Group | None = None
        self._group_issues: list[Issue] = []
        self._sets: list[SetEnd] = []
        self._set_numbers: set[str] = set()
        self._set: _Set[T] | None = None

    def events(self) -> Iterator[Interchange | Group | SetHeader | T | SetEnd | GroupEnd | InterchangeEnd]:
        """Envelope events and records, in the order of the file."""
        handlers = {
            "ISA": self._isa,
            "IEA": self._iea,
            "GS": self._gs,
            "GE": self._ge,
            "ST": self._st,
            "SE": self._se,
            GARBAGE: self._garbage,
            BAD_ISA: self._bad_isa,
        }
        last: Segment = ([""], "", 0, 0)
        for segment in self._tokens:
            handler = handlers.get(segment[0][0])
            if handler is not None:
                yield from handler(segment)
            elif self._set is not None:
                self._set.take(segment)
            else:
                self._stray(segment)
            last = segment
        if self._inside:
            end: Segment = (["", ""], "", last[2], last[3])
            yield from self._end_group(end, "the file ends before the GE")
            self._note("file_ends", "the file ends before the IEA", "023", end)
            yield from self._end_interchange()

    def _isa(self, segment: Segment) -> Iterator[Interchange | SetEnd | GroupEnd | InterchangeEnd]:
        yield from self._begin(segment)
        elements, _, number, offset = segment
        self._interchange, self._interchange_issues = headers.read_interchange(
            elements, number, offset, irregular=self._tokens.irregular
        )
        self._refused = any(issue.level is Level.INTERCHANGE for issue in self._interchange_issues)
        if not self._refused:
            yield self._interchange

    def _bad_isa(self, segment: Segment) -> Iterator[SetEnd | GroupEnd | InterchangeEnd]:
        """An ISA that cannot be read: refused without an answer, for nobody knows whom to answer."""
        yield from self._begin(segment)
        (_, code, reason), _, number, offset = segment
        issue = Issue("isa_unreadable", reason, Level.INTERCHANGE, Answer.TA1, code, "ISA", number, offset)
        yield InterchangeEnd(None, (issue,), 0)
        self._inside = False

    def _garbage(self, segment: Segment) -> Iterator[SetEnd | GroupEnd | InterchangeEnd]:
        yield from self._begin(segment)
        (_, what), _, number, offset = segment
        message = f"an ISA is expected here, not {what}"
        issue = Issue("isa_missing", message, Level.INTERCHANGE, Answer.TA1, "022", "", number, offset)
        yield InterchangeEnd(None, (issue,), 0)
        self._inside = False

    def _begin(self, segment: Segment) -> Iterator[SetEnd | GroupEnd | InterchangeEnd]:
        """End an interchange that has no IEA, and make room for the next one."""
        if self._inside:
            yield from self._end_group(segment, "the next interchange begins before the GE")
            self._note("trailer_missing", "the next interchange begins before the IEA", "022", segment)
            yield from self._end_interchange()
        self._interchange, self._interchange_issues = None, []
        self._inside, self._refused = True, False
        self._groups = 0
        self._group_numbers = set()

    def _iea(self, segment: Segment) -> Iterator[SetEnd | GroupEnd | InterchangeEnd]:
        if not self._inside:
            return
        yield from self._end_group(segment, "the IEA comes before the GE")
        elements, isa = segment[0], self._interchange
        if not self._refused and isa is not None:
            if not _counts(headers.at(elements, 1), self._groups):
                message = f"IEA01 must be {self._groups}, the number of groups"
                self._note("group_count", message, "021", segment, 1)
            if headers.at(elements, 2).strip() != isa.control_number:
                self._note("control_number", "IEA02 is not the control number of the ISA", "001", segment, 2)
        yield from self._end_interchange()

    def _end_interchange(self) -> Iterator[InterchangeEnd]:
        found = self._interchange_issues
        if not self._groups:
            # What stands outside of every set is then all that came: nothing of it was read, and it has to come again.
            found = [one._replace(level=Level.INTERCHANGE) if one.code == "segment_stray" else one for one in found]
        yield InterchangeEnd(self._interchange, tuple(found), self._groups)
        self._inside = False

    def _gs(self, segment: Segment) -> Iterator[Group | SetEnd | GroupEnd]:
        yield from self._end_group(segment, "the next group begins before the GE")
        if self._refused or self._interchange is None or not self._inside:
            return
        elements, _, number, offset = segment
        self._groups += 1
        self._group, found = headers.read_group(elements, number, offset, self._interchange, self._versions)
        self._group_issues = [issue for issue in found if issue.answer is Answer.AK9]
        self._interchange_issues += [issue for issue in found if issue.answer is Answer.TA1]
        if self._group.control_number in self._group_numbers:
            self._group_note("control_number", "GS06 was used before in this interchange", "19", segment, 6)
        self._group_numbers.add(self._group.control_number)
        self._sets, self._set_numbers = [], set()
        yield self._group

    def _ge(self, segment: Segment) -> Iterator[SetEnd | GroupEnd]:
        if self._group is None:
            self._stray(segment)
            return
        yield from self._end_set(segment, "the GE comes before the SE")
        elements = segment[0]
        if not _counts(headers.at(elements, 1), len(self._sets)):
            message = f"GE01 must be {len(self._sets)}, the number of sets"
            self._group_note("set_count", message, "5", segment, 1)
        if headers.at(elements, 2) != self._group.control_number:
            self._group_note("control_number", "GE02 is not the control number of the GS", "4", segment, 2)
        included = headers.at(elements, 1)
        yield self._group_end(int(included) if headers.is_number(included, 1, 6) else len(self._sets))

    def _end_group(self, segment: Segment, why: str) -> Iterator[SetEnd | GroupEnd]:
        """End a group that has no GE."""
        if self._group is not None:
            yield from self._end_set(segment, why.replace("GE", "SE"))
            self._group_note("trailer_missing", why, "3", segment)
            yield self._group_end(len(self._sets))

    def _group_end(self, included: int) -> GroupEnd:
        group, self._group = self._group, None
        if group is None:
            raise InvariantError("no group is open")
        return GroupEnd(group, tuple(self._sets), tuple(self._group_issues), included)

    def _st(self, segment: Segment) -> Iterator[SetEnd]:
        yield from self._end_set(segment, "the next set begins before the SE")
        if self._group is None:
            self._stray(segment)
            return
        elements, _, number, offset = segment
        dialect = self._dialects.get(self._group.functional_id)
        refused = any(issue.level is Level.GROUP for issue in self._group_issues)
        if dialect is None or refused:
            dialect = next(iter(self._dialects.values()))
            header = SetHeader(headers.at(elements, 1), headers.at(elements, 2), headers.at(elements, 3), self._group)
            issue = Issue("group_refused", "its group is refused", Level.SET, Answer.IK5, "I6", "ST", number, offset, 1)
            issues = [issue]
        else:
            header, issues = headers.read_set(
                elements, number, offset, self._group, dialect.transaction, self._versions[self._group.functional_id]
            )
        self._set = _Set(header, issues, dialect, self._tokens.delimiters)
        if header.control_number in self._set_numbers:
            message = "ST02 was used before in this group"
            issues.append(Issue("control_number", message, Level.NOTE, Answer.IK5, "23", "ST", number, offset, 1))
        self._set_numbers.add(header.control_number)

    def _se(self, segment: Segment) -> Iterator[SetHeader | T | SetEnd]:
        current = self._set
        if current is None:
            self._stray(segment)
            return
        elements, _, number, offset = segment
        current.finish(number, offset)
        if not _counts(headers.at(elements, 1), current.position):
            message = f"SE01 must be {current.position}, the number of segments"
            current.fault("segment_count", message, "4", segment, 1)
        if headers.at(elements, 2) != current.header.control_number:
            current.fault("control_number", "SE02 is not the control number of the ST", "3", segment, 2)
        self._set = None
        verdict = current.verdict()
        if verdict.accepted and current.walk is not None:
            header = current.dialect.describe(current.header, current.walk.root)
            verdict = verdict._replace(header=header)
            yield header
            if current.held is not None:
                yield from current.held
            else:
                for node in self._again(current):
                    yield current.dialect.build(node, header)
        self._sets.append(verdict)
        yield verdict

    def _end_set(self, segment: Segment, why: str) -> Iterator[SetEnd]:
        """End a set that has no SE."""
        current, self._set = self._set, None
        if current is not None:
            current.fault("trailer_missing", why, "2", segment)
            verdict = current.verdict()
            self._sets.append(verdict)
            yield verdict

    def _again(self, done: _Set[T]) -> Iterator[Node]:
        """The records of an accepted set that was too large to hold: read it a second time."""
        place = self._stream.tell()
        header = done.header
        self._stream.seek(self._start + header.byte_offset)
        tokens = Tokenizer(self._stream, offset=header.byte_offset, number=header.segment_number - 1)
        walk = Walk(done.dialect.guides[header.guide], done.dialect.records, known_good=True)
        for segment in tokens.resume(done.delimiters):
            name = segment[0][0]
            if name == "ST":
                continue
            node = walk.finish(*segment[2:]) if name == "SE" else walk.take(segment)
            if node is not None:
                yield node
            if name == "SE":
                break
        self._stream.seek(place)

    def _stray(self, segment: Segment) -> None:
        """A segment outside of any set: noted once an interchange, never read."""
        name = segment[0][0]
        if not self._inside or self._refused or name in ("TA1", CUT_OFF):
            return
        if not any(issue.code == "segment_stray" for issue in self._interchange_issues):
            what = name if name.isalnum() and name.isascii() and len(name) <= 3 else "a segment"
            self._note(
                "segment_stray", f"{what} stands outside of every transaction set and was not read", "024", segment
            )

    def _note(self, code: str, message: str, answer_code: str, segment: Segment, element: int = 0) -> None:
        if not self._refused and len(self._interchange_issues) < MAX_ISSUES:
            self._interchange_issues.append(_issue(code, message, Answer.TA1, answer_code, segment, element))

    def _group_note(self, code: str, message: str, answer_code: str, segment: Segment, element: int = 0) -> None:
        self._group_issues.append(_issue(code, message, Answer.AK9, answer_code, segment, element))


def _issue(code: str, message: str, answer: Answer, answer_code: str, segment: Segment, element: int) -> Issue:
    elements, _, number, offset = segment
    name = elements[0] if elements[0].isalnum() and elements[0].isascii() and len(elements[0]) <= 3 else ""
    value = headers.at(elements, element)[:15] if element else ""
    return Issue(code, message, Level.NOTE, answer, answer_code, name, number, offset, element=element, value=value)


def _counts(text: str, expected: int) -> bool:
    """Whether a trailer's count is right. Leading zeros do not matter."""
    return headers.is_number(text, 1, 10) and int(text) == expected
