"""The employer's account with the TPA: invoices issued, deficits of settled years, money received, what is open, how old."""

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

from tpa.books.funding.models import Deposit, FundingInvoice
from tpa.books.funding.settlement_models import Settlement
from tpa.engine.billing.receivables import Owed, Receivables, Received, receivables


class Entry(NamedTuple):
    """A line of the statement. `cents`: an invoice or a deficit adds, money received takes off; `balance_cents` after it."""

    on: date
    kind: str
    reference: str
    source_id: int
    cents: int
    balance_cents: int


class Open(NamedTuple):
    """An invoice that is not paid in full, or a settled year's deficit (`invoice_id` None)."""

    number: str
    cents: int
    invoice_id: int | None


class Statement(NamedTuple):
    """The account on a day: every entry up to it, the oldest first, and what is open by invoice, by deficit, and by age."""

    as_of: date
    entries: tuple[Entry, ...]
    receivables: Receivables
    """Of invoices."""
    deficits: Receivables
    """Of settled years, by settlement: only money that came for them pays them."""
    numbers: dict[int, str]
    """Invoice -> its number."""
    years: dict[int, str]
    """Settlement -> its year."""

    @property
    def balance_cents(self) -> int:
        """Owed in all; below zero where the employer is ahead."""
        return self.receivables.balance_cents + self.deficits.balance_cents

    @property
    def aging_cents(self) -> dict[str, int]:
        """What is open by age."""
        late = self.deficits.aging_cents
        return {age: cents + late[age] for age, cents in self.receivables.aging_cents.items()}

    @property
    def open(self) -> list[Open]:
        """What is not paid in full, invoices first."""
        invoices = [Open(self.numbers[key], cents, key) for key, cents in self.receivables.open_cents.items()]
        return invoices + [Open(self.years[key], cents, None) for key, cents in self.deficits.open_cents.items()]

    @property
    def paid(self) -> dict[int, list[tuple[str, int]]]:
        """Payment -> the invoices and deficits that it pays, each with so much of it."""
        found: dict[int, list[tuple[str, int]]] = {}
        for money, names in ((self.receivables, self.numbers), (self.deficits, self.years)):
            for one in money.applied:
                if one.deposit_id:
                    found.setdefault(one.deposit_id, []).append((names[one.invoice_id], one.cents))
        return found


def statement(as_of: date) -> Statement:
    """The account as of a day: invoices issued, years settled and money received up to its end (in UTC)."""
    invoices = list(
        FundingInvoice.objects.filter(state=FundingInvoice.State.FINAL, finalised_at__date__lte=as_of).order_by("month")
    )
    settled = list(Settlement.objects.filter(settled_on__lte=as_of).order_by("starts_on"))
    asked = [(one, one.settled["employer_owes_cents"]) for one in settled if one.settled["employer_owes_cents"]]
    deposits = list(Deposit.objects.filter(received_on__lte=as_of).order_by("received_on", "id"))
    numbers = {invoice.pk: invoice.number for invoice in invoices}
    years = {one.pk: f"Year of {one.starts_on}" for one, _ in asked}
    of_years = [one for one in deposits if one.purpose == Deposit.Purpose.SETTLEMENT]
    others = [one for one in deposits if one.purpose != Deposit.Purpose.SETTLEMENT]
    owed = [Owed(invoice.pk, invoice.due_on, invoice.total_cents) for invoice in invoices]
    deficits = [Owed(one.pk, one.due_on, cents) for one, cents in asked]
    moves = [(_issued_on(one), 0, one.pk, "invoice", one.number, one.total_cents) for one in invoices]
    moves += [(one.settled_on, 0, one.pk, "settlement", years[one.pk], cents) for one, cents in asked]
    moves += [(one.received_on, 1, one.pk, "payment", one.reference, -one.cents) for one in deposits]
    entries, balance = [], 0
    for on, _, source_id, kind, reference, cents in sorted(moves):
        balance += cents
        entries.append(Entry(on, kind, reference, source_id, cents, balance))
    paid, called = receivables(owed, _came(others), as_of), receivables(deficits, _came(of_years), as_of)
    return Statement(as_of, tuple(entries), paid, called, numbers, years)


def _came(deposits: Sequence[Deposit]) -> list[Received]:
    return [Received(one.pk, one.cents, one.invoice_id) for one in deposits]


def _issued_on(invoice: FundingInvoice) -> date:
    return invoice.finalised_at.date() if invoice.finalised_at else invoice.month
