"""Short ways to read a file in a test."""

from __future__ import annotations

import io
from typing import NamedTuple

from tpa.x12.claims import Claim837
from tpa.x12.enrolment import Member834
from tpa.x12.events import Group, GroupEnd, Interchange, InterchangeEnd, SetEnd, SetHeader
from tpa.x12.issues import Issue
from tpa.x12.readers.enrolment_834 import read_any


class Read(NamedTuple):
    """Everything that reading a file gave."""

    events: list[object]

    def of(self, kind: type) -> list:
        return [event for event in self.events if isinstance(event, kind)]

    @property
    def claims(self) -> list[Claim837]:
        return self.of(Claim837)

    @property
    def members(self) -> list[Member834]:
        return self.of(Member834)

    @property
    def sets(self) -> list[SetEnd]:
        return self.of(SetEnd)

    @property
    def groups(self) -> list[GroupEnd]:
        return self.of(GroupEnd)

    @property
    def interchanges(self) -> list[InterchangeEnd]:
        return self.of(InterchangeEnd)

    @property
    def issues(self) -> list[Issue]:
        """Of every level but the claims' own, in the order of the file."""
        return [
            issue
            for event in self.events
            if isinstance(event, SetEnd | GroupEnd | InterchangeEnd)
            for issue in event.issues
        ]

    @property
    def codes(self) -> list[tuple[str, str]]:
        return [(issue.answer.value, issue.answer_code) for issue in self.issues]


def read(data: bytes) -> Read:
    """All events of a file, and that they come in the promised order."""
    events = list(read_any(io.BytesIO(data)))
    check_order(events)
    return Read(events)


def check_order(events: list[object]) -> None:
    """Headers come before what they head, ends close what was opened, records stand inside of accepted sets only."""
    stack: list[type] = []
    records = 0
    for event in events:
        if isinstance(event, Interchange):
            assert stack == []
            stack.append(Interchange)
        elif isinstance(event, Group):
            assert stack == [Interchange]
            stack.append(Group)
        elif isinstance(event, SetHeader):
            assert stack == [Interchange, Group]
            stack.append(SetHeader)
            records = 0
        elif isinstance(event, Claim837 | Member834):
            assert stack == [Interchange, Group, SetHeader]
            records += 1
        elif isinstance(event, SetEnd):
            if event.accepted:
                assert stack.pop() is SetHeader
                assert event.records == records
            else:
                assert event.records == 0
            assert stack == [Interchange, Group]
        elif isinstance(event, GroupEnd):
            assert stack.pop() is Group
        elif isinstance(event, InterchangeEnd):
            assert stack in ([Interchange], [])
            assert stack or event.refused
            stack = []
    assert stack == []


def bare(claim: Claim837) -> Claim837:
    """Without positions: as it was before it was written."""
    lines = tuple(line._replace(segment_number=0, byte_offset=0) for line in claim.lines)
    return claim._replace(lines=lines, set_control_number="", segment_number=0, byte_offset=0)


def bare_member(member: Member834) -> Member834:
    """Without positions."""
    return member._replace(segment_number=0, byte_offset=0)
