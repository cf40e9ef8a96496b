"""Members from 834 files (005010X220A1), full and change files.

`read_834(stream)` yields, in the order of the file, the events of `tpa.x12.events` and between them `Member834` values,
one an INS. `SetHeader.use` tells a change file (2) from a full one (4, RX).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import BinaryIO

from tpa.x12 import dates
from tpa.x12.claims import Claim837, Party
from tpa.x12.enrolment import Coverage834, CoverageAmount, Member834, OtherCoverage
from tpa.x12.envelope import Dialect, Reading
from tpa.x12.events import Group, GroupEnd, Interchange, InterchangeEnd, SetEnd, SetHeader
from tpa.x12.guides.enrolment_834 import ENROLMENT
from tpa.x12.guides.notation import parse_guide
from tpa.x12.headers import at
from tpa.x12.loops import Node
from tpa.x12.readers import claim_837
from tpa.x12.readers.parts import cents, components, dated, party, references, repetitions

Event834 = Interchange | Group | SetHeader | Member834 | SetEnd | GroupEnd | InterchangeEnd
AnyEvent = Event834 | Claim837

_ENROLMENT = parse_guide(ENROLMENT)
GUIDES = dict.fromkeys(("005010X220", "005010X220A1"), _ENROLMENT)


def read_834(stream: BinaryIO) -> Iterator[Event834]:
    """Events and members of a file. `stream` is binary and seekable; faults of the file are values, never raised."""
    return Reading(stream, {"BE": DIALECT}).events()


def read_any(stream: BinaryIO) -> Iterator[AnyEvent]:
    """Events, claims and members of a file that may hold 837 and 834 groups side by side."""
    dialects: dict[str, Dialect[Claim837 | Member834]] = {
        "HC": Dialect(*claim_837.DIALECT),
        "BE": Dialect(*DIALECT),
    }
    return Reading(stream, dialects).events()


def describe(header: SetHeader, root: Node) -> SetHeader:
    """BGN, REF*38, loops 1000A (sponsor) and 1000B (payer)."""
    begin, sponsor, payer = root.first("BGN") or [], root.child("1000A"), root.child("1000B")
    sender, target = party(sponsor) if sponsor else Party("P5"), party(payer) if payer else Party("IN")
    return header._replace(
        purpose=at(begin, 1),
        reference=at(begin, 2),
        created_on=dates.day(at(begin, 3)),
        created_time=at(begin, 4),
        use=at(begin, 8),
        submitter_name=sender.name,
        submitter_id=sender.id,
        receiver_name=target.name,
        receiver_id=target.id,
        stated_count=next((_whole(one[2]) for one in root.found().get("QTY", []) if one[1] == "TO"), None),
        policy_number=next((one[2] for one in root.found().get("REF", []) if one[1] == "38"), ""),
    )


def _whole(text: str) -> int | None:
    return int(text) if text.isdecimal() and len(text) <= 15 else None


def build(node: Node, header: SetHeader) -> Member834:
    """The member of a loop 2000."""
    one, _, number, offset = node.segments[0]
    who, prior = node.child("2100A"), node.child("2100B")
    details = (who.first("DMG") if who else None) or []
    former = (prior.first("DMG") if prior else None) or []
    found = references(node.found().get("REF", []))
    died = dates.period(at(one, 11), at(one, 12)) if at(one, 12) else None
    return Member834(
        one[1] == "Y",
        one[2],
        at(one, 3),
        at(one, 4),
        at(one, 5),
        components(at(one, 6))[0],
        at(one, 7),
        at(one, 8),
        at(one, 9),
        at(one, 10) == "Y",
        died.first_on if died else None,
        at(one, 13) == "R",
        next((ref.value for ref in found if ref.qualifier == "0F"), ""),
        next((ref.value for ref in found if ref.qualifier == "1L"), ""),
        found,
        dated(node.found().get("DTP", [])),
        party(who) if who else Party("IL"),
        dates.day(at(details, 2)),
        at(details, 3),
        at(details, 4),
        party(prior) if prior else None,
        dates.day(at(former, 2)),
        tuple([party(sub) for sub in node.below("2100") if sub.loop.name not in ("2100A", "2100B")]),
        tuple([_coverage(sub) for sub in node.below("2300")]),
        header.control_number,
        number,
        offset,
    )


DIALECT = Dialect("834", GUIDES, frozenset(("2000",)), describe, build)


def _coverage(node: Node) -> Coverage834:
    """Loop 2300."""
    one, found = [*node.segments[0][0], *[""] * 10], node.found()
    return Coverage834(
        one[1],
        one[3],
        one[4],
        one[5],
        one[9] == "Y",
        dated(found.get("DTP", [])),
        references(found.get("REF", [])),
        tuple([CoverageAmount(amount[1], cents(amount, 2) or 0) for amount in found.get("AMT", [])]),
        tuple([party(sub) for sub in node.below("2310")]),
        tuple([_other(sub) for sub in node.below("2320")]),
    )


def _other(node: Node) -> OtherCoverage:
    """Loops 2320 and 2330."""
    one, found, insurer = [*node.segments[0][0], *[""] * 5], node.found(), node.child("2330")
    days = {day.qualifier: day.first_on for day in dated(found.get("DTP", []))}
    return OtherCoverage(
        one[1],
        one[2],
        one[3],
        repetitions(one[4]),
        references(found.get("REF", [])),
        days.get("344"),
        days.get("345"),
        party(insurer).name if insurer else "",
    )
