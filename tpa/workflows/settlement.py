"""The settlement of a level-funded or budgeted year: after its run-out, once, from the books, posted.

    preview = settlement_of(year_starts_on=date(2025, 1, 1), is_renewed=True)      # the year's money and what it comes to
    settle_year(year_starts_on=date(2025, 1, 1), is_renewed=True, person_id=7)
    pay_out(settlement_id=1, party="employer", paid_on=date(2026, 4, 9), reference="WIRE", person_id=8)

Collected are the deposits for the year, paid is what was issued for claims incurred in it until its run-out ended, less
checks that fell back to the plan; credited what the stop-loss contracts owe for it, less what the carriers refused. Charges
are the fees, taxes and premium billed for the year's months, and no less than the parts that the agreement has for them. A
surplus that is credited or a holiday comes off the next invoices; a deficit that is billed is a receivable beside them.
Everything happens inside `employer_scope`.
"""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import date
from typing import Any, NamedTuple

from django.db import connection, transaction
from django.db.models import QuerySet, Sum

from tpa.books.agreements import selectors as agreements
from tpa.books.funding import selectors as books
from tpa.books.funding.models import Credit, Deposit
from tpa.books.funding.request_models import DepositUse
from tpa.books.funding.settlement_models import Settlement, SettlementPayout
from tpa.books.ledger import selectors as ledger
from tpa.books.ledger import services as ledger_services
from tpa.books.stoploss import selectors as stoploss
from tpa.books.stoploss.borne import borne_for
from tpa.engine.funding.settlement import Settled, SettlementError, SettlementTerms, Year, settle
from tpa.engine.funding.terms import FundingTerms, parse_terms
from tpa.engine.journal.accounts import CLAIMS_RESERVE, EMPLOYER_DEPOSITS
from tpa.engine.journal.book import entry_for
from tpa.engine.journal.entry import Amount
from tpa.engine.journal.recipes.settlement_paid import SettlementPaid
from tpa.engine.journal.recipes.year_settled import YearSettled
from tpa.infra import clock, locks
from tpa.infra.employers import bound_employer, open_employer
from tpa.kernel.errors import ConflictError, DomainError, NotFoundError, SecondPersonError
from tpa.kernel.money import format_amount
from tpa.kernel.periods import Span, add_months, months_in
from tpa.workflows.deposits import give_credit

_PAID = """
WITH paid AS (SELECT decision_id, claim_id, interest_cents FROM payments_claimpayment
              WHERE voided_on IS NULL AND issued_on < %s)
SELECT (SELECT coalesce(sum(l.paid_cents), 0) FROM paid JOIN claims_decisionline l USING (decision_id)
        WHERE l.service_on >= %s AND l.service_on < %s)::bigint
     + (SELECT coalesce(sum(interest_cents), 0) FROM paid JOIN claims_claim c ON c.id = claim_id
        WHERE c.service_on >= %s AND c.service_on < %s)::bigint"""
_CREDITS = (Credit.Kind.REBATE, Credit.Kind.REFUND, Credit.Kind.SUBROGATION, Credit.Kind.SURPLUS)


class YearStanding(NamedTuple):
    """A year, its terms and its money; what it comes to, once the run-out has ended."""

    agreement_id: int
    period: Span
    terms: SettlementTerms
    year: Year
    settled: Settled | None

    @property
    def settles_on(self) -> date:
        """The first day on which it may be settled."""
        return self.terms.run_out_ends_before(self.period)

    @property
    def due_on(self) -> date:
        """The last day for paying what it comes to."""
        return self.terms.due_on(self.period)


