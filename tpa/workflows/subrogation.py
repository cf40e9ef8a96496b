"""Subrogation: a case from accident claims, the member asked, the settlement shared, the money back in the fund."""

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

from django.db import transaction

from tpa.books.claims import selectors as claims
from tpa.books.claims import subrogation as book
from tpa.books.claims.subrogating import SubrogationCase, SubrogationRecovery, SubrogationSettlement
from tpa.books.ledger import services as ledger
from tpa.books.stoploss import selectors as stoploss
from tpa.engine.coordination.subrogation import (
    FeeTerms,
    Settlement,
    by_payment,
    given_back,
    owed_to_carrier,
    settle,
)
from tpa.engine.journal.book import entry_for
from tpa.engine.journal.entry import Amount
from tpa.engine.journal.recipes.subrogation_received import SubrogationReceived
from tpa.infra import clock, locks, work_items
from tpa.infra.employers import open_employer
from tpa.kernel.errors import ConflictError, DomainError
from tpa.kernel.money import format_amount

WORK, QUEUE = "subrogation", "subrogation"
SYSTEM = "accident claims"
"""Who opens a case from claims that were paid and are pursued."""


class RecoveryError(DomainError):
    """An amount that cannot have come in for the case."""

    code = "recovery"


class ReferenceTakenError(ConflictError):
    """The reference names another receipt of the case."""

    code = "reference_taken"
    remedy = "Each receipt has a reference of its own, such as the check's number."


class Standing(NamedTuple):
    """Where a case stands: what the plan has paid for the injury, what came back, what is still open of the lien.

    `expected_cents`: what the settlement leaves the plan and has not come in; `carrier_cents`: what of it the stop-loss
    carrier gets back first. `owed_back_cents`: what came for claims that cost less today; it goes back to who paid it.
    """

    lien_cents: int
    recovered_cents: int
    expected_cents: int
    carrier_cents: int
    owed_back_cents: int = 0

    @property
    def open_cents(self) -> int:
        """What the plan has not got back."""
        return max(0, self.lien_cents - self.recovered_cents)


def standing_of(case: SubrogationCase) -> Standing:
    """Where a case stands today; inside employer_scope."""
    lien = sum(one.paid_cents for one in book.lien_lines([case.pk])[case.pk])
    came = book.recovered([case.pk])[case.pk]
    settled = book.settlement(case.pk)
    expected = max(0, settled.due_cents - came) if settled else 0
    return Standing(lien, came, expected, carrier_part(case, expected), max(0, came - lien))


def carrier_part(case: SubrogationCase, cents: int) -> int:
    """What of a recovery that is still to come the stop-loss carrier gets back, by what it bears of the person today.

    Under the contract in whose days the accident was, however long ago; where its day is not known, under the first.
    """
    if cents <= 0:
        return 0
    employer = open_employer()
    for contract, exposure in stoploss.exposures(employer.pk, clock.today(employer.time_zone), past=True):
        if case.accident_on is not None and case.accident_on not in contract.terms.incurred:
            continue
        for unit in exposure.specific.units if exposure.specific else ():
            if unit.unit_id in (case.member_id, case.family_id) and unit.deductible_cents:
                return owed_to_carrier(unit.eligible_cents, cents, unit.deductible_cents, unit.reimbursable_cents)
    return 0


@transaction.atomic
def open_from_claims() -> list[SubrogationCase]:
    """A case for every paid accident that has none, with all its lines; run as often as wanted. Inside employer_scope."""
    open_employer()
    locks.lock("subrogation")
    now, opened = clock.now(), {}
    for one in book.accidents():
        cause = one.causes[0] if one.causes and one.causes[0] in SubrogationCase.Cause else SubrogationCase.Cause.OTHER
        case = book.open_case(
            member_id=one.member_id,
            family_id=one.family_id,
            accident_on=one.accident_on,
            cause=cause,
            now=now,
            by=SYSTEM,
        )
        book.link_lines(case_id=case.pk, lines=[(one.claim_id, n) for n in one.numbers], now=now, by=SYSTEM)
        opened[case.pk] = case
    return list(opened.values())


@transaction.atomic
def open_for_claim(*, claim_id: int, by: str) -> SubrogationCase:
    """The case of a claim's accident, with all lines of the claim. Raises NotFoundError, LineTakenError."""
    open_employer()
    locks.lock("subrogation")
    found, now = claims.claim(claim_id), clock.now()
    cause = next((one for one in found.related_causes if one in SubrogationCase.Cause), SubrogationCase.Cause.OTHER)
    case = book.open_case(
        member_id=found.member_id,
        family_id=found.family_id,
        accident_on=found.accident_on,
        cause=cause,
        now=now,
        by=by,
    )
    lines = [(claim_id, line.number) for line in claims.lines(claim_id)]
    book.link_lines(case_id=case.pk, lines=lines, now=now, by=by)
    return case


@transaction.atomic
def change_lines(*, case_id: int, claim_id: int, numbers: Sequence[int], link: bool, by: str) -> SubrogationCase:
    """Put lines of a claim into a case, or take them out. Raises CaseClosedError, LineTakenError, RecoveryError."""
    case = _open_case(case_id)
    found = claims.claim(claim_id)
    known = {line.number for line in claims.lines(claim_id)}
    if found.member_id != case.member_id or not set(numbers) <= known:
        raise RecoveryError("These are no lines of a claim of the injured member.", where="lines")
    change = book.link_lines if link else book.unlink_lines
    change(case_id=case.pk, lines=[(claim_id, number) for number in numbers], now=clock.now(), by=by)
    return case


