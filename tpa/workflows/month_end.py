"""The month's end: census, fees, premium, claims and credits become an invoice; issuing it moves the ledger.

    invoice = draft_month(month=date(2025, 1, 1))        # as often as needed: the draft is computed anew
    approve_invoice(invoice_id=invoice.pk, person_id=7)
    issue_invoice(invoice_id=invoice.pk, person_id=7)    # final: the ledger has it, nothing changes any more

Everything happens inside `employer_scope`, each step in one transaction. Months are invoiced in their order, without a
gap: what was decided or enrolled late for an earlier one comes with the next invoice, in lines that name the month.

After the last agreement's end its run-out is invoiced: claims, credits, and the fees that follow claims. Other fees only
where they begin after the end, in a later version of the schedule or by their own dates. Months of the run-out without
anything to bill may be left out.
"""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any, NamedTuple, cast

from django.db import transaction

from tpa.books.agreements import selectors as agreements
from tpa.books.agreements.selectors import FeesInForce, StopLossInForce
from tpa.books.events.services import announce
from tpa.books.funding import billed, services
from tpa.books.funding import selectors as funding
from tpa.books.funding.billed import DecidedRow
from tpa.books.funding.errors import InvoiceStateError
from tpa.books.funding.models import Credit, FundingInvoice, FundingInvoiceLine
from tpa.books.ledger import services as ledger
from tpa.books.members import selectors as members
from tpa.engine.billing import lines as engine
from tpa.engine.billing.activity import Activity, PaidClaims, claims_by_line
from tpa.engine.billing.census import Census
from tpa.engine.billing.changes import changes
from tpa.engine.billing.fees.performance import MEASURES
from tpa.engine.billing.invoice import CreditDue, Invoice, InvoiceFacts, PastMonth, compose_invoice
from tpa.engine.billing.lines import InvoiceLine
from tpa.engine.billing.schedule import FeeLine, Premium
from tpa.engine.billing.taxes import Place
from tpa.engine.billing.tiers import flat_rates
from tpa.engine.journal.book import entry_for
from tpa.engine.journal.entry import Amount
from tpa.engine.journal.recipes.fee_charged import FeeCharged
from tpa.engine.journal.recipes.invoice_issued import InvoiceIssued
from tpa.engine.journal.recipes.premium_charged import PremiumCharged
from tpa.infra import clock, locks
from tpa.infra.employers import open_employer
from tpa.kernel.ids import public_id
from tpa.kernel.periods import Span, add_months, month_of, months_in
from tpa.workflows.fixed_costs import send_fixed_costs

ONE_DAY = timedelta(days=1)
DUE_AFTER = timedelta(days=14)
"""An invoice is due on the 15th of the month after the one that it bills."""

LONGEST_PERIOD = 12
"""Months of fees that a fee may look at: a year's guarantees."""

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
    facts = InvoiceFacts(
        census=Census(span.starts_on, roster.rows),
        fees=terms.fees,
        premiums=terms.premiums,
        activity=_activities([span.starts_on], {span.starts_on: decided}, {span.starts_on: due})[span.starts_on],
        claims=claims,
        past=_past_months(employer.pk, past, roster),
        credits=[CreditDue(one.kind, one.description, one.cents, one.granted_on, one.against) for one in due],
        places=[Place(employer.situs, 1, sum(one.paid_cents for one in claims))] if employer.situs else [],
        prior_balance_cents=funding.account_balance(),
    )
    computed = _explained(compose_invoice(facts), decided)
    return services.draft_invoice(
        computed=computed,
        terms=services.InvoiceTerms(
            number=f"{employer.code.upper()}-{span.starts_on:%Y-%m}",
            currency=agreement.currency,
            due_on=span.ends_before + DUE_AFTER,
            agreement_id=agreement.pk,
            fee_schedule_version_id=terms.fee_version_id,
            stop_loss_version_id=terms.stop_loss_version_id,
            basis=_basis(facts) | {"changes": _changes(past, computed)},
        ),
        roster=roster,
        decision_ids=billed.decision_ids(decided),
        credit_ids=[one.pk for one in due],
        now=clock.now(),
    )


