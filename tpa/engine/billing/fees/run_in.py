"""Claims from before the agreement that the TPA takes over: a rate for each, or a share of what is paid on them.

Terms: `incurred_before` (the agreement's first day), and `rate_cents` or `rate_bp`; `lines` (all without it).
"""

from typing import NamedTuple

from tpa.engine.billing.activity import Activity, Which
from tpa.engine.billing.census import Census
from tpa.engine.billing.fee import Fee
from tpa.engine.billing.lines import Charge
from tpa.engine.billing.scale import (
    PercentTerms,
    Scale,
    decision_sums,
    parse_percent,
    parse_unit_scale,
    percent_charges,
    rows_of,
    unit_charges,
)
from tpa.kernel.coverage import FUND_LINES
from tpa.kernel.document import Section


class Terms(NamedTuple):
    """A rate of each claim or a share, and which claims are run-in."""

    rate: Scale[int] | PercentTerms
    which: Which


def parse(section: Section) -> Terms:
    """The terms from their document."""
    rate: Scale[int] | PercentTerms = parse_percent(section) if "rate_bp" in section else parse_unit_scale(section)
    lines = section.texts("lines", None, options=FUND_LINES)
    return Terms(rate, Which(lines, incurred_before=section.day("incurred_before")))


def charge(_census: Census, activity: Activity, terms: Terms) -> list[Charge]:
    """By claim or by amount, as the terms say."""
    rows = terms.which.of(activity.claims)
    behind = rows_of("claims", **terms.which._asdict())
    if isinstance(terms.rate, Scale):
        return unit_charges(terms.rate, sum(row.claim_count for row in rows), "run-in claims", behind)
    return percent_charges(terms.rate, decision_sums(rows, lambda row: row.paid_cents), "paid", behind)


FEE = Fee("run_in", "Run-in", parse, charge)
