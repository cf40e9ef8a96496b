"""How an employer funds its plan, read from its ASO agreement.

The agreement names the model; its document holds the figures, in cents::

    {"alert_after_days": 5, "lead_days": 5}                                         per_run
    {"minimum": {"monthly_claims_cents": 10000000, "claims_bp": 15000, "fixed_costs_cents": 1000000}}       imprest
    {}                                                                              as_cleared
    {"monthly": {"claims_fund_cents": 5000000, "admin_cents": 300000, "stop_loss_cents": 900000},
     "settlement": {"run_out_months": 9, "tpa_share": "1/3"}}                       level
    {"rates_cents": {"EE": 40000, "EF": 100000}, "settlement": {}}                  budgeted
    {"float_cents": 2500000}                                                        arrears

Source: R-E03, R-E04 (funding models of administrators and of Canadian ASO).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any

from tpa.engine.funding.settlement import SettlementTerms, parse_settlement
from tpa.kernel.coverage import TIERS
from tpa.kernel.document import DocumentError, Section
from tpa.kernel.money import BASIS_POINTS, portion

_MOST_DAYS = 365


class Model(StrEnum):
    """When the employer's money is asked for."""

    PER_RUN = "per_run"
    """For the claims of a payment run; they are released on receipt."""
    IMPREST = "imprest"
    """Whatever restores the account to its minimum balance."""
    AS_CLEARED = "as_cleared"
    """What the bank has paid out."""
    LEVEL = "level"
    """The same amount every month, at most; settled after the run-out."""
    BUDGETED = "budgeted"
    """Monthly deposits by a rate, reconciled after the year."""
    ARREARS = "arrears"
    """What a period has cost, after its end; a float bridges the time."""


ADVANCING = frozenset({Model.AS_CLEARED, Model.ARREARS})
"""Models that ask for money after it was paid out: by their nature payments leave first."""


@dataclass(frozen=True, slots=True)
class FundingTerms:
    """What is agreed on the employer's money, in cents and days.

    `minimum_cents`: what the account is restored to (imprest), or the float (arrears). `replenish_below_cents`: it is
    restored once it is below that; None where any amount below the minimum is asked for. `monthly_cents`: the deposit of
    a month (level, budgeted); `rates_cents`: the deposit of an employee by tier instead. `alert_after_days`: a request
    that waits longer is told. `lead_days`: how long the money takes to come.
    """

    model: Model
    minimum_cents: int = 0
    replenish_below_cents: int | None = None
    monthly_cents: int = 0
    claims_fund_cents: int = 0
    rates_cents: Mapping[str, int] = field(default_factory=dict)
    alert_after_days: int = 5
    lead_days: int = 5
    settlement: SettlementTerms | None = None

    @property
    def asks_deposits(self) -> bool:
        """Whether every month asks for an agreed amount, whatever the claims are."""
        return self.model in (Model.LEVEL, Model.BUDGETED) and bool(self.monthly_cents or self.rates_cents)

    def deposit_cents(self, lives: Mapping[str, int]) -> int:
        """The deposit of a month, by the employees on its first day and their tier."""
        if not self.rates_cents:
            return self.monthly_cents
        return sum(count * self.rates_cents.get(tier, 0) for tier, count in lives.items())


def parse_terms(model: str, document: Mapping[str, Any]) -> FundingTerms:
    """The terms of an agreement. Raises DocumentError with the JSON pointer of the fault; keys of other models are faults."""
    kind = Model(model)
    with Section(document) as given:
        terms = FundingTerms(
            kind,
            alert_after_days=given.whole("alert_after_days", 5, most=_MOST_DAYS),
            lead_days=given.whole("lead_days", 5, most=_MOST_DAYS),
        )
        if kind in (Model.PER_RUN, Model.IMPREST):
            return _with_minimum(terms, given)
        if kind is Model.ARREARS:
            return replace(terms, minimum_cents=int(given.cents("float_cents", 0)))
        return _with_deposits(terms, given) if kind in (Model.LEVEL, Model.BUDGETED) else terms


def minimum_of(monthly_claims_cents: int, claims_bp: int, fixed_costs_cents: int) -> int:
    """A minimum balance by rule: a percentage of the estimated monthly claims, plus the month's fixed costs (R-E03 d)."""
    return portion(monthly_claims_cents, claims_bp) + fixed_costs_cents


def _with_minimum(terms: FundingTerms, given: Section) -> FundingTerms:
    """The balance of `minimum`, an amount by rule, or of `minimum_cents`."""
    if "minimum" in given and "minimum_cents" in given:
        raise DocumentError("Either minimum or minimum_cents is wanted.", where=given.at("minimum_cents"))
    cents = int(given.cents("minimum_cents", 0))
    if given.value("minimum", None) is not None:
        with given.section("minimum") as rule:
            cents = minimum_of(
                rule.cents("monthly_claims_cents"),
                rule.rate_bp("claims_bp", most=10 * BASIS_POINTS),
                rule.cents("fixed_costs_cents", 0),
            )
    below = given.cents("replenish_below_cents", None)
    if below is not None and below > cents:
        raise DocumentError(
            "The account cannot be restored to less than the balance below which it is restored.",
            where=given.at("replenish_below_cents"),
            remedy="Give the minimum balance, or a smaller amount here.",
        )
    return replace(terms, minimum_cents=cents, replenish_below_cents=below)


def _with_deposits(terms: FundingTerms, given: Section) -> FundingTerms:
    """The deposit of a month: one amount, its parts (`monthly`), or a rate by tier."""
    ways = [key for key in ("monthly_cents", "monthly", "rates_cents") if key in given]
    if len(ways) > 1:
        raise DocumentError(f"Either {ways[0]} or {ways[1]} is wanted.", where=given.at(ways[1]))
    fund = total = int(given.cents("monthly_cents", 0))
    rates: dict[str, int] = {}
    if given.value("monthly", None) is not None:
        with given.section("monthly") as parts:
            fund = int(parts.cents("claims_fund_cents"))
            total = fund + parts.cents("admin_cents", 0) + parts.cents("stop_loss_cents", 0)
    if given.value("rates_cents", None) is not None:
        rates = given.cents_by("rates_cents", TIERS)
    agreed = given.value("settlement", None) is not None
    settlement = parse_settlement(given.section("settlement")) if agreed else None
    return replace(terms, monthly_cents=total, claims_fund_cents=fund, rates_cents=rates, settlement=settlement)