def settlement_of(*, year_starts_on: date, is_renewed: bool = True) -> YearStanding:
    """The year as the books have it today. Raises NothingAgreedError, SettlementError where no settlement is agreed."""
    employer = bound_employer()
    agreement = agreements.agreement_on(employer.pk, year_starts_on)
    funding = agreements.funding_terms_on(employer.pk, year_starts_on)
    if funding.settlement is None:
        raise SettlementError(
            "The agreement says nothing of a settlement.", where="year", remedy="Agree on its terms first."
        )
    period = Span(year_starts_on, min(add_months(year_starts_on, 12), agreement.ends_before))
    today = clock.today(employer.time_zone)
    year = _year(employer.pk, funding, funding.settlement, period, is_renewed, today)
    is_over = today >= funding.settlement.run_out_ends_before(period)
    settled = settle(funding.settlement, year, period, on=today) if is_over else None
    return YearStanding(agreement.pk, period, funding.settlement, year, settled)


def years_to_settle() -> list[date]:
    """The first days of years that have begun under an agreement with a settlement and are not settled, the oldest first."""
    employer = bound_employer()
    today = clock.today(employer.time_zone)
    settled = set(Settlement.objects.values_list("starts_on", flat=True))
    found = []
    for one in agreements.agreements_begun(employer.pk, today):
        day = one.starts_on
        while day <= today and day < one.ends_before and parse_terms(one.funding_model, one.funding_terms).settlement:
            found.append(day)
            day = add_months(day, 12)
    return [day for day in found if day not in settled]


def _year(
    employer_id: int, funding: FundingTerms, terms: SettlementTerms, period: Span, is_renewed: bool, today: date
) -> Year:
    ended = terms.run_out_ends_before(period)
    with connection.cursor() as cursor:
        cursor.execute(_PAID, [ended, *period, *period])
        (paid,) = cursor.fetchone()
    begun = [month for month in months_in(period) if month <= today]
    # What came in the run-out of the year before is that year's.
    before = agreements.agreement_on(employer_id, period.starts_on).starts_on < period.starts_on
    since = add_months(ended, -12) if before else period.starts_on
    given = Credit.objects.filter(kind__in=_CREDITS, granted_on__gte=since, granted_on__lt=ended)
    return Year(
        collected_cents=_came(period),
        paid_cents=paid - stoploss.forfeited_cents(period, ended),
        charges_cents=_charges(funding, begun),
        stop_loss_cents=borne_for(employer_id, period),
        other_credits_cents=_sum(given),
        brought_forward_cents=-_carried(period.starts_on),
        reserve_cents=-ledger.balance(CLAIMS_RESERVE),
        deposit_cents=funding.monthly_cents,
        is_renewed=is_renewed,
    )


def _charges(terms: FundingTerms, months: Sequence[date]) -> int:
    """What fees, taxes and premium took of months that have begun: no less than the deposit's parts for them."""
    charged = [books.billed_by_month(kind) for kind in ("fee", "premium")]
    billed = sum(by_month.get(month, 0) for by_month in charged for month in months)
    return max(billed, (terms.monthly_cents - terms.claims_fund_cents) * len(months))


def _came(period: Span) -> int:
    """Money counts for the year of the invoice, or of the request, that it was sent for; else for that in which it came."""
    span = (period.starts_on, period.last_day)
    deposits = Deposit.objects.exclude(purpose=Deposit.Purpose.SETTLEMENT)
    free = deposits.filter(invoice=None, received_on__range=span)
    asked = DepositUse.objects.filter(request__prepared_on__range=span)
    invoiced = deposits.filter(invoice__month__range=span)
    return _sum(invoiced) + _sum(asked) + _sum(free) - _sum(DepositUse.objects.filter(deposit__in=free))


def _sum(rows: QuerySet[Any]) -> int:
    return int(rows.aggregate(all_cents=Sum("cents"))["all_cents"] or 0)


def _carried(starts_on: date) -> int:
    """The instalments of earlier years' deficits that fall due in this one."""
    due = 0
    for one in Settlement.objects.filter(starts_on__lt=starts_on):
        place = starts_on.year - one.starts_on.year - 1
        instalments = one.settled["instalments_cents"]
        due += instalments[place] if 0 <= place < len(instalments) else 0
    return due


