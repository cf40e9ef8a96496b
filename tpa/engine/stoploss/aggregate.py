"""The aggregate cover: what the whole group cost, without what the specific bears, above the attachment point."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import NamedTuple

from tpa.engine.stoploss.contract import Aggregate, Factor, TerminalLiability
from tpa.engine.stoploss.windows import capped
from tpa.kernel.errors import DomainError
from tpa.kernel.money import divide_rounded, portion
from tpa.kernel.periods import Span, add_months, months_in


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

    `annual_cents` is never below `minimum_cents`; it is final once `complete`. `terminal_cents` of it is what an elected
    terminal liability adds.
    """

    months: tuple[AttachmentMonth, ...]
    to_date_cents: int
    minimum_cents: int
    annual_cents: int
    complete: bool
    terminal_cents: int = 0


class AggregateMonth(NamedTuple):
    """The aggregate up to the end of a month, by the day of payment.

    `attachment_cents`: that of the months so far, and no less than the minimum as the accommodation reckons it.
    `paid_cents`: what the carrier has paid by then under the accommodation; `change_cents`: in that month, below zero
    where it gets something back.
    """

    month: date
    counted_cents: int
    countable_cents: int
    attachment_cents: int
    paid_cents: int
    change_cents: int


def attachment(
    terms: Aggregate, policy: Span, lives: Iterable[Lives], terminal: TerminalLiability | None = None
) -> Attachment:
    """The attachment point from the lives of each month of the policy (rows of other months are passed over).

    Raises DomainError for a tier or a month without a factor.
    """
    codes = {factor.code for factor in terms.factors}
    wanted = months_in(policy)
    by_month: dict[date, list[Lives]] = {}
    for row in lives:
        if row.factor in codes and row.month in policy:
            by_month.setdefault(row.month.replace(day=1), []).append(row)
    months = tuple(_month(month, by_month[month], terms.factors) for month in wanted if month in by_month)
    to_date = sum(month.attachment_cents for month in months)
    last = months[-1].attachment_cents if months else 0
    first = months[0].attachment_cents if months else 0
    minimum = max(terms.minimum_cents, portion(first * len(wanted), terms.minimum_first_month_bp))
    annual = max(to_date + last * (len(wanted) - len(months)), minimum)
    more = 0
    if terminal is not None and terminal.elected:
        reckoned = [month.attachment_cents for month in months] + [last] * (len(wanted) - len(months))
        more = sum(reckoned[-terminal.attachment_months :]) if terminal.attachment_months else 0
    return Attachment(months, to_date, minimum, annual + more, len(months) == len(wanted), more)


def _factors_on(month: date, factors: Iterable[Factor]) -> dict[str, Factor]:
    """The factor of each code that holds in a month: the latest that has begun."""
    begun = [factor for factor in factors if factor.starts_on is None or factor.starts_on <= month]
    return {factor.code: factor for factor in sorted(begun, key=lambda one: one.starts_on or date.min)}


def _month(month: date, rows: list[Lives], all_factors: Iterable[Factor]) -> AttachmentMonth:
    factors = _factors_on(month, all_factors)
    missing = next((row.factor for row in rows if row.factor not in factors), None)
    if missing is not None:
        raise DomainError(
            f"The aggregate factors {missing!r} do not hold in {month:%Y-%m} yet.",
            where=f"/aggregate/factors/{missing}",
            remedy="Give them a row without starts_on, or an earlier one.",
        )
    cents = sum(row.lives_count * factors[row.factor].of_tier(row.tier) for row in rows)
    each = [(row.lives_count, factors[row.factor].expected_of_tier(row.tier)) for row in rows]
    known = [count * expected for count, expected in each if expected is not None]
    expected = sum(known) if len(known) == len(each) else None
    return AttachmentMonth(month, sum(row.lives_count for row in rows), cents, expected)


def aggregate_reimbursement(terms: Aggregate, countable_cents: int, attachment_cents: int) -> int:
    """What the carrier owes for the group: its share above the attachment point, up to its maximum."""
    return capped(portion(max(0, countable_cents - attachment_cents), terms.reimbursement_bp), terms.maximum_cents)


def months_of(
    terms: Aggregate, policy: Span, attached: Attachment, counted: Iterable[tuple[date, int]], as_of: date
) -> tuple[AggregateMonth, ...]:
    """The aggregate month by month, for the months that have ended by `as_of` and whose lives are known.

    `counted`: day of payment and what it adds. What is paid before the policy belongs to its first month; what is paid
    after it to the settlement of the year alone.
    """
    by_month: dict[date, int] = {}
    for paid_on, cents in counted:
        month = max(paid_on, policy.starts_on).replace(day=1)
        by_month[month] = by_month.get(month, 0) + cents
    wanted = months_in(policy)
    known = {one.month: one.attachment_cents for one in attached.months}
    found: list[AggregateMonth] = []
    countable = so_far = paid = 0
    for n, month in enumerate(wanted, start=1):
        if add_months(month, 1) > as_of or (terms.factors and month not in known):
            break
        countable += by_month.get(month, 0)
        so_far += known.get(month, 0)
        point = max(so_far, _minimum_so_far(terms, attached, n, len(wanted)))
        now = _accommodated(terms, countable, point, paid)
        found.append(AggregateMonth(month, by_month.get(month, 0), countable, point, now, now - paid))
        paid = now
    return tuple(found)


def _minimum_so_far(terms: Aggregate, attached: Attachment, months: int, of_months: int) -> int:
    if terms.accommodation and terms.accommodation.minimum == "whole":
        return attached.minimum_cents
    return divide_rounded(attached.minimum_cents * months, of_months)


def _accommodated(terms: Aggregate, countable: int, point: int, paid: int) -> int:
    """What the carrier has paid in all by the end of a month, from what it had paid before."""
    asked = terms.accommodation
    if asked is None or not point:
        return 0
    owed = aggregate_reimbursement(terms, countable, point + asked.retained_cents)
    if owed < paid:
        return owed if asked.repaid == "monthly" else paid
    return owed if owed - paid >= asked.least_cents else paid
