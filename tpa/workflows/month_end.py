"""The month's end: census, fees, premium, claims and credits become an invoice; issuing it moves the ledger.

    invoice = draft_month(month=date(2025, 1, 1))        # as often as needed: the draft is computed anew
    review_invoice(invoice_id=invoice.pk, person_id=7)
    approve_invoice(invoice_id=invoice.pk, person_id=8)  # another person beyond the agreement's limit
    issue_invoice(invoice_id=invoice.pk, person_id=7)    # final: the ledger has it, nothing changes any more

Everything happens inside `employer_scope`, each step in one transaction. Months are invoiced in their order, without a
gap: what was decided or enrolled late for an earlier one comes with the next invoice, in lines that name the month.

After the last agreement's end its run-out is invoiced: claims, credits, and the fees that follow claims. Other fees only
where they begin after the end, in a later version of the schedule or by their own dates. Months of the run-out without
anything to bill may be left out.
"""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any, NamedTuple, cast

from django.db import transaction

from tpa.books.agreements import selectors as agreements
from tpa.books.agreements.models import AsoAgreement
from tpa.books.agreements.selectors import FeesInForce, StopLossInForce
from tpa.books.events.services import announce
from tpa.books.funding import billed, services
from tpa.books.funding import selectors as funding
from tpa.books.funding.billed import DecidedRow
from tpa.books.funding.errors import InvoiceStateError
from tpa.books.funding.models import Credit, FundingInvoice, FundingInvoiceLine
from tpa.books.ledger import selectors as ledger_selectors
from tpa.books.ledger import services as ledger
from tpa.books.members import selectors as members
from tpa.engine.billing import lines as engine
from tpa.engine.billing.activity import PaidClaims, claims_by_line
from tpa.engine.billing.census import Census
from tpa.engine.billing.changes import changes
from tpa.engine.billing.invoice import (
    FUND,
    CreditDue,
    FundDeposit,
    Invoice,
    InvoiceFacts,
    PastMonth,
    compose_invoice,
)
from tpa.engine.billing.lines import InvoiceLine
from tpa.engine.billing.schedule import FeeLine, Premium
from tpa.engine.billing.taxes import places_of
from tpa.engine.billing.terms import parse_billing_terms
from tpa.engine.billing.tiers import flat_rates
from tpa.engine.funding.terms import parse_terms
from tpa.engine.journal.accounts import INTEREST, INTEREST_EXPENSE
from tpa.engine.journal.book import entry_for
from tpa.engine.journal.entry import Amount
from tpa.engine.journal.recipes.fee_charged import FeeCharged
from tpa.engine.journal.recipes.invoice_issued import InvoiceIssued
from tpa.engine.journal.recipes.premium_charged import PremiumCharged
from tpa.engine.statute import business_days
from tpa.infra import broker_pay, clock, locks
from tpa.infra.employers import open_employer
from tpa.kernel.ids import public_id
from tpa.kernel.money import format_amount
from tpa.kernel.periods import Span, add_months, month_of, months_in
from tpa.workflows.fee_facts import activities
from tpa.workflows.fixed_costs import send_fixed_costs
from tpa.workflows.invoice_board import commissions_of, show_on_board

ONE_DAY = timedelta(days=1)
_BANKS = {"USD": business_days.is_us_banking_day, "CAD": business_days.is_canadian_banking_day}
Kind = FundingInvoiceLine.Kind


class Terms(NamedTuple):
    """What a month is billed by: fee schedule and stop-loss contract in force, each with its key."""

    fee_version_id: int | None
    fees: Sequence[FeeLine]
    stop_loss_version_id: int | None
    premiums: Sequence[Premium]

    @property
    def retro_months(self) -> int:
        """How far back the terms reach for late changes of enrolment."""
        reaches = [one.retro_months for one in self.fees] + [one.retro_months for one in self.premiums]
        return max(reaches, default=0)


