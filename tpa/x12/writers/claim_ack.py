"""277CA, 005010X214: which claims were taken in for processing, and which were sent back and why.

Category A2 with status 20 accepts a claim; A3, A6, A7 and A8 with a claim status code send it back. Only claims of
accepted transaction sets are answered here; refused sets are answered by the 999 alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from itertools import groupby
from typing import NamedTuple

from tpa.x12.claims import Claim837, Party, Reference
from tpa.x12.events import SetHeader
from tpa.x12.issues import Level
from tpa.x12.writers.interchange import Envelope, day, interchange, money, named, segment, sendable, spelled

GUIDE = "005010X214"
ACCEPTED = "A2:20"


class ClaimAnswer(NamedTuple):
    """What is said about one claim. `statuses` are `category:code` or `category:code:entity`."""

    accepted: bool
    statuses: tuple[str, ...]
    patient_control_number: str
    charge_cents: int
    billing: Party
    patient: Party
    first_on: date | None
    last_on: date | None
    number: str = ""
    """Our own claim number (REF*1K)."""
    clearinghouse_number: str = ""
    type_of_bill: str = ""


class ClaimReport(NamedTuple):
    """The answers to one transaction set of an 837."""

    header: SetHeader
    answers: Sequence[ClaimAnswer]


def claim_answer(claim: Claim837, *, number: str = "", refusals: Iterable[str] = ()) -> ClaimAnswer:
    """Accepted under `number`, or sent back with the claim's own faults and `refusals` (`A3:33` for an unknown member).

    Duplicate statuses are said once.
    """
    own = [issue.answer_code for issue in claim.issues if issue.level >= Level.CLAIM]
    statuses = tuple(dict.fromkeys([*own, *refusals]))
    return ClaimAnswer(
        not statuses,
        statuses or (ACCEPTED,),
        sendable(claim.patient_control_number, 38),
        claim.charge_cents,
        _sendable_party(claim.billing),
        _sendable_party(claim.person.party._replace(id=claim.person.member_id or claim.subscriber.person.member_id)),
        claim.first_on,
        claim.last_on,
        "" if statuses else number,
        sendable(claim.clearinghouse_number, 50),
        sendable(claim.type_of_bill, 3),
    )


def _sendable_party(party: Party) -> Party:
    """Name and numbers as they may be sent back: the claim may have used other delimiters than we do."""
    return Party(
        party.role,
        party.is_person,
        spelled(party.name, 60),
        spelled(party.first_name, 35),
        spelled(party.middle_name, 25),
        spelled(party.suffix, 10),
        party.id_qualifier,
        sendable(party.id, 80),
        references=tuple([Reference(one.qualifier, sendable(one.value, 50)) for one in party.references]),
    )


def write_277ca(
    reports: Sequence[ClaimReport], envelope: Envelope, *, payer: Party, received_on: date, processed_on: date
) -> bytes:
    """One ST for each set of the 837 that is answered. `payer` (name, id) is the information source, loop 2100A."""
    sets = (_set(report, envelope, payer, (received_on, processed_on)) for report in reports)
    return b"".join(interchange(envelope, "HN", "277", GUIDE, sets))


def _set(report: ClaimReport, envelope: Envelope, payer: Party, days: tuple[date, date]) -> Iterator[str]:
    at, header, answers = envelope.written_at, report.header, report.answers
    reference = sendable(header.reference, 50) or header.control_number
    yield segment("BHT", "0085", "08", reference, f"{at:%Y%m%d}", f"{at:%H%M}", "TH")
    yield segment("HL", "1", "", "20", "1")
    yield segment("NM1", "PR", "2", payer.name, "", "", "", "", payer.id_qualifier or "PI", payer.id)
    yield segment("TRN", "1", f"{envelope.control_number:09d}")
    yield segment("DTP", "050", "D8", day(days[0]))
    yield segment("DTP", "009", "D8", day(days[1]))
    yield segment("HL", "2", "1", "21", "1" if answers else "0")
    sender, sender_id = spelled(header.submitter_name, 60), sendable(header.submitter_id, 80)
    yield segment("NM1", "41", "2", sender, "", "", "", "", "46", sender_id)
    yield segment("TRN", "2", reference)
    charged = sum(one.charge_cents for one in answers)
    yield segment("STC", ("A1", "19", "PR"), day(days[1]), "WQ", money(charged))
    yield from _totals(answers, "90", "AA")
    level = 2
    for billing, run in groupby(answers, lambda one: one.billing):
        level += 1
        patients = list(run)
        yield segment("HL", str(level), "2", "19", "1")
        yield from _provider(billing, patients)
        provider_level = level
        for one in patients:
            level += 1
            yield segment("HL", str(level), str(provider_level), "PT")
            yield from _patient(one, days)


def _totals(answers: Sequence[ClaimAnswer], accepted: str, refused: str) -> Iterator[str]:
    """QTY and AMT of what was accepted and what was sent back."""
    kept = [one.charge_cents for one in answers if one.accepted]
    sent_back = [one.charge_cents for one in answers if not one.accepted]
    for qualifier, amounts in ((accepted, kept), (refused, sent_back)):
        if amounts:
            yield segment("QTY", qualifier, str(len(amounts)))
    for qualifier, amounts in (("YU", kept), ("YY", sent_back)):
        if amounts:
            yield segment("AMT", qualifier, money(sum(amounts)))


def _provider(billing: Party, answers: Sequence[ClaimAnswer]) -> Iterator[str]:
    """Loops 2100C and 2200C."""
    if billing.npi or not billing.tax_id:
        yield named(billing._replace(role="85"))
    else:
        yield named(billing._replace(role="85", id_qualifier="FI", id=billing.tax_id))
    yield segment("TRN", "1", "0")
    yield segment("STC", ("A1", "19", "PR"), "", "WQ", money(sum(one.charge_cents for one in answers)))
    if billing.npi and billing.tax_id:
        yield segment("REF", "TJ", billing.tax_id)
    yield from _totals(answers, "QA", "QC")


def _patient(one: ClaimAnswer, days: tuple[date, date]) -> Iterator[str]:
    """Loops 2100D and 2200D. A service that is only planned has the day of receipt."""
    received_on, processed_on = days
    yield named(one.patient._replace(role="QC", id_qualifier="MI" if one.patient.id else ""))
    yield segment("TRN", "2", one.patient_control_number)
    action = "WQ" if one.accepted else "U"
    for status in one.statuses:
        yield segment("STC", status.split(":"), day(processed_on), action, money(one.charge_cents))
    for qualifier, value in (("1K", one.number), ("D9", one.clearinghouse_number), ("BLT", one.type_of_bill)):
        if value:
            yield segment("REF", qualifier, value)
    first_on, last_on = one.first_on or received_on, one.last_on or one.first_on or received_on
    if first_on == last_on:
        yield segment("DTP", "472", "D8", day(first_on))
    else:
        yield segment("DTP", "472", "RD8", f"{day(first_on)}-{day(last_on)}")
