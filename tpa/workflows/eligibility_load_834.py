"""Enrolment as X12 834 (005010X220A1): a row for each member's coverage (loop 2300), or for the member alone.

What the codes come to:

| 834 | here |
| --- | --- |
| ISA15 `T` | a test: staged to be looked at, never applied |
| BGN08 `4`, `RX` | a full file; `2` changes |
| HD01, else INS03: `021` `001`, `026` `024` `025` `030` `002` | add, change, end, reinstate, state, void |
| 021, 001, 026, 025 in a full file | state |
| REF*0F | subscriber number |
| REF*1L of the member, else of the coverage, else REF*38 of the file | group number |
| REF*23, else NM109 unless it is a social security number (34) | member number; social security numbers are not kept |
| REF*Q4; NM1*70 and the DMG of its loop (2100B) | the member number, the first name and the birth date that the books know |
| N3, N4 of loop 2100A; of 2100C | the home; where mail goes, if that is not the home |
| HD03 `FAC` `LTC` `LTD` `MOD` `PRA` `UR` | a line that no plan here has: noted, and passed over |
| HD03, HD04, HD05 | line, plan code, tier (where the code says who is covered; otherwise the family says it) |
| DTP*348, else DTP*303 where nothing ends | first day |
| DTP*349, else DTP*357 of the member | last day |
| COB (loop 2320), its DTP*344 and DTP*345, NM1 of loop 2330 | coverage by another plan, see `eligibility_load_others` |

A file of which a part is refused (a set cut off, a date that is none) is refused as a whole: half a full file would
read as terminations.
"""

import io
from datetime import date
from typing import NamedTuple

from tpa.books.members.rows import WARNING, Problem, Row
from tpa.kernel.errors import DomainError
from tpa.workflows.eligibility_load_others import with_others
from tpa.x12.claims import Address
from tpa.x12.enrolment import Coverage834, Member834
from tpa.x12.events import GroupEnd, Interchange, InterchangeEnd, SetEnd, SetHeader
from tpa.x12.issues import Issue, Level
from tpa.x12.readers.enrolment_834 import Event834, read_834

_INCOMPLETE = {"file_ends", "trailer_missing", "set_count", "group_count", "segment_stray"}
"""Notes on the envelope that mean that something may be missing."""
_SCOPES = {"4": "full", "RX": "full", "2": "change"}
_ACTIONS = {
    "021": "add",
    "001": "change",
    "026": "change",
    "024": "end",
    "025": "reinstate",
    "030": "state",
    "002": "void",
}
_NOT_APPLICABLE = "032"
_LINES = {
    "medical": "HLT PPO HMO EPO POS MM AG AH AJ AK HE",
    "dental": "DEN DCP",
    "vision": "VIS",
    "drug": "PDG",
    "std": "STD",
}
_NOT_HERE = {
    "FAC": "facility",
    "LTC": "long-term care",
    "LTD": "long-term disability",
    "MOD": "mail order drug",
    "PRA": "practitioners",
    "UR": "utilization review",
}
"""Insurance lines of the guide (HD03) that no plan here has: an employer's file states them all the same."""
_LINE_OF = {code: line for line, codes in _LINES.items() for code in codes.split()}
_TIERS = {"EMP": "EE", "IND": "EE", "ESP": "ES", "ECH": "EC", "FAM": "EF"}
_RELATIONSHIPS = {"18": "self", "01": "spouse", "53": "spouse"} | dict.fromkeys(("19", "09", "10", "15", "17"), "child")


class EnrolmentRefusedError(DomainError):
    """A file, or a part of it, is no 834 that can be read. `issues` lists every fault with its position."""

    code = "enrolment_834"
    remedy = "Correct the places named and send the whole file again."

    def __init__(self, message: str, *, where: str = "", issues: list[Issue]) -> None:
        super().__init__(message, where=where)
        self.issues = issues


class EnrolmentFile(NamedTuple):
    """The rows of a file, whether it states everybody (`full`) or changes (`change`), its date (BGN03) and group."""

    rows: list[Row]
    scope: str
    effective_on: date | None
    group_number: str
    """The policy number of all its sets (REF*38), for members who name none; "" where they do not agree."""
    is_test: bool = False
    """ISA15 is T: what the file would do is shown, and never done."""


def read_enrolment(data: bytes) -> EnrolmentFile:
    """All rows of an 834. Raises EnrolmentRefusedError where any part of the file is refused."""
    rows: list[Row] = []
    headers: list[SetHeader] = []
    usages: set[str] = set()
    faults: list[Issue] = []
    members_count = 0
    for event in read_834(io.BytesIO(data)):
        faults += _faults(event)
        if isinstance(event, Interchange):
            usages.add(event.usage)
        elif isinstance(event, SetHeader):
            headers.append(event)
        elif isinstance(event, Member834):
            members_count += 1
            full = _SCOPES.get(headers[-1].use) == "full"
            rows += rows_of(event, len(rows) + 1, full=full)
    if faults:
        message = f"{faults[0].message} ({len(faults)} faults in all)" if len(faults) > 1 else faults[0].message
        raise EnrolmentRefusedError(message, where=faults[0].where, issues=faults)
    scopes = {_SCOPES.get(header.use, "") for header in headers}
    if len(scopes) != 1 or "" in scopes:
        uses = ", ".join(repr(header.use) for header in headers) or "none"
        raise EnrolmentRefusedError(f"BGN08 must be 2, 4 or RX, and the same in every set; it is {uses}.", issues=[])
    if len(usages) > 1:
        raise EnrolmentRefusedError("ISA15 must be the same in every interchange: P production or T test.", issues=[])
    if rows:
        rows[0] = _counted(rows[0], headers, members_count)
    policies = {header.policy_number for header in headers}
    policy = policies.pop() if len(policies) == 1 else ""
    return EnrolmentFile(rows, scopes.pop(), headers[0].created_on, policy, usages == {"T"})


