"""What fees look at in a month, gathered from the books."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from tpa.books.claims.quality import worked
from tpa.books.funding import billed
from tpa.books.funding.billed import DecidedRow
from tpa.books.funding.models import Credit
from tpa.engine.billing.activity import Activity, Worked
from tpa.engine.billing.fees.performance import MEASURES
from tpa.engine.billing.schedule import FeeLine
from tpa.kernel.periods import Span, add_months

LONGEST_PERIOD = 12
"""Months of fees that a fee may look at: a year's guarantees."""


def activities(
    fees: Iterable[FeeLine],
    months: Sequence[date],
    decided: Mapping[date, Sequence[DecidedRow]],
    due: Mapping[date, Sequence[Credit]],
) -> dict[date, Activity]:
    """What fees look at in each month: its decisions, recoveries, figures recorded for it, fees of the months before, and
    where one of the fees looks at it the work of the period.
    """
    if not months:
        return {}
    figures = billed.figures(months)
    looked_at = Span(add_months(min(months), 1 - LONGEST_PERIOD), add_months(max(months), 1))
    done = worked(looked_at) if any(one.fee.looks_at_work for one in fees) else None
    charged = billed.fees_charged(max(months))
    found = {}
    for month in months:
        values = figures.get(month, {})
        found[month] = Activity(
            tuple(row.facts for row in decided[month]),
            billed.recovered(due[month]),
            {name: value for name, value in values.items() if name not in MEASURES},
            {name: value for name, value in values.items() if name in MEASURES},
            fees_before_cents=tuple(charged.get(add_months(month, -n), {}) for n in range(1, LONGEST_PERIOD)),
            worked=()
            if done is None
            else tuple(done.get(add_months(month, -n), Worked()) for n in range(LONGEST_PERIOD)),
        )
    return found