@transaction.atomic
def draft_month(*, month: date) -> FundingInvoice:
    """The month's invoice as a draft, computed anew from the books; one that is approved or final stays as it is.

    Raises NothingAgreedError without an ASO agreement, InvoiceStateError out of the months' order, and the engine's
    refusal for a tier without a rate.
    """
    employer = open_employer()
    span = month_of(month)
    locks.lock("month_end")
    existing = funding.invoice_of(span.starts_on)
    if existing is not None and existing.state != FundingInvoice.State.DRAFT:
        return existing
    past = funding.final_invoices_before(span.starts_on)
    _check_order(employer.pk, span, past)
    agreement = agreements.governing_agreement(employer.pk, span.ends_before - ONE_DAY)
    terms = terms_of(employer.pk, span.starts_on)
    roster = _roster(span, terms, past)
    decided = billed.unbilled_decisions(span.ends_before, existing.pk if existing else None)
    claims = claims_by_line(row.facts for row in decided)
    due = funding.credits_for(span.ends_before, span.starts_on)
    census = Census(span.starts_on, roster.rows)
    heads = [subscriber for subscriber, _ in census.counted("first_of_month")]
    lives_in = members.places_of({*heads, *(row.member_id for row in decided)})
    facts = InvoiceFacts(
        census=census,
        fees=terms.fees,
        premiums=terms.premiums,
        activity=activities(terms.fees, [span.starts_on], {span.starts_on: decided}, {span.starts_on: due})[
            span.starts_on
        ],
        claims=claims,
        past=_past_months(employer.pk, past, roster),
        credits=[_credit_due(one) for one in due],
        places=places_of(
            employer.situs,
            (lives_in.get(one, "") for one in heads),
            ((lives_in.get(row.member_id, ""), row.paid_cents) for row in decided),
        ),
        interest_cents=_unbilled_interest(span),
        prior_balance_cents=funding.account_balance(),
        deposit=_deposit(agreement, census),
    )
    computed = _explained(compose_invoice(facts), decided)
    invoice = services.draft_invoice(
        computed=computed,
        terms=services.InvoiceTerms(
            number=f"{employer.code.upper()}-{span.starts_on:%Y-%m}",
            currency=agreement.currency,
            due_on=_due_on(agreement, span.starts_on, clock.today(employer.time_zone)),
            alone_up_to_cents=parse_billing_terms(agreement.billing_terms).alone_up_to_cents,
            agreement_id=agreement.pk,
            fee_schedule_version_id=terms.fee_version_id,
            stop_loss_version_id=terms.stop_loss_version_id,
            basis=_basis(facts)
            | {"changes": _changes(past, computed), "before_cents": past[-1].total_cents if past else None},
        ),
        roster=roster,
        decisions=billed.decisions_in(decided, lives_in),
        credit_ids=[one.pk for one in due],
        now=clock.now(),
    )
    show_on_board(invoice)
    return invoice


def _deposit(agreement: AsoAgreement, census: Census) -> FundDeposit | None:
    """The month's deposit where the agreement asks for fixed ones; none after its end: the run-out is paid from the fund."""
    terms = parse_terms(agreement.funding_model, agreement.funding_terms)
    if not terms.asks_deposits:
        return None
    if census.month.starts_on >= agreement.ends_before:
        return FundDeposit(0, "")
    lives = census.lives("first_of_month", None)
    cents = terms.deposit_cents(lives)
    rates = {tier: rate for tier, rate in terms.rates_cents.items() if tier in lives}
    by_tier = ", ".join(f"{lives[tier]} {tier} x {format_amount(rate)}" for tier, rate in rates.items())
    return FundDeposit(cents, f"{by_tier or 'monthly deposit'}: {format_amount(cents)}, fees and premium in it")


def _due_on(agreement: AsoAgreement, month: date, issued_on: date) -> date:
    """The day by the agreement's terms. Business days leave out weekends and the bank holidays of the money's country."""
    is_open = _BANKS.get(agreement.currency, business_days.is_weekday)
    return parse_billing_terms(agreement.billing_terms).due_on(month, issued_on, is_open)


def _credit_due(one: Credit) -> CreditDue:
    corrected = one.corrects.month if one.corrects else None
    return CreditDue(one.kind, one.description, one.cents, one.granted_on, one.against, corrected)


def left_to_bill(*, month: date) -> bool:
    """Whether claims decided up to the month's end, or credits, are on no invoice yet."""
    span = month_of(month)
    decided = billed.unbilled_decisions(span.ends_before, None)
    return bool(
        claims_by_line(row.facts for row in decided)
        or _unbilled_interest(span)
        or funding.credits_for(span.ends_before, span.starts_on)
    )


def _unbilled_interest(month: Span) -> int:
    """Interest on late claims that the books have by the month's end and no final invoice asks for."""
    return ledger_selectors.balance(INTEREST_EXPENSE, as_of=month.last_day) - funding.billed_interest()


