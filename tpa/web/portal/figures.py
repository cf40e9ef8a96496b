"""The figures of the portal's home: from the ledger and the stop-loss contracts, each with the way to its rows."""

from __future__ import annotations

from datetime import date
from typing import Any, NamedTuple

from tenants.models import Employer
from tpa.books.agreements.selectors import StopLossInForce
from tpa.books.funding import selectors as funding
from tpa.books.ledger import selectors as ledger
from tpa.books.members import selectors as members
from tpa.books.members.selectors import Lives
from tpa.books.plans import selectors as plans
from tpa.books.plans.models import Plan
from tpa.books.stoploss import selectors as stoploss
from tpa.engine.journal.accounts import (
    CASH,
    CHART,
    CLAIMS_FUNDED,
    CLAIMS_PAYABLE,
    STOP_LOSS_RECEIVABLE,
)
from tpa.engine.stoploss.exposure import Exposure
from tpa.kernel.periods import Span, months_in, year_of

_CLAIMS = [
    account.code for account in CHART.values() if account.kind == "expense" and account.name.startswith("Claims")
]


class MonthCost(NamedTuple):
    """What the plan cost in a month, and what was expected of its claims (None: no contract says).

    Claims count in the month in which they were decided; fees and premium in the month that they were billed for.
    """

    month: date
    claims_cents: int
    fees_cents: int
    premium_cents: int
    expected_cents: int | None
    attachment_cents: int | None
    invoice_id: int | None

    @property
    def total_cents(self) -> int:
        """Claims, fees and premium."""
        return self.claims_cents + self.fees_cents + self.premium_cents


def _by_month(accounts: list[str]) -> dict[date, int]:
    sums: dict[date, int] = {}
    for account in accounts:
        for month, _, debit, credit in ledger.month_movements(account):
            sums[month] = sums.get(month, 0) + debit - credit
    return sums


def policy_year(exposures: list[tuple[StopLossInForce, Exposure]], today: date) -> Span:
    """The year that home shows: the latest stop-loss policy period, else the calendar year."""
    return exposures[-1][0].terms.policy if exposures else year_of(today)


def month_costs(year: Span, exposures: list[tuple[StopLossInForce, Exposure]], today: date) -> list[MonthCost]:
    """One row a month of the year, up to today's."""
    claims, fees, premium = _by_month(_CLAIMS), funding.billed_by_month("fee"), funding.billed_by_month("premium")
    invoices = {one.month: one.pk for one in funding.invoices()}
    attached = {
        month.month: month
        for contract, exposure in exposures
        if exposure.aggregate and contract.terms.policy == year
        for month in exposure.aggregate.attachment.months
    }
    rows = []
    for month in months_in(year):
        if month > today:
            break
        point = attached.get(month)
        rows.append(
            MonthCost(
                month,
                claims.get(month, 0),
                fees.get(month, 0),
                premium.get(month, 0),
                point.expected_cents if point else None,
                point.attachment_cents if point else None,
                invoices.get(month),
            )
        )
    return rows


def home(employer: Employer, today: date) -> dict[str, Any]:
    """Everything that home shows."""
    exposures = stoploss.exposures(employer.pk, today)
    year = policy_year(exposures, today)
    months = month_costs(year, exposures, today)
    expected = [row.expected_cents for row in months if row.expected_cents is not None]
    claims_cents = sum(row.claims_cents for row in months)
    return {
        "year": year,
        "months": months,
        "total_cents": sum(row.total_cents for row in months),
        "claims_cents": claims_cents,
        "expected_cents": sum(expected) if expected else None,
        "variance_cents": claims_cents - sum(expected) if expected else None,
        "cash_cents": ledger.balance(CASH),
        "unfunded_cents": -ledger.balance(CLAIMS_PAYABLE),
        "unpaid_cents": -ledger.balance(CLAIMS_FUNDED),
        "recoverable_cents": ledger.balance(STOP_LOSS_RECEIVABLE),
        "exposures": exposures,
        "accounts": {
            "cash": CASH,
            "payable": CLAIMS_PAYABLE,
            "funded": CLAIMS_FUNDED,
            "recoverable": STOP_LOSS_RECEIVABLE,
        },
        "chart": chart(months, employer.currency),
    }


def covered(day: date) -> list[tuple[Plan, Lives]]:
    """Heads on a day, by plan and tier."""
    of = {plan.pk: plan for plan in plans.plans()}
    return [(of[one.plan_id], one) for one in members.lives_on(day)]


def chart(months: list[MonthCost], currency: str) -> dict[str, Any]:
    """The chart of home: stacked bars of cost, a line of expected claims."""
    series: list[dict[str, Any]] = [
        {"name": "Claims", "type": "bar", "stack": "cost", "data": [row.claims_cents for row in months]},
        {"name": "Fees", "type": "bar", "stack": "cost", "data": [row.fees_cents for row in months]},
        {"name": "Premium", "type": "bar", "stack": "cost", "data": [row.premium_cents for row in months]},
    ]
    if any(row.expected_cents is not None for row in months):
        series.append({"name": "Expected claims", "type": "line", "data": [row.expected_cents for row in months]})
    return {
        "currency": currency,
        "label": "Cost of the plan by month, beside the expected claims. The table below holds the figures.",
        "categories": [row.month.strftime("%b %Y") for row in months],
        "series": series,
    }