@transaction.atomic
def settle_year(*, year_starts_on: date, is_renewed: bool = True, person_id: int | None = None) -> Settlement:
    """Settle a year once and post it. Raises SettlementError before its run-out has ended, ConflictError the second time."""
    employer = open_employer()
    locks.lock("deposits")
    if Settlement.objects.filter(starts_on=year_starts_on).exists():
        raise ConflictError("This year is settled already.", where="year_starts_on")
    standing = settlement_of(year_starts_on=year_starts_on, is_renewed=is_renewed)
    today, now = clock.today(employer.time_zone), clock.now()
    settled = settle(standing.terms, standing.year, standing.period, on=today)
    made = Settlement.objects.create(
        agreement_id=standing.agreement_id,
        starts_on=standing.period.starts_on,
        ends_before=standing.period.ends_before,
        settled_on=today,
        due_on=standing.terms.due_on(standing.period),
        owner=standing.terms.owner,
        year=asdict(standing.year),
        settled=asdict(settled),
        settled_by_id=person_id,
        recorded_at=now,
    )
    ledger_services.post_entries(entries=[entry_for(_facts(made, settled))], recorded_at=now)
    if left := settled.credited_cents + settled.holiday_cents:
        give_credit(
            kind=Credit.Kind.SURPLUS,
            cents=left,
            description=f"Surplus of {standing.period.starts_on} to {standing.period.last_day}",
            reference=f"settlement-{made.pk}",
            granted_on=today,
            person_id=person_id,
        )
    return made


def _facts(made: Settlement, settled: Settled) -> YearSettled:
    return YearSettled(
        made.pk,
        made.settled_on,
        payable=tuple(Amount(name, cents) for name, cents in settled.payable_cents.items()),
        to_reserve=settled.to_reserve_cents,
        reserve_used=settled.reserve_used_cents,
        billed=settled.employer_owes_cents,
    )


@transaction.atomic
def pay_out(
    *, settlement_id: int, party: str, paid_on: date, reference: str, person_id: int | None
) -> SettlementPayout:
    """What a settlement owes a party (employer, tpa, carrier, tax) leaves the fund, whole and once.

    Raises NotFoundError, ConflictError where nothing is owed, it was paid, or the fund does not hold it; SecondPersonError
    for who settled the year, DomainError for a day before the settlement or after today.
    """
    employer = open_employer()
    locks.lock("deposits")
    made = Settlement.objects.filter(pk=settlement_id).first()
    if made is None:
        raise NotFoundError("There is no such settlement.")
    cents = made.payable.get(party, 0)
    if not cents:
        raise ConflictError(f"The settlement owes nothing to {party!r}.", where="party")
    if person_id is None or person_id == made.settled_by_id:
        raise SecondPersonError("A settlement is not paid out by who made it.")
    if not made.settled_on <= paid_on <= clock.today(employer.time_zone):
        raise DomainError("It is paid between the settlement and today.", where="paid_on")
    if not reference.strip():
        raise DomainError("The bank's reference is needed.", where="reference")
    if made.payouts.filter(party=party).exists():
        raise ConflictError("It is paid out already.", where="party")
    _require_funded()
    now = clock.now()
    payout = SettlementPayout.objects.create(
        settlement=made, party=party, cents=cents, paid_on=paid_on, reference=reference.strip()[:60], by_id=person_id,
        recorded_at=now,
    )  # fmt: skip
    entry = entry_for(SettlementPaid(payout.pk, paid_on, party, cents))
    ledger_services.post_entries(entries=[entry], recorded_at=now)
    return payout


def _require_funded() -> None:
    """A surplus may count on money that the carrier still owes: what is not there is not paid out."""
    held = -ledger.balance(EMPLOYER_DEPOSITS)
    if held < 0:
        raise ConflictError(
            f"The fund lacks {format_amount(-held)} of what the settlement counts on.",
            where="party",
            remedy="Wait for the stop-loss carrier's money, or ask the employer for it.",
        )
