"""The employer's account with the TPA: invoices issued, money received, what is open and how old it is."""

from datetime import date
from typing import NamedTuple

from tpa.books.funding.models import Deposit, FundingInvoice
from tpa.engine.billing.receivables import Owed, Receivables, Received, receivables


class Entry(NamedTuple):
    """A line of the statement. `cents`: an invoice adds, money received takes off; `balance_cents` after it."""

    on: date
    kind: str
    reference: str
    source_id: int
    cents: int
    balance_cents: int


class Statement(NamedTuple):
    """The account on a day: every entry up to it, the oldest first, and what is open by invoice and by age."""

    as_of: date
    entries: tuple[Entry, ...]
    receivables: Receivables
    numbers: dict[int, str]
    """Invoice -> its number."""

    @property
    def paid(self) -> dict[int, list[tuple[str, int]]]:
        """Payment -> the invoices that it pays, each with so much of it."""
        found: dict[int, list[tuple[str, int]]] = {}
        for one in self.receivables.applied:
            if one.deposit_id:
                found.setdefault(one.deposit_id, []).append((self.numbers[one.invoice_id], one.cents))
        return found


def statement(as_of: date) -> Statement:
    """The account as of a day: invoices issued and money received up to its end (in UTC)."""
    invoices = list(
        FundingInvoice.objects.filter(state=FundingInvoice.State.FINAL, finalised_at__date__lte=as_of).order_by("month")
    )
    came = Deposit.objects.filter(received_on__lte=as_of).exclude(purpose=Deposit.Purpose.SETTLEMENT)
    deposits = list(came.order_by("received_on", "id"))
    numbers = {invoice.pk: invoice.number for invoice in invoices}
    found = receivables(
        [Owed(invoice.pk, invoice.due_on, invoice.total_cents) for invoice in invoices],
        [Received(one.pk, one.cents, one.invoice_id) for one in deposits],
        as_of,
    )
    moves = [(_issued_on(one), 0, one.pk, "invoice", one.number, one.total_cents) for one in invoices]
    moves += [(one.received_on, 1, one.pk, "payment", one.reference, -one.cents) for one in deposits]
    entries, balance = [], 0
    for on, _, source_id, kind, reference, cents in sorted(moves):
        balance += cents
        entries.append(Entry(on, kind, reference, source_id, cents, balance))
    return Statement(as_of, tuple(entries), found, numbers)


def _issued_on(invoice: FundingInvoice) -> date:
    return invoice.finalised_at.date() if invoice.finalised_at else invoice.month
