"""The aggregate cover: what the whole group cost, without what the specific bears, above the attachment point."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import NamedTuple

from tpa.engine.stoploss.contract import Aggregate, Factor
from tpa.kernel.money import portion
from tpa.kernel.periods import Span, months_in


class Lives(NamedTuple):
    """How many employees of a tier counted in a month for the factors of that code."""

    factor: str
    month: date
    tier: str
    lives_count: int


class AttachmentMonth(NamedTuple):
    """One month's part of the attachment point. `expected_cents` is None where the contract names no expected claims."""

    month: date
    lives_count: int
    attachment_cents: int
    expected_cents: int | None = None


class Attachment(NamedTuple):
    """The attachment point. `annual_cents` reckons months without lives as the last month that has some.

    `annual_cents` is never below `minimum_cents`; it is final once `complete`.
    """

    months: tuple[AttachmentMonth, ...]
    to_date_cents: int
    minimum_cents: int
    annual_cents: int
    complete: bool


def attachment(terms: Aggregate, policy: Span, lives: Iterable[Lives]) -> Attachment:
    """The attachment point from the lives of each month of the policy (rows of other months are passed over).

    Raises DomainError for a tier without a factor.
    """
    factors = {factor.code: factor for factor in terms.factors}
    wanted = months_in(policy)
    by_month: dict[date, list[Lives]] = {}
    for row in lives:
        if row.factor in factors and row.month in policy:
            by_month.setdefault(row.month.replace(day=1), []).append(row)
    months = tuple(_month(month, by_month[month], factors) for month in wanted if month in by_month)
    to_date = sum(month.attachment_cents for month in months)
    last = months[-1].attachment_cents if months else 0
    first = months[0].attachment_cents if months else 0
    minimum = max(terms.minimum_cents, portion(first * len(wanted), terms.minimum_first_month_bp))
    annual = max(to_date + last * (len(wanted) - len(months)), minimum)
    return Attachment(months, to_date, minimum, annual, len(months) == len(wanted))


def _month(month: date, rows: list[Lives], factors: Mapping[str, Factor]) -> AttachmentMonth:
    cents = sum(row.lives_count * factors[row.factor].of_tier(row.tier) for row in rows)
    each = [(row.lives_count, factors[row.factor].expected_of_tier(row.tier)) for row in rows]
    known = [count * expected for count, expected in each if expected is not None]
    expected = sum(known) if len(known) == len(each) else None
    return AttachmentMonth(month, sum(row.lives_count for row in rows), cents, expected)


def aggregate_reimbursement(terms: Aggregate, countable_cents: int, attachment_cents: int) -> int:
    """What the carrier owes for the group: its share above the attachment point, up to its maximum."""
    owed = portion(max(0, countable_cents - attachment_cents), terms.reimbursement_bp)
    return owed if terms.maximum_cents is None else min(owed, terms.maximum_cents)