@transaction.atomic
def ask_member(*, case_id: int, asked_on: date) -> SubrogationCase:
    """The questionnaire was sent. Raises CaseClosedError."""
    case = _open_case(case_id)
    case.asked_on = asked_on
    case.save(update_fields=["asked_on"])
    return case


@transaction.atomic
def record_answers(
    *, case_id: int, answered_on: date, answers: str, liable: str = "", attorney: str = "", **terms: str | bool
) -> SubrogationCase:
    """What the member has told; with `fee_terms` and `made_whole` what the plan's document says. Raises CaseClosedError."""
    case = _open_case(case_id)
    case.answered_on, case.answers, case.liable, case.attorney = answered_on, answers, liable, attorney
    for name, value in terms.items():
        setattr(case, name, value)
    case.save(update_fields=["answered_on", "answers", "liable", "attorney", *terms])
    return case


@transaction.atomic
def settle_case(*, case_id: int, settled_on: date, told: Settlement, by: str) -> SubrogationSettlement:
    """What the liable party pays, shared by the case's terms on the lien of today. Raises CaseClosedError, SettlementError."""
    case = _open_case(case_id)
    lien = sum(one.paid_cents for one in book.lien_lines([case.pk])[case.pk])
    found = settle(lien, told, fee_terms=FeeTerms(case.fee_terms), made_whole=case.made_whole)
    return book.record_settlement(
        case_id=case.pk, settled_on=settled_on, told=told, found=found, now=clock.now(), by=by
    )


@transaction.atomic
def receive(*, case_id: int, cents: int, received_on: date, reference: str, by: str) -> SubrogationRecovery:
    """Money came in: split over the lines by what each has cost, into the fund, and out of the stop-loss amounts.

    Below zero money goes back: a receipt was none, or a claim costs less since. That a closed case takes too, up to what is
    owed back. Raises CaseClosedError, RecoveryError, ReferenceTakenError.
    """
    case = _open_case(case_id, even_closed=cents < 0)
    lines = [one for one in book.lien_lines([case.pk])[case.pk] if one.paid_cents > 0]
    came, lien = book.recovered([case.pk])[case.pk], sum(one.paid_cents for one in lines)
    if case.closed_on is not None and -cents > came - lien:
        raise book.CaseClosedError(f"Case {case.pk} was closed on {case.closed_on}.")
    if cents == 0 or not 0 <= came + cents <= max(lien, came):
        raise RecoveryError(
            f"{format_amount(cents)} cannot have come in: of a lien of {format_amount(lien)} {format_amount(came)} have.",
            where="cents",
            remedy="What is above the lien is the member's.",
        )
    if book.recoveries(case.pk).filter(reference=reference).exists():
        raise ReferenceTakenError(f"A receipt with the reference {reference} is recorded already.")
    if cents < 0:
        parts = _given_back(case.pk, lines, -cents)
    else:
        parts = list(zip(lines, by_payment(cents, [one.paid_cents for one in lines]), strict=True))
    now = clock.now()
    recovery = book.record_recovery(
        case_id=case.pk, received_on=received_on, reference=reference, parts=parts, now=now, by=by
    )
    sums: dict[str, int] = {}
    for line, part in parts:
        sums[line.fund_line] = sums.get(line.fund_line, 0) + part
    amounts = tuple(Amount(name, part) for name, part in sorted(sums.items()) if part)
    ledger.post_entries(entries=[entry_for(SubrogationReceived(recovery.pk, received_on, amounts))], recorded_at=now)
    return recovery


def _given_back(case_id: int, lines: Sequence[book.LienLine], cents: int) -> list[tuple[book.LienLine, int]]:
    """The decided lines from whose recoveries money goes back: first those that cost less today than came for them."""
    costs = {(one.claim_id, one.number): one.paid_cents for one in lines}
    came = book.recovered_lines(case_id)
    over = []
    for one in came:
        key = (one.claim_id, one.number)
        over.append(max(0, one.paid_cents - costs.get(key, 0)))
        costs[key] = max(0, costs.get(key, 0) - one.paid_cents)
    return [
        (one, -part) for one, part in zip(came, given_back(cents, [one.paid_cents for one in came], over), strict=True)
    ]


@transaction.atomic
def watch_recoveries() -> int:
    """Put before a person each case for which more has come than its claims cost today; how many. Inside employer_scope."""
    open_employer()
    keys = book.cases_with_recoveries()
    liens, came = book.lien_lines(keys), book.recovered(keys)
    over = {key: came[key] - sum(one.paid_cents for one in liens[key]) for key in keys}
    found = {key: cents for key, cents in over.items() if cents > 0}
    work_items.close_items(WORK, [key for key in keys if key not in found])
    work_items.open_items(
        work_items.Item(WORK, QUEUE, key, f"Give back {format_amount(cents)}: a claim costs less since it came", cents)
        for key, cents in found.items()
    )
    return len(found)


@transaction.atomic
def close(*, case_id: int, note: str, by: str) -> SubrogationCase:
    """Nothing more is expected. Raises CaseClosedError."""
    case = _open_case(case_id)
    case.closed_on, case.closed_by, case.closing_note = clock.today(open_employer().time_zone), by, note
    case.save(update_fields=["closed_on", "closed_by", "closing_note"])
    return case


def _open_case(case_id: int, *, even_closed: bool = False) -> SubrogationCase:
    open_employer()
    locks.lock("subrogation")
    case = book.case(case_id)
    if case.closed_on is not None and not even_closed:
        raise book.CaseClosedError(f"Case {case.pk} was closed on {case.closed_on}.")
    return case
