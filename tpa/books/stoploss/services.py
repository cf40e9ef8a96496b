"""Writing notices and receivables: each once, each with the decisions that it rests on."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

from tpa.books.stoploss.models import Receivable, StopLossNotice


class NoticeDue(NamedTuple):
    """A unit (0: the group) that reached a share of its deductible. `basis`: [[decision id, cents], ...]."""

    unit_id: int
    threshold_bp: int
    deductible_cents: int
    eligible_cents: int
    basis: Sequence[Sequence[int]]


class OwedNow(NamedTuple):
    """What the carrier owes for a unit (0: the group) by now; `number - 1` earlier rows came to `before_cents`."""

    kind: str
    unit_id: int
    number: int
    before_cents: int
    owed_cents: int
    eligible_cents: int
    basis: Sequence[Sequence[int]]


def write_notices(
    *, contract_id: int, contract_version_id: int, notices: Sequence[NoticeDue], now: datetime
) -> list[StopLossNotice]:
    """Write notices; the database refuses a second one of a unit and threshold. One statement."""
    return StopLossNotice.objects.bulk_create(
        StopLossNotice(
            contract_id=contract_id, contract_version_id=contract_version_id, found_at=now, **_columns(notice)
        )
        for notice in notices
    )


def write_receivables(
    *, contract_id: int, contract_version_id: int, owed: Sequence[OwedNow], now: datetime
) -> list[Receivable]:
    """Write the changes of what is owed; the database refuses a number twice. One statement."""
    rows = []
    for one in owed:
        columns = _columns(one)
        cents = one.owed_cents - columns.pop("before_cents")
        rows.append(
            Receivable(
                contract_id=contract_id,
                contract_version_id=contract_version_id,
                cents=cents,
                posted_at=now,
                **columns,
            )
        )
    return Receivable.objects.bulk_create(rows)


def _columns(row: NoticeDue | OwedNow) -> dict[str, Any]:
    return row._asdict() | {"basis": [list(part) for part in row.basis]}


def mark_sent(*, notice_ids: Sequence[int], now: datetime) -> int:
    """The carrier has been told; what was marked before stays as it is. Returns how many were marked now."""
    return StopLossNotice.objects.filter(pk__in=notice_ids, sent_at=None).update(sent_at=now)
