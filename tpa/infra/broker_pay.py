"""What brokers get of all employers' invoices: a projection for the desk, fed by the outbox."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import NamedTuple

from django.db.models import QuerySet

from tpa.infra import outbox
from tpa.infra.models import BrokerPay
from tpa.kernel.periods import Span

TOPIC = "broker_pay"


class Pay(NamedTuple):
    """A broker's part of an invoice under one fee."""

    broker: str
    kind: str
    fee: str
    cents: int


def tell(invoice_id: int, month: date, parts: Iterable[Pay]) -> None:
    """What a final invoice of the bound employer gives brokers, in the caller's transaction."""
    listed = [list(part) for part in parts]
    if listed:
        outbox.publish([(TOPIC, {"invoice_id": invoice_id, "month": month.isoformat(), "parts": listed})])


def paid_in(months: Span, employer_ids: Sequence[int] | None = None) -> QuerySet[BrokerPay]:
    """What invoices of these months give, of these employers or of all."""
    rows = BrokerPay.objects.filter(month__gte=months.starts_on, month__lt=months.ends_before)
    return rows if employer_ids is None else rows.filter(employer_id__in=employer_ids)


@outbox.handles(TOPIC)
def _apply(events: list[outbox.Event]) -> None:
    BrokerPay.objects.bulk_create(
        (
            BrokerPay(
                employer_id=event.employer_id,
                invoice_id=event.payload["invoice_id"],
                month=date.fromisoformat(event.payload["month"]),
                **Pay(*part)._asdict(),
            )
            for event in events
            for part in event.payload["parts"]
        ),
        ignore_conflicts=True,
    )
