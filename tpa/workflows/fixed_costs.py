"""Fees and premium leave at once: as soon as an invoice is final and the employer's money is there."""

from collections.abc import Iterable
from datetime import date

from tpa.books.agreements import selectors as agreements
from tpa.books.funding import selectors as funding
from tpa.books.funding.models import Credit, FundingInvoice, FundingInvoiceLine
from tpa.books.ledger import selectors as ledger
from tpa.books.ledger import services as ledger_services
from tpa.engine.journal.accounts import EMPLOYER_DEPOSITS
from tpa.engine.journal.book import entry_for
from tpa.engine.journal.entry import Amount
from tpa.engine.journal.recipes.fixed_costs_paid import FixedCostsPaid
from tpa.infra import clock
from tpa.infra.employers import open_employer

EVENT = "fixed_costs_paid"
_Sums = dict[str, int]


def send_fixed_costs(*, on: date) -> int:
    """Send what final invoices ask for fees and premium, the oldest first, each invoice's as a whole and once.

    Where the agreement lets no payment leave before the money is there, the first one that the deposits do not cover
    waits, and so do the later ones. Returns how many invoices were served. In the caller's transaction, inside
    employer_scope, under the caller's lock.
    """
    waiting = funding.final_invoices_without(list(_sent()))
    if not waiting:
        return 0
    advances = agreements.governing_agreement(open_employer().pk, on).pay_before_funded
    deposits = -ledger.balance(EMPLOYER_DEPOSITS)
    entries = []
    for invoice in waiting:
        facts = _facts(invoice, on)
        cents = sum(amount.cents for amount in (*facts.fees, *facts.premiums))
        if cents > max(0, deposits) and not advances:
            break
        deposits -= cents
        if facts.fees or facts.premiums:
            entries.append(entry_for(facts))
    ledger_services.post_entries(entries=entries, recorded_at=clock.now())
    return len(entries)


def _sent() -> Iterable[int]:
    return ledger.entries().filter(source_kind="invoice", event=EVENT).values_list("source_id", flat=True)


def _facts(invoice: FundingInvoice, on: date) -> FixedCostsPaid:
    """Fees with their taxes, and premium of the invoice by code, less what it gives back of them."""
    sums: dict[str, _Sums] = {FundingInvoiceLine.Kind.FEE: {}, FundingInvoiceLine.Kind.PREMIUM: {}}
    for line in invoice.lines.all():
        kind = FundingInvoiceLine.Kind.FEE if line.kind == FundingInvoiceLine.Kind.TAX else line.kind
        if kind in sums:
            sums[kind][line.code] = sums[kind].get(line.code, 0) + line.cents
    for credit in invoice.credits.all():
        if credit.against != Credit.Against.FUND:
            given = sums[credit.against]
            given[credit.code] = given.get(credit.code, 0) - credit.cents
    fees, premiums = (tuple(Amount(*one) for one in of.items() if one[1]) for of in sums.values())
    return FixedCostsPaid(invoice.pk, on, fees, premiums)
