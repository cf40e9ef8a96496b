"""The invoices of all employers at the desk: what of them the board shows, and one step of many at once."""

from collections.abc import Callable, Sequence
from typing import NamedTuple

from tenants.models import Employer
from tenants.scope import employer_scope
from tpa.books.funding.models import FundingInvoice
from tpa.infra import outbox
from tpa.infra.invoice_board import TOPIC, Standing, tell
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
