"""The segments of the envelope, read and checked: ISA, GS, ST (X12.5, X12.6; 005010X222A1 appendix C)."""

from __future__ import annotations

from tpa.x12 import dates
from tpa.x12.events import Group, Interchange, SetHeader
from tpa.x12.issues import Answer, Issue, Level

_ID_QUALIFIERS = frozenset(("01", "14", "20", "27", "28", "29", "30", "33", "ZZ"))
_CONTROL_VERSIONS = frozenset(("00401", "00501"))


def at(elements: list[str], index: int) -> str:
    """An element, or "" where the segment is shorter."""
    return elements[index] if index < len(elements) else ""


def is_number(text: str, low: int, high: int) -> bool:
    """Only ASCII digits, so many of them."""
    return low <= len(text) <= high and text.isascii() and text.isdigit()


def read_interchange(
    elements: list[str], number: int, offset: int, *, irregular: bool
) -> tuple[Interchange, list[Issue]]:
    """The ISA and its faults. Any fault refuses the interchange but wrong widths, if it could be read all the same."""
    e = [*elements, *[""] * 17]
    issues = []
    for position, code, good, what in (
        (1, "010", e[1] in ("00", "03"), "authorization information qualifier"),
        (3, "012", e[3] in ("00", "01"), "security information qualifier"),
        (5, "005", e[5] in _ID_QUALIFIERS, "sender id qualifier"),
        (6, "006", bool(e[6].strip()), "sender id"),
        (7, "007", e[7] in _ID_QUALIFIERS, "receiver id qualifier"),
        (8, "008", bool(e[8].strip()), "receiver id"),
        (9, "014", dates.period("D6", e[9]) is not None, "date"),
        (10, "015", dates.is_time(e[10]) and len(e[10]) == 4, "time"),
        (12, "003" if is_number(e[12], 5, 5) else "017", e[12] in _CONTROL_VERSIONS, "control version"),
        (13, "018", is_number(e[13], 9, 9), "control number"),
        (14, "019", e[14] in ("0", "1"), "acknowledgment request"),
        (15, "020", e[15] in ("P", "T"), "usage indicator"),
    ):
        if not good:
            message = f"ISA{position:02d}, the {what}, is missing or not acceptable"
            issue = Issue("isa_element", message, Level.INTERCHANGE, Answer.TA1, code, "ISA", number, offset)
            issues.append(issue._replace(element=position, value=e[position][:15]))
    if len(elements) != 17:
        message = "the ISA does not have sixteen elements"
        issues = [Issue("isa_unreadable", message, Level.INTERCHANGE, Answer.TA1, "022", "ISA", number, offset)]
    elif irregular:
        message = "the ISA is not 106 bytes long; it was read because it can be read in one way only"
        issues.append(Issue("isa_length", message, Level.NOTE, Answer.TA1, "022", "ISA", number, offset))
    interchange = Interchange(
        e[5], e[6].strip(), e[7], e[8].strip(), e[9], e[10], e[12], e[13], e[14] == "1", e[15], number, offset
    )
    return interchange, issues


def read_group(
    elements: list[str], number: int, offset: int, interchange: Interchange, versions: dict[str, frozenset[str]]
) -> tuple[Group, list[Issue]]:
    """The GS and its faults. `versions`: the guides that are read, by functional id."""
    e = [*elements, *[""] * 9]
    group = Group(e[1], e[2], e[3], e[4], e[5], e[6], e[8], interchange, number, offset)
    issues = []
    for position, code, good, message in (
        (1, "1", e[1] in versions, f"groups of functional id {e[1][:2]!r} are not read here"),
        (6, "6", is_number(e[6], 1, 9), "GS06, the control number, is no number of one to nine digits"),
        (8, "2", e[1] not in versions or e[8] in versions[e[1]], f"version {e[8][:12]!r} is not supported"),
    ):
        if not good:
            issue = Issue("group_refused", message, Level.GROUP, Answer.AK9, code, "GS", number, offset)
            issues.append(issue._replace(element=position, value=e[position][:15]))
    if dates.day(e[4]) is None or not dates.is_time(e[5]):
        message = "GS04 and GS05 are no day and time"
        issues.append(Issue("group_time", message, Level.NOTE, Answer.TA1, "024", "GS", number, offset, element=4))
    return group, issues


def read_set(
    elements: list[str], number: int, offset: int, group: Group, transaction: str, versions: frozenset[str]
) -> tuple[SetHeader, list[Issue]]:
    """The ST and its faults. The guide is ST03, else GS08."""
    e = [*elements, *[""] * 4]
    header = SetHeader(e[1], e[2], e[3] or group.version, group, segment_number=number, byte_offset=offset)
    issues = []
    for position, code, good, message in (
        (1, "6" if not e[1] else "1", e[1] == transaction, f"a group {group.functional_id} holds sets {transaction}"),
        (2, "7", 4 <= len(e[2]) <= 9 and e[2].isascii(), "ST02, the control number, needs four to nine characters"),
        (3, "I6", header.guide in versions, f"implementation guide {header.guide[:12]!r} is not supported"),
    ):
        if not good:
            issue = Issue("set_refused", message, Level.SET, Answer.IK5, code, "ST", number, offset, 1)
            issues.append(issue._replace(element=position, value=e[position][:35]))
    if not e[3]:
        message = "ST03 is missing; the set was read by the guide of its group (GS08)"
        issues.append(Issue("guide_missing", message, Level.NOTE, Answer.IK5, "19", "ST", number, offset, 1, element=3))
    return header, issues