def _counted(row: Row, headers: list[SetHeader], found: int) -> Row:
    """The file's first row, with a word where the file says that it holds other than so many members."""
    stated = [header.stated_count for header in headers if header.stated_count is not None]
    if len(stated) < len(headers) or sum(stated) == found:
        return row
    message = f"The file says that it holds {sum(stated)} members (QTY*TO); it holds {found}."
    return row.with_problem("count_differs", message, WARNING)


def _faults(event: Event834) -> list[Issue]:
    """What of an event refuses a part of the file."""
    if isinstance(event, SetEnd):
        return [] if event.accepted else [issue for issue in event.issues if issue.level >= Level.SET]
    if isinstance(event, GroupEnd | InterchangeEnd):
        return [issue for issue in event.issues if issue.level >= Level.GROUP or issue.code in _INCOMPLETE]
    return []


def rows_of(member: Member834, first_n: int, *, full: bool) -> list[Row]:
    """The rows of one member, numbered from `first_n`."""
    person = _person(member, full)
    coverages = [one for one in member.coverages if one.maintenance != _NOT_APPLICABLE]
    own = [one for one in coverages if one.line not in _NOT_HERE]
    if own or not coverages:
        rows = [_covered(person, member, one, full) for one in own] or [_uncovered(person, member)]
    else:
        rows = [person._replace(action="state" if person.action in ("add", "state", "reinstate") else "change")]
    rows[0] = _with_others_lines(rows[0], [one.line for one in coverages if one.line in _NOT_HERE])
    return [row._replace(n=first_n + offset).fitting() for offset, row in enumerate(rows)]


def _with_others_lines(row: Row, lines: list[str]) -> Row:
    """The row with a word on each coverage that was passed over."""
    for line in lines:
        message = f"The {_NOT_HERE[line]} coverage ({line}) is passed over: no plan here has that line."
        row = row.with_problem("line_not_here", message, WARNING)
    return row


def _person(member: Member834, full: bool) -> Row:
    party, home, mail = member.person, member.person.address, _mail(member)
    number = member.reference("23") or ("" if party.id_qualifier == "34" else party.id)
    row = Row(
        n=0,
        where=f"segment {member.segment_number}, byte {member.byte_offset}",
        subscriber_number=member.subscriber_number,
        member_number=number,
        group_number=member.group_number,
        relationship="self" if member.is_subscriber else _RELATIONSHIPS.get(member.relationship, "other"),
        last_name=party.name,
        first_name=party.first_name,
        middle_name=party.middle_name,
        birth_on=member.birth_on,
        sex=member.sex if member.sex in ("F", "M", "U") else "",
        disabled=member.handicapped,
        address_1=home.line_1,
        address_2=home.line_2,
        city=home.city,
        state=home.state,
        postal_code=home.postal_code,
        country=home.country,
        mail_1=mail.line_1,
        mail_2=mail.line_2,
        mail_city=mail.city,
        mail_state=mail.state,
        mail_postal_code=mail.postal_code,
        mail_country=mail.country,
        prior_number=member.reference("Q4"),
        prior_first_name=member.prior_name.first_name if member.prior_name else "",
        prior_birth_on=member.prior_birth_on,
    )
    return _acting(row, member.maintenance, full)


def _mail(member: Member834) -> Address:
    """Loop 2100C."""
    return next((one.address for one in member.parties if one.role == "31"), Address())


def _acting(row: Row, code: str, full: bool) -> Row:
    action = _ACTIONS.get(code)
    if action is None:
        return row.with_problem(
            "action_unknown",
            f"Maintenance type {code!r} is not one that can be applied.",
        )
    return row._replace(action="state" if full and action not in ("end", "void") else action)


def _covered(person: Row, member: Member834, coverage: Coverage834, full: bool) -> Row:
    row = _acting(person, coverage.maintenance or member.maintenance, full)
    changed_on = next((one.first_on for one in coverage.dates if one.qualifier == "303"), None)
    row = row._replace(
        group_number=row.group_number or next((one.value for one in coverage.references if one.qualifier == "1L"), ""),
        line=_LINE_OF.get(coverage.line, ""),
        plan=coverage.description,
        tier=_TIERS.get(coverage.tier, ""),
        starts_on=coverage.starts_on or (None if row.action in ("end", "void") else changed_on),
        last_on=coverage.last_on or member.day("357"),
    )
    if coverage.line not in _LINE_OF:
        problem = Problem(
            "line_unknown",
            f"Insurance line {coverage.line!r} is none that these plans cover.",
        )
        return row._replace(problems=(*row.problems, problem))
    return with_others(row, coverage.others)


def _uncovered(person: Row, member: Member834) -> Row:
    return person._replace(last_on=member.day("357"))
