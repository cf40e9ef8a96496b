"""Closing and reopening months. The database holds that a closed month takes no entry; see sql/close.sql.

The caller holds the lock `close` of the employer: posting shares it, so that nothing is posted between proof and close.
"""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from tpa.books.ledger import selectors
from tpa.books.ledger.errors import CloseError
from tpa.books.ledger.models import MonthClose, RolledBalance
from tpa.infra.copy import copy_rows
from tpa.infra.sequences import next_ids
from tpa.kernel.periods import add_months, month_of


def check_next(month: date) -> None:
    """Raise CloseError unless `month` is the next one to close."""
    first = selectors.first_entry_on()
    following = selectors.open_from() or (first.replace(day=1) if first else None)
    if month.day != 1:
        raise CloseError("A month is named by its first day.", where="month")
    if following is None:
        raise CloseError("There is nothing in the books yet.", where="month")
    if month != following:
        told = f"The next month to close is {following:%B %Y}."
        raise CloseError(told, where="month", remedy="Close the months one after the other.")


def close(*, month: date, proof: Sequence[Any], person_id: int, now: datetime) -> MonthClose:
    """Close the month with its proof, and roll the balances up to its end. Raises CloseError."""
    check_next(month)
    span = month_of(month)
    rolled = selectors.balances_as_of(span.last_day)
    made = MonthClose.objects.create(
        kind=MonthClose.Kind.CLOSED,
        month=month,
        closed_before=span.ends_before,
        by_id=person_id,
        at=now,
        proof=list(proof),
    )
    keys = next_ids(RolledBalance, len(rolled))
    columns = ("id", "close_id", "account", "dimension", "debit_cents", "credit_cents")
    copy_rows(
        RolledBalance._meta.db_table, columns, [(key, made.pk, *row) for key, row in zip(keys, rolled, strict=True)]
    )
    return made


def reopen(*, month: date, reason: str, person_id: int, now: datetime) -> MonthClose:
    """Reopen the last closed month, by somebody else than who closed it. Raises CloseError."""
    last = MonthClose.objects.filter(kind=MonthClose.Kind.CLOSED, month=month).first()
    if last is None or selectors.open_from() != add_months(month, 1):
        raise CloseError(
            "Only the last closed month is reopened.", where="month", remedy="Reopen the later ones first."
        )
    if last.by_id == person_id:
        raise CloseError("You closed this month yourself.", where="person", remedy="Somebody else has to reopen it.")
    if not reason.strip():
        raise CloseError("A month is reopened for a reason.", where="reason", remedy="Say why.")
    return MonthClose.objects.create(
        kind=MonthClose.Kind.REOPENED,
        month=month,
        closed_before=month,
        by_id=person_id,
        at=now,
        reason=reason.strip()[:400],
    )
