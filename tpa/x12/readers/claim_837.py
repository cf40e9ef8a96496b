"""Claims from 837 files: professional (005010X222), institutional (X223), dental (X224), their errata included.

`read_837(stream)` yields, in the order of the file, the events of `tpa.x12.events` and between them `Claim837` values.
A claim is yielded only after its whole transaction set was read and accepted; a claim that is at fault alone carries
its issues and `refused`: it must not be registered, and goes back in the 277CA while its neighbours stand.
Version 4010 is refused group by group (AK905 = 2).
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any, BinaryIO

from tpa.kernel.errors import InvariantError
from tpa.kernel.money import parse_amount
from tpa.x12 import dates
from tpa.x12.claims import (
    Claim837,
    Code,
    Dated,
    OtherPayer,
    Party,
    Person,
    ServiceLine837,
    Subscriber,
    ToothStatus,
)
from tpa.x12.envelope import Dialect, Reading
from tpa.x12.events import Group, GroupEnd, Interchange, InterchangeEnd, SetEnd, SetHeader
from tpa.x12.guides.claim_837 import DENTAL, INSTITUTIONAL, PROFESSIONAL
from tpa.x12.guides.notation import parse_guide
from tpa.x12.headers import at
from tpa.x12.issues import Answer, Issue, Level
from tpa.x12.loops import Node
from tpa.x12.readers.claim_lines import SHARED, adjustments, amounts, service_line
from tpa.x12.readers.parts import cents, components, dated, party

Event837 = Interchange | Group | SetHeader | Claim837 | SetEnd | GroupEnd | InterchangeEnd

_PROFESSIONAL, _INSTITUTIONAL, _DENTAL = map(parse_guide, (PROFESSIONAL, INSTITUTIONAL, DENTAL))
GUIDES = {
    **dict.fromkeys(("005010X222", "005010X222A1", "005010X222A2"), _PROFESSIONAL),
    **dict.fromkeys(("005010X223", "005010X223A1", "005010X223A2", "005010X223A3"), _INSTITUTIONAL),
    **dict.fromkeys(("005010X224", "005010X224A1", "005010X224A2", "005010X224A3"), _DENTAL),
}
MOST_LINES = 999
"""A claim has no more lines, of whatever kind, and so no higher line number (loop 2400)."""
_KINDS = {"005010X222": "P", "005010X223": "I", "005010X224": "D"}


def read_837(stream: BinaryIO) -> Iterator[Event837]:
    """Events and claims of a file. `stream` is binary and seekable; faults of the file are values, never raised."""
    return Reading(stream, {"HC": DIALECT}).events()


def describe(header: SetHeader, root: Node) -> SetHeader:
    """BHT, loops 1000A and 1000B."""
    begin, submitter, receiver = root.first("BHT") or [], root.child("1000A"), root.child("1000B")
    sender, target = party(submitter) if submitter else Party("41"), party(receiver) if receiver else Party("40")
    return header._replace(
        purpose=at(begin, 2),
        reference=at(begin, 3),
        created_on=dates.day(at(begin, 4)),
        created_time=at(begin, 5),
        use=at(begin, 6),
        submitter_name=sender.name,
        submitter_id=sender.id,
        receiver_name=target.name,
        receiver_id=target.id,
    )


def build(node: Node, header: SetHeader) -> Claim837:
    """The claim of a loop 2300, its lines and its subscriber, patient and billing provider."""
    _, _, number, offset = node.segments[0]
    level = node.parent
    patient_level = level if level is not None and level.loop.name == "2000C" else None
    subscriber_level = patient_level.parent if patient_level is not None else level
    if subscriber_level is None or subscriber_level.parent is None:
        raise InvariantError("a claim stands below a subscriber, and this below a billing provider")
    billing, pay_to = _billing(subscriber_level.parent)
    subscriber, payer = _subscriber(subscriber_level)
    patient, relationship = _patient(patient_level) if patient_level is not None else (None, "")
    claim = Claim837(
        _KINDS[header.guide[:10]],
        billing=billing,
        subscriber=subscriber,
        payer=payer,
        patient=patient,
        patient_relationship=relationship,
        pay_to=pay_to,
        providers=tuple([party(one) for one in node.below("2310")]),
        other_payers=tuple([_other_payer(one) for one in node.below("2320")]),
        lines=tuple([service_line(one) for one in node.below("2400")]),
        set_control_number=header.control_number,
        segment_number=number,
        byte_offset=offset,
        **_fields(node),
    )
    issues = tuple(_issues(claim))
    return claim._replace(issues=issues) if issues else claim


DIALECT = Dialect("837", GUIDES, frozenset(("2300",)), describe, build)


def _fields(node: Node) -> dict[str, Any]:
    """What the segments of loop 2300 itself say."""
    fields: dict[str, Any] = {}
    for name, segments in node.found().items():
        if name in SHARED:
            field, read = SHARED[name]
            fields[field] = read(segments)
        elif name == "CLM":
            fields.update(_clm([*segments[0], *_PADDING]))
        elif name == "HI":
            fields["codes"] = _codes(segments)
        elif name == "AMT":
            fields.update(amounts(segments, {"F5": "patient_paid_cents", "F3": "patient_due_cents"}))
        elif name == "CL1":
            stay = [*segments[0], *_PADDING]
            fields.update(admission_type=stay[1], admission_source=stay[2], discharge_status=stay[3])
        elif name == "DN1":
            braces = [*segments[0], *_PADDING]
            fields.update(orthodontic_months=_whole(braces[1]), orthodontic_months_left=_whole(braces[2]))
        elif name == "DN2":
            fields["tooth_statuses"] = tuple([ToothStatus(tooth[1], tooth[2]) for tooth in segments])
    return fields


_PADDING = ("",) * 20


def _clm(one: list[str]) -> dict[str, Any]:
    place, causes = [*components(one[5]), "", ""], [*components(one[11]), "", "", ""]
    return {
        "patient_control_number": one[1],
        "charge_cents": parse_amount(one[2]),
        "facility_code": place[0],
        "frequency": place[2],
        "provider_signature": one[6],
        "assignment": one[7],
        "benefits_assigned": one[8],
        "release": one[9],
        "related_causes": tuple([cause for cause in causes[:3] if cause]),
        "accident_state": causes[3],
        "special_program": one[12],
        "predetermination": one[19] == "PB",
        "delay_reason": one[20],
    }


def _whole(text: str) -> int | None:
    return int(text.partition(".")[0] or 0) if text else None


def _billing(level: Node) -> tuple[Party, Party | None]:
    """Loops 2010AA and 2010AB, read once for all claims below them. PRV stands in loop 2000A."""
    if not isinstance(level.memo, tuple):
        provider, pay_to, taxonomy = level.child("2010AA"), level.child("2010AB"), level.first("PRV")
        billing = party(provider) if provider else Party("85")
        if taxonomy:
            billing = billing._replace(taxonomy=at(taxonomy, 3))
        level.memo = (billing, party(pay_to) if pay_to else None)
    return level.memo


def _subscriber(level: Node) -> tuple[Subscriber, Party]:
    """Loops 2000B, 2010BA and 2010BB, read once for all claims below them."""
    if not isinstance(level.memo, tuple):
        policy, payer = level.first("SBR") or [], level.child("2010BB")
        subscriber = Subscriber(
            _person(level.child("2010BA"), "IL", level.first("PAT")),
            at(policy, 1),
            at(policy, 2),
            at(policy, 3),
            at(policy, 4),
            at(policy, 5),
            at(policy, 9),
        )
        level.memo = (subscriber, party(payer) if payer else Party("PR"))
    return level.memo


def _patient(level: Node) -> tuple[Person, str]:
    """Loops 2000C and 2010CA."""
    if not isinstance(level.memo, tuple):
        about = level.first("PAT")
        level.memo = (_person(level.child("2010CA"), "QC", about), at(about or [], 1))
    return level.memo


def _person(node: Node | None, role: str, about: list[str] | None) -> Person:
    died = dates.period(at(about, 5), at(about, 6)) if about else None
    died_on = died.first_on if died else None
    if node is None:
        return Person(Party(role), died_on=died_on)
    details = node.first("DMG") or []
    return Person(party(node), dates.day(at(details, 2)), at(details, 3), died_on)


def _codes(segments: list[list[str]]) -> tuple[Code, ...]:
    """Every element of every HI."""
    found = []
    for one in segments:
        for element in one[1:]:
            parts = components(element)
            if len(parts) == 2:
                found.append(Code(parts[0], parts[1]))
            elif element:
                parts += _PADDING
                period = dates.period(parts[2], parts[3]) if parts[3] else None
                days: tuple[date | None, date | None] = (period.first_on, period.last_on) if period else (None, None)
                found.append(Code(parts[0], parts[1], *days, cents(parts, 4), parts[8]))
    return tuple(found)


_OTHER_AMOUNTS = {"D": "paid_cents", "EAF": "remaining_cents", "A8": "noncovered_cents"}


def _other_payer(node: Node) -> OtherPayer:
    """Loops 2320, 2330A, 2330B."""
    found = node.found()
    policy, terms = [*node.segments[0][0], *_PADDING], node.first("OI") or []
    subscriber, payer = node.child("2330A"), node.child("2330B")
    remarks = [at(one, index) for one in found.get("MIA", []) for index in (5, 20, 21, 22, 23)]
    remarks += [at(one, index) for one in found.get("MOA", []) for index in (3, 4, 5, 6, 7)]
    paid = dated(payer.found().get("DTP", [])) if payer else ()
    return OtherPayer(
        party(payer) if payer else Party("PR"),
        party(subscriber) if subscriber else Party("IL"),
        policy[1],
        policy[2],
        policy[3],
        policy[4],
        policy[5],
        policy[9],
        adjustments=adjustments(found.get("CAS", [])),
        paid_on=next((one.first_on for one in paid if one.qualifier == "573"), None),
        benefits_assigned=at(terms, 3),
        release=at(terms, 6),
        remarks=tuple([code for code in remarks if code]),
        **amounts(found.get("AMT", []), _OTHER_AMOUNTS),
    )


def _issues(claim: Claim837) -> Iterator[Issue]:
    """What is wrong with this claim alone. The 277CA sends it back; codes are claim status category and code."""
    charged = sum(line.charge_cents for line in claim.lines)
    if charged != claim.charge_cents:
        yield _issue(claim, "charge_total", "CLM02 is not the sum of the line charges", "A7:400", "CLM", 2)
    if claim.charge_cents < 0:
        yield _issue(claim, "charge_negative", "CLM02 is negative", "A7:178", "CLM", 2)
    if any(_reversed(one) for one in claim.dates):
        yield _issue(claim, "period_reversed", "a period of the claim ends before it begins", "A7:187", "DTP", 3)
    numbers, diagnoses = set(), len(claim.diagnoses)
    for line in claim.lines:
        if not 1 <= line.number <= MOST_LINES:
            yield _issue(line, "line_number", f"line number {line.number} is not from 1 to 999", "A7:247", "LX", 1)
        if line.number in numbers:
            yield _issue(line, "line_number", f"line number {line.number} is used twice", "A7:247", "LX", 1)
        numbers.add(line.number)
        yield from _line_issues(claim, line, diagnoses)


def _line_issues(claim: Claim837, line: ServiceLine837, diagnoses: int) -> Iterator[Issue]:
    label = f"line {line.number}"
    if line.charge_cents < 0:
        yield _issue(line, "charge_negative", f"the charge of {label} is negative", "A7:178", "LX")
    if line.quantity is not None and line.quantity < 0:
        yield _issue(line, "quantity_negative", f"the quantity of {label} is negative", "A7:476", "LX")
    if any(not 1 <= pointer <= diagnoses for pointer in line.diagnosis_pointers):
        yield _issue(line, "diagnosis_pointer", f"{label} points to a diagnosis that is not there", "A8:477", "LX")
    if any(_reversed(one) for one in line.dates):
        yield _issue(line, "period_reversed", f"a period of {label} ends before it begins", "A7:187", "DTP", 3)
    payers = {one.payer.id for one in claim.other_payers} if line.other_payments else set()
    if len(claim.other_payers) != 1 and any(one.payer_id not in payers for one in line.other_payments):
        yield _issue(line, "other_payer", f"{label} names a payer (SVD01) that loop 2330B does not", "A7:286", "SVD", 1)
    if line.first_on is None and claim.first_on is None and not claim.predetermination:
        yield _issue(
            line, "service_date_missing", f"neither {label} nor the claim has a date of service", "A6:187", "LX"
        )


def _reversed(one: Dated) -> bool:
    return one.first_on is not None and one.last_on is not None and one.last_on < one.first_on


def _issue(
    place: Claim837 | ServiceLine837, code: str, message: str, status: str, segment: str, element: int = 0
) -> Issue:
    return Issue(
        code,
        message,
        Level.CLAIM,
        Answer.STC,
        status,
        segment,
        place.segment_number,
        place.byte_offset,
        loop="2300" if isinstance(place, Claim837) else "2400",
        element=element,
    )
