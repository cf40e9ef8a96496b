"""999, 005010X231A1: which groups and sets were accepted, and what is wrong where.

One ST a functional group answered. IK5 and AK9 say A (accepted), E (accepted, but errors are noted), P (some sets
refused) or R (refused). Faults of single claims are not reported here but in the 277CA.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby

from tpa.x12.events import GroupEnd, SetEnd
from tpa.x12.issues import Answer, Issue, Level
from tpa.x12.writers.interchange import Envelope, interchange, segment, sendable

GUIDE = "005010X231A1"
_MOST_CODES = 5


def set_status(end: SetEnd) -> tuple[str, list[str]]:
    """IK501 and the IK502 codes: at most five, those of the set itself first; 5 for refused segments, I5 for noted."""
    codes = [issue.answer_code for issue in end.issues if issue.answer is Answer.IK5]
    inner = [issue for issue in end.issues if issue.answer in (Answer.IK3, Answer.IK4)]
    if any(issue.level >= Level.SET for issue in inner):
        codes.append("5")
    elif inner:
        codes.append("I5")
    status = "R" if not end.accepted else ("E" if codes else "A")
    return status, list(dict.fromkeys(codes))[:_MOST_CODES]


def group_status(end: GroupEnd) -> tuple[str, list[str]]:
    """AK901 and the AK905 codes, at most five."""
    codes = list(dict.fromkeys(issue.answer_code for issue in end.issues))[:_MOST_CODES]
    if any(issue.level is Level.GROUP for issue in end.issues) or not end.accepted_count:
        return "R", codes
    if end.accepted_count < len(end.sets):
        return "P", codes
    return ("E" if codes or any(one.issues for one in end.sets) else "A"), codes


def write_999(ends: Sequence[GroupEnd], envelope: Envelope) -> bytes:
    """The answer to groups of one sender."""
    return b"".join(interchange(envelope, "FA", "999", GUIDE, (_group(end) for end in ends)))


def _group(end: GroupEnd) -> Iterator[str]:
    group = end.group
    yield segment(
        "AK1", sendable(group.functional_id, 2), sendable(group.control_number, 9), sendable(group.version, 12)
    )
    for one in end.sets:
        yield from _set(one)
    status, codes = group_status(end)
    counts = (str(end.included), str(len(end.sets)), str(end.accepted_count))
    yield segment("AK9", status, *counts, *codes)


def _set(end: SetEnd) -> Iterator[str]:
    header = end.header
    yield segment(
        "AK2", sendable(header.transaction, 3), sendable(header.control_number, 9), sendable(header.guide, 35)
    )
    inner = [issue for issue in end.issues if issue.answer in (Answer.IK3, Answer.IK4)]
    for _, run in groupby(inner, lambda issue: (issue.set_position, issue.segment_id)):
        yield from _segment(list(run))
    status, codes = set_status(end)
    yield segment("IK5", status, *codes)


def _segment(issues: list[Issue]) -> Iterator[str]:
    """IK3 for each fault of the segment as a whole; one more, with 8, above the faults of its elements."""
    name, position = issues[0].segment_id or "ZZZ", str(issues[0].set_position)
    for issue in issues:
        if issue.answer is Answer.IK3:
            yield segment("IK3", name, position, "", issue.answer_code)
    elements = [issue for issue in issues if issue.answer is Answer.IK4]
    if elements:
        yield segment("IK3", name, position, "", "8")
        for issue in elements:
            place = (str(issue.element), str(issue.component) if issue.component else "")
            yield segment("IK4", place, "", issue.answer_code, sendable(issue.value, 99))