def _check_order(employer_id: int, month: Span, past: Sequence[FundingInvoice]) -> None:
    first = agreements.first_billed_month(employer_id, month.last_day)
    if first is not None and month.starts_on < first:
        raise InvoiceStateError(
            f"Invoices begin with {first:%B %Y}: what was before was billed elsewhere.", where="month",
            remedy="Invoice that month, or change first_month in the agreement's billing terms.",
        )  # fmt: skip
    later = funding.invoices().filter(month__gt=month.starts_on).last()
    if later is not None:
        raise InvoiceStateError(f"Invoice {later.number} of a later month exists.", where="month")
    open_one = funding.unfinished_invoice_before(month.starts_on)
    if open_one is not None:
        raise InvoiceStateError(
            f"Invoice {open_one.number} is not final yet.", where="month", remedy="Finalise the earlier month first."
        )
    skipped = months_in(Span(add_months(past[-1].month, 1), month.starts_on)) if past else []
    if any(agreements.agreed_in(employer_id, month_of(one)) for one in skipped):
        raise InvoiceStateError(
            f"The last invoice is of {past[-1].month:%B %Y}.",
            where="month",
            remedy="Invoice the months in their order.",
        )


def terms_of(employer_id: int, day: date) -> Terms:
    """What is billed for the month that begins on `day`."""
    fees = agreements.fee_schedule_on(employer_id, day)
    contract = agreements.stop_loss_contract_on(employer_id, day)
    return Terms(
        fees.version_id if fees else None,
        _charged(employer_id, fees, day),
        contract.version_id if contract else None,
        premiums_of(contract) if contract else (),
    )


def _charged(employer_id: int, fees: FeesInForce | None, month: date) -> Sequence[FeeLine]:
    """The fees that count in a month: in a run-out those that follow claims, and those that were made for it."""
    ended = agreements.governing_agreement(employer_id, month_of(month).ends_before - ONE_DAY).ends_before
    if fees is None:
        return ()
    if month < ended or fees.effective_on >= ended:
        return fees.fees
    return [one for one in fees.fees if one.fee.follows_claims or one.span.starts_on >= ended]


def premiums_of(contract: StopLossInForce) -> list[Premium]:
    """The premiums that a stop-loss contract asks for: specific and aggregate, each by its own rates."""
    found = []
    for name, cover in (("specific", contract.terms.specific), ("aggregate", contract.terms.aggregate)):
        if cover is not None and cover.premium is not None:
            asked = cover.premium
            rates = flat_rates(asked.rates_cents, asked.lines, asked.count_rule)
            label = f"Stop-loss premium, {name} ({contract.carrier_name})"
            found.append(Premium(f"stop_loss_{name}", label, rates, asked.retro_months))
    return found


def _roster(month: Span, terms: Terms, past: Sequence[FundingInvoice]) -> services.Roster:
    """The enrolments that the invoice looks at: of its month, and of the billed months that it can still restate."""
    first = max(add_months(month.starts_on, -terms.retro_months), past[0].month) if past else month.starts_on
    return services.Roster(first, list(members.enrolments(Span(first, month.ends_before), dependents=True)))


def _past_months(employer_id: int, past: Sequence[FundingInvoice], roster: services.Roster) -> list[PastMonth]:
    """Billed months that late enrolment may change, with their terms, their claims, and the last invoice's roster."""
    if not past:
        return []
    then_from, then = funding.roster(past[-1].pk)
    reached = [invoice for invoice in past if invoice.month >= max(roster.starts_on, then_from)]
    rows = billed.billed_decisions([invoice.pk for invoice in reached])
    fees = {invoice.pk: _fees_then(employer_id, invoice) for invoice in reached}
    happened = activities(
        [one for each in fees.values() for one in each],
        [invoice.month for invoice in reached],
        {invoice.month: rows[invoice.pk] for invoice in reached},
        {invoice.month: list(invoice.credits.all()) for invoice in reached},
    )
    found = []
    for invoice in reached:
        contract = agreements.stop_loss_version(invoice.stop_loss_version_id or 0)
        found.append(
            PastMonth(
                fees[invoice.pk],
                premiums_of(contract) if contract else (),
                Census(invoice.month, then),
                Census(invoice.month, roster.rows),
                happened[invoice.month],
            )
        )
    return found


def _fees_then(employer_id: int, invoice: FundingInvoice) -> Sequence[FeeLine]:
    return _charged(employer_id, agreements.fee_schedule_version(invoice.fee_schedule_version_id or 0), invoice.month)


def _changes(past: Sequence[FundingInvoice], computed: Invoice) -> list[list[Any]]:
    """Why the invoice is another than the last one: [[cause, name, cents, sentence], ...]."""
    before = [_line_of(line) for line in past[-1].lines.all()] if past else []
    return [list(one) for one in changes(before, computed.lines)] if past else []


def _line_of(line: FundingInvoiceLine) -> InvoiceLine:
    kind = cast(engine.Kind, line.kind)
    return InvoiceLine(kind, line.code, line.month, line.description, line.quantity, line.rate, line.cents, line.basis)


