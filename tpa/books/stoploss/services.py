"""Writing what was done about stop-loss: each once, notices and receivables with the decisions that they rest on."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any, NamedTuple

from django.db import IntegrityError, transaction
from django.db.models import Sum

from tpa.books.stoploss.errors import FilingStateError, OffsetError, TransferError
from tpa.books.stoploss.models import Filing, FilingEvent, Offset, Overpayment, Receivable, StopLossNotice, Transfer
from tpa.books.stoploss.overpaid import Whose
from tpa.books.stoploss.states import NEXT
from tpa.kernel.money import format_amount


class NoticeDue(NamedTuple):
    """A unit (0: the group) of which the carrier is to be told. `basis`: [[decision id, cents], ...]."""

    unit_id: int
    threshold_bp: int
    deductible_cents: int
    eligible_cents: int
    basis: Sequence[Sequence[int]]
    reason: str = StopLossNotice.Reason.SHARE
    detail: str = ""


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
    *,
    contract_id: int,
    contract_version_id: int,
    notices: Sequence[NoticeDue],
    now: datetime,
    due_on: date | None = None,
    by: str = "",
) -> list[StopLossNotice]:
    """Write notices; the database refuses a second one of a unit, reason and threshold. One statement."""
    return StopLossNotice.objects.bulk_create(
        StopLossNotice(
            contract_id=contract_id,
            contract_version_id=contract_version_id,
            found_at=now,
            due_on=due_on,
            opened_by=by,
            **_columns(notice),
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


def mark_sent(*, notice_ids: Sequence[int], now: datetime, by: str = "") -> int:
    """The carrier has been told; what was marked before stays as it is. Returns how many were marked now."""
    return StopLossNotice.objects.filter(pk__in=notice_ids, sent_at=None).update(sent_at=now, sent_by=by)


def write_filing(*, filing: Filing) -> Filing:
    """Keep a filing; the database refuses its number twice."""
    filing.save(force_insert=True)
    return filing


def add_event(
    *,
    filing: Filing,
    state: str,
    on: date,
    now: datetime,
    by: str,
    cents: int | None = None,
    reference: str = "",
    note: str = "",
) -> FilingEvent:
    """The next step of a filing, which the caller holds locked. Raises FilingStateError where it may not come now."""
    last = filing.events.order_by("-id").values_list("state", flat=True).first() or ""
    if state not in NEXT[last]:
        allowed = ", ".join(sorted(NEXT[last])) or "nothing"
        raise FilingStateError(
            f"A filing that is {last or 'prepared'} cannot become {state}.", remedy=f"Now possible: {allowed}."
        )
    return FilingEvent.objects.create(
        filing=filing,
        state=state,
        on=on,
        cents=cents,
        reference=reference,
        note=note,
        recorded_at=now,
        recorded_by=by,
    )


def write_overpayments(
    *,
    kind: str,
    shares: Mapping[Whose, int],
    on: date,
    now: datetime,
    by: str = "",
    reference: str = "",
    paid_back: bool = False,
) -> list[Overpayment]:
    """Changes of what is owed back to a carrier, by whose they are. One statement."""
    return Overpayment.objects.bulk_create(
        Overpayment(
            contract_id=contract_id,
            kind=kind,
            unit_id=unit_id,
            cents=cents,
            on=on,
            paid_back=paid_back,
            reference=reference,
            recorded_at=now,
            recorded_by=by,
        )
        for (contract_id, unit_id), cents in shares.items()
    )


def write_offset(*, offset: Offset) -> tuple[Offset, bool]:
    """What came back, and whether it is new: the same reference with the same facts counts once, told at once or later.

    Raises OffsetError where a known reference comes with other facts, or what it takes back was paid after it is known.
    """
    if offset.paid_on > offset.known_on:
        raise OffsetError(f"On {offset.paid_on} nothing was paid yet that could come back.", where="paid_on")
    known = Offset.objects.filter(reference=offset.reference).first()
    if known is None:
        try:
            with transaction.atomic():
                offset.save(force_insert=True)
            return offset, True
        except IntegrityError:
            # Somebody else has told the same at this moment.
            known = Offset.objects.get(reference=offset.reference)
    same = ("kind", "line", "member_id", "cents", "incurred_on", "paid_on")
    if any(getattr(known, name) != getattr(offset, name) for name in same):
        raise OffsetError(
            f"Reference {offset.reference} is recorded already, with other facts.",
            where="reference",
            remedy="Check the reference.",
        )
    return known, False


def write_transfer(*, transfer: Transfer) -> tuple[Transfer, bool]:
    """What a person brought along, and whether it is new: the same reference with the same facts counts once.

    The caller holds the lock of the sweep. Raises TransferError where a known reference comes with other facts, and where
    a correction takes off more than was told from that group.
    """
    known = Transfer.objects.filter(reference=transfer.reference).first()
    if known is not None:
        same = ("contract_id", "member_id", "cents", "from_group", "as_of")
        if any(getattr(known, name) != getattr(transfer, name) for name in same):
            raise TransferError(
                f"Reference {transfer.reference} is recorded already, with other facts.",
                where="reference",
                remedy="Check the reference; a correction has one of its own.",
            )
        return known, False
    told = Transfer.objects.filter(
        contract_id=transfer.contract_id, member_id=transfer.member_id, from_group=transfer.from_group
    ).aggregate(cents=Sum("cents"))["cents"]
    if (told or 0) + transfer.cents < 0:
        raise TransferError(
            f"{format_amount(told or 0)} were told from {transfer.from_group} for this person.",
            where="cents",
            remedy="A correction takes off no more than that.",
        )
    transfer.save(force_insert=True)
    return transfer, True
