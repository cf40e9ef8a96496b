"""A quote on claims that have happened: what the employer would have kept, got back and paid as premium, year by year.

The quote's policy and windows are moved to each twelve months of the past. A year's cost is what was incurred in it and
has been paid, less what the carrier bears, plus the premium. Run-in that a first year would bear is of service before
the span, and is left out of its reimbursement.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import NamedTuple

from tpa.engine.stoploss.aggregate import Lives
from tpa.engine.stoploss.contract import Contract, Premium
from tpa.engine.stoploss.exposure import exposure
from tpa.engine.stoploss.windows import Amount
from tpa.kernel.periods import Span, add_months, months_in

_YEAR = 12


class QuoteMonth(NamedTuple):
    """A month of payment: what left, what the carrier bears of it, the premium. Cents."""

    month: date
    paid_cents: int
    reimbursed_cents: int
    premium_cents: int

    @property
    def cost_cents(self) -> int:
        """What the month costs the employer."""
        return self.paid_cents - self.reimbursed_cents + self.premium_cents


class QuoteYear(NamedTuple):
    """Twelve months under a contract."""

    policy: Span
    paid_cents: int
    specific_cents: int
    aggregate_cents: int
    premium_cents: int
    months: tuple[QuoteMonth, ...]

    @property
    def retained_cents(self) -> int:
        """What stays with the employer of what was paid."""
        return self.paid_cents - self.specific_cents - self.aggregate_cents

    @property
    def cost_cents(self) -> int:
        """What the year costs: retained and premium."""
        return self.retained_cents + self.premium_cents


def years_of(span: Span) -> list[Span]:
    """The whole years of a span, the first from its first day."""
    years = []
    first = span.starts_on
    while (after := add_months(first, _YEAR)) <= span.ends_before:
        years.append(Span(first, after))
        first = after
    return years


def moved(contract: Contract, starts_on: date) -> Contract:
    """The contract as if its policy had begun on `starts_on`: windows and factors move by as many months."""
    by = (starts_on.year - contract.policy.starts_on.year) * _YEAR + starts_on.month - contract.policy.starts_on.month

    def later(span: Span) -> Span:
        return Span(add_months(span.starts_on, by), add_months(span.ends_before, by))

    aggregate = contract.aggregate
    if aggregate is not None:
        factors = tuple(
            one._replace(starts_on=add_months(one.starts_on, by) if one.starts_on else None)
            for one in aggregate.factors
        )
        aggregate = aggregate._replace(
            factors=factors,
            incurred=later(aggregate.incurred) if aggregate.incurred else None,
            paid=later(aggregate.paid) if aggregate.paid else None,
        )
    return contract._replace(
        policy=later(contract.policy), incurred=later(contract.incurred), paid=later(contract.paid), aggregate=aggregate
    )


def replay(
    contract: Contract | None,
    year: Span,
    amounts: Sequence[Amount],
    lives: Iterable[Lives],
    heads: Mapping[str, Mapping[date, Mapping[str, int]]],
    as_of: date,
) -> QuoteYear:
    """A year under a contract that was moved to it; under none the employer bears it all.

    `heads`: for `specific` and `aggregate` by month and tier who counts for the premium. Raises DomainError for a tier
    without a factor.
    """
    own = [one for one in amounts if one.incurred_on in year and one.paid_on and one.known_on <= as_of]
    paid: dict[date, int] = {}
    for one in own:
        month = (one.paid_on or one.known_on).replace(day=1)
        paid[month] = paid.get(month, 0) + one.cents
    if contract is None:
        return QuoteYear(year, sum(paid.values()), 0, 0, 0, _months(year, paid, {}, {}))
    found = exposure(contract, own, lives, as_of)
    borne: dict[date, int] = {}
    specific = aggregate = 0
    if found.specific is not None:
        specific = found.specific.reimbursable_cents
        for unit in found.specific.units:
            for part in unit.parts:
                month = part.paid_on.replace(day=1)
                borne[month] = borne.get(month, 0) + part.reimbursable_cents
    if found.aggregate is not None:
        aggregate = found.aggregate.reimbursable_cents
        for row in found.aggregate.months:
            borne[row.month] = borne.get(row.month, 0) + row.change_cents
        last = add_months(year.ends_before, -1)
        borne[last] = borne.get(last, 0) + found.aggregate.true_up_cents
    premium = {month: _premium(contract, heads, month) for month in months_in(year)}
    months = _months(year, paid, borne, premium)
    return QuoteYear(year, sum(paid.values()), specific, aggregate, sum(premium.values()), months)


def _months(
    year: Span, paid: Mapping[date, int], borne: Mapping[date, int], premium: Mapping[date, int]
) -> tuple[QuoteMonth, ...]:
    months = sorted({*months_in(year), *paid, *borne})
    return tuple(QuoteMonth(one, paid.get(one, 0), borne.get(one, 0), premium.get(one, 0)) for one in months)


def _premium(contract: Contract, heads: Mapping[str, Mapping[date, Mapping[str, int]]], month: date) -> int:
    covers = {"specific": contract.specific, "aggregate": contract.aggregate}
    asked: dict[str, Premium] = {name: cover.premium for name, cover in covers.items() if cover and cover.premium}
    return sum(
        one.rate_of(tier) * count
        for name, one in asked.items()
        for tier, count in heads.get(name, {}).get(month, {}).items()
    )