def _explained(invoice: Invoice, decided: Sequence[DecidedRow]) -> Invoice:
    """The invoice with its claims lines saying what was decided in the month and what came late from before."""
    in_month = claims_by_line(row.facts for row in decided if row.decided_on >= invoice.month)
    of_month = {claims.line: claims for claims in in_month}
    lines = (
        _explained_line(line, of_month) if line.kind == Kind.CLAIMS and line.code not in (FUND, INTEREST) else line
        for line in invoice.lines
    )
    return invoice._replace(lines=tuple(lines))


def _explained_line(line: InvoiceLine, of_month: dict[str, PaidClaims]) -> InvoiceLine:
    now = of_month.get(line.code, PaidClaims(line.code, 0, 0))
    late_count, late_cents = (line.quantity or 0) - now.claim_count, line.cents - now.paid_cents
    text = f"{now.claim_count} claims decided in {line.month:%B %Y}"
    if late_count or late_cents:
        text += f", {late_count} before it that no invoice has yet"
    return line._replace(basis=line.basis | {"text": text, "late_claim_count": late_count, "late_cents": late_cents})


def _basis(facts: InvoiceFacts) -> dict[str, Any]:
    return {
        "claims": [list(claims) for claims in facts.claims],
        "lives": facts.census.lives("first_of_month"),
        "places": [list(place) for place in facts.places],
        "recovered": dict(facts.activity.recovered_cents),
        "figures": {**facts.activity.counts, **facts.activity.measures},
        "restated_months": [past.census_now.month.starts_on.isoformat() for past in facts.past],
    }


@transaction.atomic
def review_invoice(*, invoice_id: int, person_id: int | None = None) -> FundingInvoice:
    """The draft has been looked at; it is not computed anew from here on. Raises InvoiceStateError."""
    open_employer()
    locks.lock("month_end")
    return _shown(services.review_invoice(invoice_id=invoice_id, now=clock.now(), person_id=person_id))


@transaction.atomic
def approve_invoice(*, invoice_id: int, person_id: int | None = None) -> FundingInvoice:
    """It may be issued. Up to the agreement's limit one person reviews and approves in one step.

    Raises InvoiceStateError, and SecondPersonError beyond the limit.
    """
    open_employer()
    locks.lock("month_end")
    return _shown(services.approve_invoice(invoice_id=invoice_id, now=clock.now(), person_id=person_id))


@transaction.atomic
def return_invoice(*, invoice_id: int) -> FundingInvoice:
    """A reviewed or approved invoice is a draft again, and may be drafted anew. Raises InvoiceStateError."""
    open_employer()
    locks.lock("month_end")
    return _shown(services.return_invoice(invoice_id=invoice_id))


def _shown(invoice: FundingInvoice) -> FundingInvoice:
    show_on_board(invoice)
    return invoice


@transaction.atomic
def issue_invoice(*, invoice_id: int, person_id: int | None = None) -> FundingInvoice:
    """Make an approved invoice final and post it, in one transaction: its total is the ledger's entry."""
    employer = open_employer()
    locks.lock("month_end")
    now, issued_on = clock.now(), clock.today(employer.time_zone)
    found = funding.invoice(invoice_id)
    due_on = _due_on(agreements.agreement(found.agreement_id), found.month, issued_on)
    invoice = services.finalise_invoice(invoice_id=invoice_id, due_on=due_on, now=now, person_id=person_id)
    lines = list(invoice.lines.all())
    facts = (
        FeeCharged(invoice.pk, issued_on, _by_code(lines, Kind.FEE) + _by_code(lines, Kind.TAX)),
        PremiumCharged(invoice.pk, issued_on, _by_code(lines, Kind.PREMIUM)),
        InvoiceIssued(invoice.pk, issued_on, invoice.total_cents, invoice.credits_cents),
    )
    ledger.post_entries(entries=[entry_for(one) for one in facts], recorded_at=now)
    send_fixed_costs(on=issued_on)
    announce("invoice.issued", _news(employer.pk, invoice))
    broker_pay.tell(invoice.pk, invoice.month, commissions_of(lines))
    return _shown(invoice)


def _news(employer_id: int, invoice: FundingInvoice) -> dict[str, Any]:
    return {
        "invoice": public_id("inv", employer_id, invoice.pk),
        "number": invoice.number,
        "month": f"{invoice.month:%Y-%m}",
        "total_cents": invoice.total_cents,
        "due_on": invoice.due_on.isoformat(),
    }


def _by_code(lines: Sequence[FundingInvoiceLine], kind: str) -> tuple[Amount, ...]:
    sums: dict[str, int] = {}
    for line in lines:
        if line.kind == kind:
            sums[line.code] = sums.get(line.code, 0) + line.cents
    return tuple(Amount(code, cents) for code, cents in sums.items())