def left_to_bill(*, month: date) -> bool:
    """Whether claims decided up to the month's end, or credits, are on no invoice yet."""
    span = month_of(month)
    decided = billed.unbilled_decisions(span.ends_before, None)
    return bool(claims_by_line(row.facts for row in decided) or funding.credits_for(span.ends_before, span.starts_on))


def _check_order(employer_id: int, month: Span, past: Sequence[FundingInvoice]) -> None:
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
    activities = _activities(
        [invoice.month for invoice in reached],
        {invoice.month: rows[invoice.pk] for invoice in reached},
        {invoice.month: list(invoice.credits.all()) for invoice in reached},
    )
    found = []
    for invoice in reached:
        fees = agreements.fee_schedule_version(invoice.fee_schedule_version_id or 0)
        contract = agreements.stop_loss_version(invoice.stop_loss_version_id or 0)
        found.append(
            PastMonth(
                _charged(employer_id, fees, invoice.month),
                premiums_of(contract) if contract else (),
                Census(invoice.month, then),
                Census(invoice.month, roster.rows),
                activities[invoice.month],
            )
        )
    return found


def _activities(
    months: Sequence[date], decided: Mapping[date, Sequence[DecidedRow]], due: Mapping[date, Sequence[Credit]]
) -> dict[date, Activity]:
    """What fees look at in each month: its decisions, recoveries, figures recorded for it, fees of the months before."""
    if not months:
        return {}
    figures = billed.figures(months)
    charged = billed.fees_charged(max(months))
    found = {}
    for month in months:
        values = figures.get(month, {})
        found[month] = Activity(
            tuple(row.facts for row in decided[month]),
            billed.recovered(due[month]),
            {name: value for name, value in values.items() if name not in MEASURES},
            {name: value for name, value in values.items() if name in MEASURES},
            fees_before_cents=tuple(charged.get(add_months(month, -n), {}) for n in range(1, LONGEST_PERIOD)),
        )
    return found


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
    lines = (_explained_line(line, of_month) if line.kind == Kind.CLAIMS else line for line in invoice.lines)
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
        "recovered": dict(facts.activity.recovered_cents),
        "figures": {**facts.activity.counts, **facts.activity.measures},
        "restated_months": [past.census_now.month.starts_on.isoformat() for past in facts.past],
    }


@transaction.atomic
def approve_invoice(*, invoice_id: int, person_id: int | None = None) -> FundingInvoice:
    """The draft has been looked at; it is not computed anew from here on. Raises InvoiceStateError."""
    open_employer()
    locks.lock("month_end")
    return services.approve_invoice(invoice_id=invoice_id, now=clock.now(), person_id=person_id)


@transaction.atomic
def issue_invoice(*, invoice_id: int, person_id: int | None = None) -> FundingInvoice:
    """Make an approved invoice final and post it, in one transaction: its total is the ledger's entry."""
    employer = open_employer()
    locks.lock("month_end")
    now = clock.now()
    invoice = services.finalise_invoice(invoice_id=invoice_id, now=now, person_id=person_id)
    issued_on = clock.today(employer.time_zone)
    lines = list(invoice.lines.all())
    facts = (
        FeeCharged(invoice.pk, issued_on, _by_code(lines, Kind.FEE) + _by_code(lines, Kind.TAX)),
        PremiumCharged(invoice.pk, issued_on, _by_code(lines, Kind.PREMIUM)),
        InvoiceIssued(invoice.pk, issued_on, invoice.total_cents, invoice.credits_cents),
    )
    ledger.post_entries(entries=[entry_for(one) for one in facts], recorded_at=now)
    send_fixed_costs(on=issued_on)
    announce("invoice.issued", _news(employer.pk, invoice))
    return invoice


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
