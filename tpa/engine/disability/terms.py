"""The terms of a plan that pays disabled employees an income. `terms_read` says how they are written.

Rates are exact fractions, amounts cents of a benefit period: a week or a month.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import NamedTuple

PERIODS = ("week", "month")
CAUSES = ("accident", "sickness", "pregnancy")
EARNINGS = ("base", "overtime", "bonus", "commission")
INCOMES = (
    "workers_compensation",
    "state_disability",
    "social_security",
    "canada_pension",
    "quebec_pension",
    "sick_pay",
    "paid_leave",
    "salary_continuation",
    "retirement",
    "group_disability",
    "auto",
    "unemployment",
    "settlement",
    "other",
)
"""What else somebody disabled may live on. A plan says which of these it deducts."""

PARTIALS = {"week": ("seventh", "fifth"), "month": ("month_days", "thirtieth")}
"""How a part of a period is paid: a seventh a calendar day, a fifth a day from Monday to Friday; by the days of that month,
or a thirtieth a day."""

COUNTED_FROM = ("benefit", "disability")
STARTS = ("benefit", "calendar")
HOSPITAL = ("no_matter", "from_stay", "from_first_day")
UNAWARDED = ("unreduced", "agreement", "estimate", "suspend")
METHODS = ("capped", "earnings_off", "proportional")
SURVIVOR_OF = ("net", "gross")
WORK_FROM = ("work", "benefit")
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


class Minimum(NamedTuple):
    """The least that is paid for a period, the greater of the two; `working`: also to somebody who earns something."""

    cents: int
    percent: Fraction
    working: bool
    clause: str


@dataclass(frozen=True, slots=True)
class Elimination:
    """How long somebody is disabled before benefits begin, by cause: days, weeks or months. The day after is paid.

    `hospital`: what a stay of `hospital_days` or more changes. `after_leave`: not before paid leave is used up.
    `trial_work_days`: so many days back at work, together, do not begin the period anew. `retroactive_after_days`: who is
    disabled for longer is paid from the first day.
    """

    length: dict[str, int]
    unit: str
    hospital: str
    hospital_days: int
    after_leave: bool
    trial_work_days: int
    worked_days_count: bool
    retroactive_after_days: int | None
    clause: str


class DurationRow(NamedTuple):
    """How long benefits last where all conditions hold: the longest of what the row names."""

    days: int
    months: int
    to_age: int | None
    to_retirement_age: bool
    clause: str
    below_age: int | None = None
    cause: str | None = None
    condition: str | None = None

    @property
    def is_for_all(self) -> bool:
        """Whether it has no condition."""
        return self.below_age is None and self.cause is None and self.condition is None

    @property
    def needs_birth(self) -> bool:
        """Whether the birth date decides."""
        return self.below_age is not None or self.to_age is not None or self.to_retirement_age


class Duration(NamedTuple):
    """The first row that fits counts; its time runs from the first payable or the first disabled day."""

    rows: tuple[DurationRow, ...]
    counted_from: str


class Recurrent(NamedTuple):
    """When a second disability is the same claim: after so long at work at most, from the same condition.

    `inclusive`: after exactly so long it still is. Another condition is a new claim after `unrelated_days` at work.
    """

    days: int | None
    months: int | None
    inclusive: bool
    unrelated_days: int
    clause: str


class PreExisting(NamedTuple):
    """3/12 is (3, 12, None), 3/6/12 is (3, 12, 6).

    Not covered: who was treated in the months before being insured, and is disabled in the first months insured; unless
    so many months went by insured without treatment.
    """

    months_before: int
    months_insured: int
    months_free: int | None
    clause: str


class Offset(NamedTuple):
    """An income that is deducted: what part of it, with the family's benefits or without, frozen at its first award."""

    income: str
    percent: Fraction
    dependents: bool
    frozen: bool
    clause: str


class AllSources(NamedTuple):
    """The most that benefit and incomes come to together, of the earnings before the disability."""

    percent: Fraction
    incomes: tuple[str, ...]
    dependents: bool
    work: bool
    clause: str


class Phase(NamedTuple):
    """What work does to the benefit in the first `months`, or from then on (None).

    `capped`: benefit and earnings come to `percent` of earlier earnings at most. `earnings_off`: `percent` of the earnings
    is deducted. `proportional`: the benefit by the part of the earnings that is lost.
    """

    method: str
    percent: Fraction
    months: int | None
    clause: str


@dataclass(frozen=True, slots=True)
class Work:
    """Benefits beside earnings, phase after phase. `index`: by how much a year the earlier earnings are raised."""

    phases: tuple[Phase, ...]
    counted_from: str
    least_loss: Fraction
    index: Fraction
    clause: str


class Survivor(NamedTuple):
    """What the family gets once when somebody dies who was disabled for `after_days`: so many periods' last benefit.

    `of`: the benefit as it was paid (`net`) or before reductions (`gross`).
    """

    periods: int
    after_days: int
    of: str
    clause: str


class Step(NamedTuple):
    """What is paid in the first days or months of benefits, or from then on: a part of earnings, or an amount (None)."""

    percent: Fraction | None
    flat_cents: int
    days: int
    months: int
    clause: str

    @property
    def is_last(self) -> bool:
        """Whether it has no end."""
        return not (self.days or self.months)


@dataclass(frozen=True, slots=True)
class Terms:
    """A plan. `cost_of_living`: by how much the benefit is raised at each anniversary of the first payable day.

    `earnings_multiple_cents`: the year's earnings are raised to the next multiple of it; 0 where they are not.
    `recovery`: the part of each payment that is kept until what was paid too much is back; None: it is asked for otherwise.
    """

    period: str
    steps: tuple[Step, ...]
    maximum_cents: int | None
    minimum: Minimum | None
    earnings: tuple[str, ...]
    earnings_multiple_cents: int
    starts: str
    week_starts_on: int
    partial: str
    paid_after_days: int
    elimination: Elimination
    duration: Duration
    own_occupation_months: int | None
    recurrent: Recurrent | None
    pre_existing: PreExisting | None
    offsets: tuple[Offset, ...]
    unawarded: str
    all_sources: AllSources | None
    work: Work | None
    cost_of_living: Fraction
    recovery: Fraction | None
    survivor: Survivor | None
    clause: str

    @property
    def needs_birth(self) -> bool:
        """Whether somebody's birth date decides how long benefits last."""
        return any(row.needs_birth for row in self.duration.rows)

    def offset(self, income: str) -> Offset | None:
        """How an income is deducted; None where it is not."""
        return next((one for one in self.offsets if one.income == income), None)
