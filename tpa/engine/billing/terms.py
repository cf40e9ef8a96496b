"""How an agreement has its invoices approved and paid.

::

    due = { day = 15, months_after = 1 }     # a day of a month beside the one that is billed; this one without any
    due_days = 30                            # or so many days after the day of issue
    due_business_days = 10                   # or so many business days after it
    roll = "next"                            # a due day that is no business day: stay (without it), next, previous
    alone_up_to_cents = 5_000_000            # up to this total one person reviews and approves; without it nobody alone
    first_month = "2026-03"                  # invoices begin here, months before were billed elsewhere; without it they
                                             # begin with the agreement
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any, NamedTuple

from tpa.engine.billing.calendar import SHIFTS, DayRule, parse_day_rule
from tpa.kernel.document import DocumentError, Section

_MOST_DAYS = 366
_WAYS = ("due", "due_days", "due_business_days")
USUAL_DUE = DayRule(15, -1)
"""The 15th of the month after the one that is billed."""


class BillingTerms(NamedTuple):
    """`due` is a day of a month, else `days` are counted from the day of issue: business days where they are meant."""

    due: DayRule | None = USUAL_DUE
    days: int = 0
    in_business_days: bool = False
    roll: str = "stay"
    alone_up_to_cents: int = 0
    first_month: date | None = None
    """The month with which invoices begin (go-live), where it is not the agreement's first."""

    def due_on(self, month: date, issued_on: date, is_business_day: Callable[[date], bool]) -> date:
        """When the invoice of a month is to be paid."""
        if self.due is not None:
            found = self.due.of(month)
        elif self.in_business_days:
            found = issued_on
            for _ in range(self.days):
                found = _moved(found + timedelta(days=1), 1, is_business_day)
        else:
            found = issued_on + timedelta(days=self.days)
        return _moved(found, {"next": 1, "previous": -1}.get(self.roll, 0), is_business_day)


def _moved(day: date, step: int, is_business_day: Callable[[date], bool]) -> date:
    while step and not is_business_day(day):
        day += timedelta(days=step)
    return day


def parse_billing_terms(document: Any) -> BillingTerms:
    """The terms of a document; an empty one has the usual ones. Raises DocumentError for keys and values it cannot have."""
    with Section(document) as section:
        given = [key for key in _WAYS if key in section]
        if len(given) > 1:
            raise DocumentError(
                f"Only one of {', '.join(_WAYS)} says when an invoice is due.", where=section.at(given[1])
            )
        calendar = section.whole("due_days", None, most=_MOST_DAYS)
        business = section.whole("due_business_days", None, most=_MOST_DAYS)
        days = business if calendar is None else calendar
        rule = parse_day_rule(section, "due", USUAL_DUE)
        return BillingTerms(
            rule if days is None else None,
            days or 0,
            business is not None,
            section.choice("roll", SHIFTS, "stay"),
            section.cents("alone_up_to_cents", 0),
            _month(section, "first_month"),
        )


def _month(section: Section, key: str) -> date | None:
    told = section.text(key, None)
    try:
        return date.fromisoformat(f"{told}-01") if told is not None else None
    except ValueError as error:
        raise DocumentError("A month is wanted, as 2026-03.", where=section.at(key)) from error
