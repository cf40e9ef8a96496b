"""Claims that are still decided after the agreement's end.

Terms: `starts_on`, the first month of the run-out (every fee may have it), and one of `amount_cents` a month,
`rate_cents` for each claim, `rate_bp` of what is paid, or `months_of_fees`: so many times the fees of the last month
before, once, in the first month.
"""

from datetime import date
from typing import NamedTuple

from tpa.engine.billing.activity import Activity
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
from tpa.kernel.document import DocumentError, Section
from tpa.kernel.money import format_amount

WAYS = ("amount_cents", "rate_cents", "rate_bp", "months_of_fees")


class Terms(NamedTuple):
    """One of the four ways; `starts_on` is the run-out's first month."""

    starts_on: date
    amount_cents: int | None
    rate: Scale[int] | PercentTerms | None
    months_of_fees: int | None


def parse(section: Section) -> Terms:
    """The terms from their document."""
    given = [key for key in WAYS if key in section or (key == "rate_cents" and "bands" in section)]
    for key in WAYS:
        section.value(key, None)
    if len(given) != 1:
        raise DocumentError(f"Exactly one of {', '.join(WAYS)} is wanted.", where=section.where)
    rate: Scale[int] | PercentTerms | None = None
    if given == ["rate_bp"]:
        rate = parse_percent(section)
    elif given == ["rate_cents"]:
        rate = parse_unit_scale(section)
    return Terms(
        section.day("starts_on"),
        section.cents("amount_cents", None),
        rate,
        section.whole("months_of_fees", None, least=1, most=24),
    )


def charge(census: Census, activity: Activity, terms: Terms) -> list[Charge]:
    """What the run-out costs this month."""
    if isinstance(terms.rate, Scale):
        count = sum(row.claim_count for row in activity.claims)
        return unit_charges(terms.rate, count, "run-out claims", rows_of("claims"))
    if terms.rate is not None:
        amounts = decision_sums(activity.claims, lambda row: row.paid_cents)
        return percent_charges(terms.rate, amounts, "paid", rows_of("claims"))
    if terms.amount_cents is not None:
        rate = format_amount(terms.amount_cents)
        basis = {"text": f"{rate} a month", "amount_cents": terms.amount_cents, "rows": "none"}
        return [Charge("", 1, rate, terms.amount_cents, basis)]
    return _months_of_fees(census, activity, terms)


def _months_of_fees(census: Census, activity: Activity, terms: Terms) -> list[Charge]:
    if terms.starts_on not in census.month or not activity.fees_before_cents:
        return []
    months, last = terms.months_of_fees or 0, sum(activity.fees_before_cents[0].values())
    rate = format_amount(last)
    basis = {"text": f"{months} months x fees of the last month {rate}", "months": months, "fees_before_cents": last}
    return [Charge("", months, rate, months * last, basis | rows_of("fees before"))]


FEE = Fee("run_out", "Run-out", parse, charge, follows_claims=True)
