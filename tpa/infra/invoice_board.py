"""The invoices of all employers, for the desk's invoice run: a projection, fed by the outbox."""

from collections.abc import Sequence
from datetime import date
from typing import Any, NamedTuple

from django.db.models import F, QuerySet

from tpa.infra import outbox
from tpa.infra.models import BoardInvoice
from tpa.kernel.money import BASIS_POINTS

TOPIC = "invoice_board"

_CHANGE = (
    "number",
    "state",
    "currency",
    "total_cents",
    "before_cents",
    "share_bp",
    "causes",
    "second_person",
    "invoice_id",
)


class Standing(NamedTuple):
    """An invoice as the board shows it. `before_cents`: the total of the one before; `causes` add up to the difference."""

    invoice_id: int
    number: str
    month: date
    state: str
    currency: str
    total_cents: int
    before_cents: int | None
    causes: dict[str, int]
    second_person: bool

    @property
    def share_bp(self) -> int | None:
        """The difference as a part of the one before, without a sign; None for a first invoice."""
        if self.before_cents is None:
            return None
        return abs(self.total_cents - self.before_cents) * BASIS_POINTS // max(1, abs(self.before_cents))


def tell(standing: Standing) -> None:
    """Where an invoice of the bound employer stands now, in the caller's transaction."""
    told: dict[str, Any] = standing._asdict() | {"month": standing.month.isoformat(), "share_bp": standing.share_bp}
    outbox.publish([(TOPIC, told)])


def invoices(employer_ids: Sequence[int] | None = None) -> QuerySet[BoardInvoice]:
    """The invoices of these employers, or of all: first ones, then those furthest from the month before."""
    rows = BoardInvoice.objects.order_by(F("share_bp").desc(nulls_first=True), "number")
    return rows if employer_ids is None else rows.filter(employer_id__in=employer_ids)


@outbox.handles(TOPIC)
def _apply(events: list[outbox.Event]) -> None:
    latest = {(event.employer_id, event.payload["month"]): event for event in events}
    rows = [
        BoardInvoice(
            employer_id=event.employer_id, **event.payload | {"month": date.fromisoformat(event.payload["month"])}
        )
        for event in latest.values()
    ]
    BoardInvoice.objects.bulk_create(
        rows, update_conflicts=True, unique_fields=("employer_id", "month"), update_fields=_CHANGE
    )
