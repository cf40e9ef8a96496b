"""The invoices of all employers at the desk: what of them the board shows, and one step of many at once."""

from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

from django.db import transaction

from tenants.models import Employer
from tenants.scope import employer_scope
from tpa.books.funding import selectors as funding
from tpa.books.funding.models import FundingInvoice, FundingInvoiceLine
from tpa.infra import broker_pay, outbox
from tpa.infra.invoice_board import TOPIC, Standing, invoices, tell
from tpa.kernel.errors import DomainError


def show_on_board(invoice: FundingInvoice, *, state: str = "") -> None:
    """Tell the board where the invoice stands, in the caller's transaction."""
    causes: dict[str, int] = {}
    for cause, _, cents, _ in invoice.basis.get("changes", []):
        causes[cause] = causes.get(cause, 0) + cents
    tell(
        Standing(
            invoice.pk,
            invoice.number,
            invoice.month,
            state or invoice.state,
            invoice.currency,
            invoice.total_cents,
            invoice.basis.get("before_cents"),
            causes,
            invoice.needs_second_person,
        )
    )


@transaction.atomic
def show_missing(employer_id: int) -> None:
    """Tell the board of invoices that it does not know, as those from before there was one; inside employer_scope."""
    known = invoices([employer_id]).values_list("month", flat=True)
    for invoice in funding.invoices().exclude(month__in=list(known)).prefetch_related("sendings", "lines"):
        show_on_board(invoice, state="sent" if invoice.sendings.all() else "")
        if invoice.state == FundingInvoice.State.FINAL:
            broker_pay.tell(invoice.pk, invoice.month, commissions_of(invoice.lines.all()))


def commissions_of(lines: Iterable[FundingInvoiceLine]) -> list[broker_pay.Pay]:
    """What an invoice gives brokers, by fee; a line that corrects an earlier month says so of then and now."""
    sums: dict[tuple[str, str, str], int] = {}
    for line in lines:
        basis = line.basis.get("now") or line.basis.get("billed") or line.basis
        if line.kind == FundingInvoiceLine.Kind.FEE and "broker" in basis:
            key = basis["broker"], basis["kind"], basis["fee"]
            sums[key] = sums.get(key, 0) + line.cents
    return [broker_pay.Pay(*key, cents) for key, cents in sums.items()]


class Stepped(NamedTuple):
    """What came of a step for one invoice: nothing where it was taken, or the refusal."""

    employer: Employer
    invoice_id: int
    refusal: DomainError | None


def step_many(act: Callable[[Employer, int], object], chosen: Sequence[tuple[Employer, int]]) -> list[Stepped]:
    """Take a step for each invoice by itself: a refusal of one does not stop the others. The board shows it at once.

    `act` gets the employer, to whose books the connection is bound, and the invoice's key; it owns its transaction.
    """
    found = []
    for employer, invoice_id in chosen:
        refusal = None
        try:
            with employer_scope(employer):
                act(employer, invoice_id)
        except DomainError as refused:
            refusal = refused
        found.append(Stepped(employer, invoice_id, refusal))
    outbox.drain(TOPIC)
    return found
