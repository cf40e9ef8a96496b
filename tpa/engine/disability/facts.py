"""The facts of a disability: since when and why, what was earned, other incomes, work, who paid the premium."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from typing import NamedTuple

from tpa.kernel.periods import FOREVER, Span

A_YEAR = {"week": 52, "biweek": 26, "semimonth": 24, "month": 12, "quarter": 4, "year": 1}
"""How many of them a year has: weekly earnings are the year's by 52, a quarter's by 13."""


class Rate(NamedTuple):
    """Money that comes again and again, as exact cents a year."""

    yearly: Fraction

    def per(self, period: str) -> Fraction:
        """Cents for a week, a month ..."""
        return self.yearly / A_YEAR[period]


NOTHING = Rate(Fraction(0))


class Pay(NamedTuple):
    """What somebody earned before the disability, of one kind."""

    kind: str
    rate: Rate


@dataclass(frozen=True, slots=True)
class Spell:
    """Days of disability without a break, from one condition. `treated_on`: when it was treated before."""

    starts_on: date
    ends_before: date
    cause: str
    condition: str
    treated_on: tuple[date, ...]
    pay: tuple[Pay, ...]

    @property
    def span(self) -> Span:
        """Its days."""
        return Span(self.starts_on, self.ends_before)

    @property
    def days(self) -> int:
        """How many days it has."""
        return (self.ends_before - self.starts_on).days


class Raise(NamedTuple):
    """A later amount of an income: cost of living, or `recalculated` (then it is an award of its own)."""

    on: date
    rate: Rate
    recalculated: bool


@dataclass(frozen=True, slots=True)
class Income:
    """Another income: since when it is due, and since when that is known.

    `pending`: applied for. It is awarded on `awarded_on`, refused on `refused_on`, or neither so far.
    """

    kind: str
    span: Span
    rate: Rate
    dependents: Rate
    raises: tuple[Raise, ...] = ()
    pending: bool = False
    awarded_on: date | None = None
    refused_on: date | None = None
    estimate: Rate | None = None


class Job(NamedTuple):
    """Days on which somebody who is disabled works, and earns less."""

    span: Span
    rate: Rate


class Salary(NamedTuple):
    """What the employer paid on as salary for some days, before the claim was decided."""

    span: Span
    cents: int


@dataclass(frozen=True, slots=True)
class Tax:
    """What decides how a benefit is taxed: the country, the part of the premium that the employer paid, the last day worked.

    `contributions_cents`: what the employee has paid for the plan, which comes off the benefit in Canada.

    `withheld`: income tax withheld from each payment, as an exact amount in cents (Form W-4S, with an insurer) or, where
    `is_flat_rate`, as a part of what is taxable (an employer's agent). `wages`: cents that the employer paid as wages, by
    calendar year, for the yearly base of FUTA.
    """

    country: str
    employer_share: Fraction
    contributions_cents: int
    last_worked_on: date
    withheld: Fraction
    is_flat_rate: bool
    wages: dict[int, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Facts:
    """All of somebody's disability, which death ends. `as_of`: what is paid by then, with what is known by then."""

    spells: tuple[Spell, ...]
    tax: Tax
    hospital: tuple[Span, ...] = ()
    leave_ends_before: date | None = None
    birth_on: date | None = None
    insured: Span | None = None
    incomes: tuple[Income, ...] = ()
    jobs: tuple[Job, ...] = ()
    salaries: tuple[Salary, ...] = ()
    has_signed: bool = True
    fit_for_any_on: date | None = None
    died_on: date | None = None
    as_of: date = FOREVER
