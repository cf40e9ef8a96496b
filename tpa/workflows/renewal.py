"""Next year's cost from the employer's own experience: completion, pooling, trend, credibility, loss ratio.

Everything is computed from the claims as they were paid by a day, and nothing is stored; every month of the table is
a sum of payments that the claims' pages hold.
"""

import csv
import io
from datetime import date
from fractions import Fraction
from typing import NamedTuple

from tenants.models import Employer
from tpa.books.agreements import selectors as agreements
from tpa.books.members import selectors as members
from tpa.books.payments.experience import paid_by_month, paid_by_person
from tpa.engine.billing.census import Census
from tpa.engine.renewal.completion import Incurred, MonthPaid, completed, completion_factors
from tpa.engine.renewal.pooling import Pooled, pool
from tpa.engine.renewal.projection import Assumptions, Projection, project
from tpa.engine.renewal.rates import credibility
from tpa.engine.renewal.trend import leveraged_trend, months_between_midpoints, trend_factor
from tpa.infra import clock
from tpa.kernel.errors import DomainError
from tpa.kernel.money import format_amount, rounded
from tpa.kernel.periods import Span, add_months, months_in

YEAR = 12
LAGS = 6
"""Months after which a month of service counts as complete, where nothing else is asked; 0: no reserve is reckoned."""


class Asked(NamedTuple):
    """The assumptions. Without days: the last twelve whole months of which something is known, and the twelve after this one.

    `complete_after`: months after which a month of service counts as complete; None: six, or as many as are known by now.
    `full_credibility`: employee-months at which the experience counts whole; None: it does. `manual_pepm_cents`: what an
    employee a month costs by the manual rate. `premium_cents`: of the experience period at current rates; None: the deposits
    that the agreement asks for. `new_deductible_cents`: next year's specific deductible; None: the same.
    """

    starts_on: date | None = None
    rating_starts_on: date | None = None
    annual_trend: Fraction = Fraction(0)
    complete_after: int | None = None
    pooling_level_cents: int | None = None
    pooling_charge_cents: int = 0
    full_credibility: int | None = None
    manual_pepm_cents: int = 0
    target_loss_ratio: Fraction | None = None
    premium_cents: int | None = None
    deductible_cents: int | None = None
    new_deductible_cents: int | None = None


class Month(NamedTuple):
    """A month of service: who was covered, what was paid, how complete that is, what it will have cost."""

    month: date
    lives_count: int
    incurred: Incurred


class Excess(NamedTuple):
    """What lies above the specific deductible: of the experience, and once it is trended."""

    deductible_cents: int
    new_deductible_cents: int
    excess_cents: int
    trended_cents: int

    @property
    def change(self) -> Fraction | None:
        """The leveraged trend; None where nothing lay above the deductible."""
        return Fraction(self.trended_cents, self.excess_cents) - 1 if self.excess_cents else None


class Renewal(NamedTuple):
    """The chain with every figure that it goes through. `notes`: sentences on what is not known, and what was taken for it."""

    experience: Span
    rating: Span
    paid_before: date
    months: list[Month]
    factors: tuple[Fraction, ...]
    pooled: Pooled
    premium_cents: int
    assumed: Assumptions
    trend_months: Fraction
    projection: Projection
    excess: Excess | None
    notes: tuple[str, ...] = ()

    @property
    def paid_cents(self) -> int:
        """Paid of the experience period so far."""
        return sum(one.incurred.paid_cents for one in self.months)

    @property
    def incurred_cents(self) -> int:
        """What it will have cost, reserve included."""
        return sum(one.incurred.cents for one in self.months)

    @property
    def employee_months(self) -> int:
        """The exposure."""
        return sum(one.lives_count for one in self.months)


def renewal(employer: Employer, asked: Asked) -> Renewal:
    """The renewal by these assumptions, inside employer_scope. Raises DomainError where the experience is too short."""
    paid_before = clock.today(employer.time_zone).replace(day=1)
    rating = _year(asked.rating_starts_on or add_months(paid_before, 1))
    known = _known(asked, paid_before)
    experience, factors = known.experience, known.factors
    found = dict(zip(months_in(experience), completed(known.months, factors, drop_current=False), strict=True))
    lives = _lives(experience)
    months = [Month(month, lives[month], found[month]) for month in months_in(experience)]
    people = paid_by_person(experience, paid_before)
    deductible = _deductible(employer.pk, experience.ends_before, asked)
    level = deductible if asked.pooling_level_cents is None else asked.pooling_level_cents
    pooled = pool(people, level) if level is not None else Pooled(sum(people), 0)
    trended_by = months_between_midpoints(experience, rating)
    factor = trend_factor(asked.annual_trend, trended_by)
    exposure = sum(lives.values())
    assumed = Assumptions(
        pooled.pooled_cents,
        asked.pooling_charge_cents,
        factor,
        asked.manual_pepm_cents * exposure,
        Fraction(1) if asked.full_credibility is None else credibility(exposure, asked.full_credibility),
        asked.target_loss_ratio,
    )
    premium = _deposits(employer.pk, experience) if asked.premium_cents is None else asked.premium_cents
    incurred = sum(one.incurred.cents for one in months)
    return Renewal(
        experience,
        rating,
        paid_before,
        months,
        factors,
        pooled,
        premium,
        assumed,
        trended_by,
        project(incurred, premium, assumed),
        None if deductible is None else _excess(people, deductible, factor - 1, asked.new_deductible_cents),
        tuple(known.notes),
    )


def _year(starts_on: date) -> Span:
    if starts_on.day != 1:
        raise DomainError("A year of a renewal begins on the first of a month.", where="starts_on")
    return Span(starts_on, add_months(starts_on, YEAR))


class _Known(NamedTuple):
    """The experience period with what was paid of each of its months, and the factors by lag."""

    experience: Span
    months: list[MonthPaid]
    factors: tuple[Fraction, ...]
    notes: list[str]


def _known(asked: Asked, paid_before: date) -> _Known:
    """The experience that was asked for; without a day the last year that ends with a month of which something is known."""
    experience = _year(asked.starts_on or add_months(paid_before, -YEAR))
    if experience.ends_before > paid_before:
        raise DomainError("The experience has to be over.", where="starts_on", remedy=f"End it before {paid_before}.")
    looked_at = Span(add_months(experience.starts_on, -YEAR - (asked.complete_after or LAGS)), paid_before)
    paid = paid_by_month(looked_at, paid_before)
    months = months_in(looked_at)
    by_month = {
        month: MonthPaid(tuple(paid.get((month, later), 0) for later in months if later >= month)) for month in months
    }
    factors, notes = _factors(list(by_month.values()), asked.complete_after)
    if asked.starts_on is None and (unknown := next((lag for lag, one in enumerate(factors) if one > 0), 0)):
        last = add_months(paid_before, -unknown - 1)
        notes.insert(0, f"Nothing is known yet of services after {last:%B %Y}: the experience ends with that month.")
        experience = _year(add_months(paid_before, -unknown - YEAR))
    begun = next((month for month in months if by_month[month].total_cents), None)
    if begun is None:
        notes = [f"Nothing was paid before {paid_before}: there is no experience yet."]
    elif begun > experience.starts_on:
        notes.append(f"Nothing was paid of services before {begun:%B %Y}: those months stand with nothing.")
    return _Known(experience, [by_month[month] for month in months_in(experience)], factors, notes)


def _factors(months: list[MonthPaid], complete_after: int | None) -> tuple[tuple[Fraction, ...], list[str]]:
    """The factors by lag from the months that are complete; with 0 months to wait nothing is still to come.

    Where no number of months is asked for and none is complete after six, the most months that one has are taken.
    """
    if complete_after is not None:
        return completion_factors(months, complete_after) if complete_after else (Fraction(1),), []
    oldest = max((len(one.paid_cents) - 1 for one in months if one.total_cents), default=0)
    after = min(LAGS, oldest)
    factors = completion_factors(months, after) if after else (Fraction(1),)
    if after == LAGS:
        return factors, []
    told = f"months count as complete after {after}" if after else "nothing is added for what is still to come"
    return factors, [f"No month of service is {LAGS} months old yet: {told}."]


def _lives(span: Span) -> dict[date, int]:
    """Month -> employees covered on its first day. One query."""
    enrolments = list(members.enrolments(span))
    return {month: sum(Census(month, enrolments).lives("first_of_month").values()) for month in months_in(span)}


def _deductible(employer_id: int, day: date, asked: Asked) -> int | None:
    """The specific deductible: as asked, or of the contract that held at the experience's end."""
    if asked.deductible_cents is not None:
        return asked.deductible_cents
    held = agreements.stop_loss_contract_on(employer_id, add_months(day, -1))
    return held.terms.specific.deductible_cents if held and held.terms.specific else None


def _excess(people: list[int], deductible: int, trend: Fraction, new_deductible: int | None) -> Excess:
    after = deductible if new_deductible is None else new_deductible
    each = [leveraged_trend(cents, deductible, trend, after) for cents in people]
    return Excess(deductible, after, sum(one.excess_cents for one in each), sum(one.trended_cents for one in each))


def _deposits(employer_id: int, span: Span) -> int:
    """What the agreement's monthly deposits come to in a span; nothing where its funding model has none."""
    if not agreements.has_begun(employer_id, span.starts_on):
        return 0
    terms = agreements.funding_terms_on(employer_id, span.starts_on)
    if not terms.rates_cents:
        return terms.monthly_cents * YEAR
    enrolments = list(members.enrolments(span))
    return sum(
        terms.rates_cents.get(tier, 0) * count
        for month in months_in(span)
        for tier, count in Census(month, enrolments).lives("first_of_month").items()
    )


def renewal_csv(found: Renewal) -> str:
    """The months and then the chain, as (what, value) rows; amounts as decimal texts, ratios in percent."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(("month", "employees", "paid", "completion", "incurred", "reserve"))
    for month, lives, one in found.months:
        amounts = (format_amount(one.cents), format_amount(one.ibnr_cents))
        writer.writerow((f"{month:%Y-%m}", lives, format_amount(one.paid_cents), percent_text(one.factor), *amounts))
    writer.writerow(())
    writer.writerows((what, _plain(value)) for what, value in chain(found))
    writer.writerows(("note", note) for note in found.notes)
    return text.getvalue()


def _plain(value: int | Fraction | str) -> str:
    if isinstance(value, Fraction):
        return percent_text(value)
    return format_amount(value) if isinstance(value, int) else value


def chain(found: Renewal) -> list[tuple[str, int | Fraction | str]]:
    """The renewal step by step: (what, cents, or a ratio, or a number as it is printed)."""
    projection, assumed = found.projection, found.assumed
    rows: list[tuple[str, int | Fraction | str]] = [
        ("Paid", found.paid_cents),
        ("Incurred, reserve included", found.incurred_cents),
        ("Above the pooling level", -assumed.pooled_cents),
        ("Pooling charge", assumed.pooling_charge_cents),
        ("Experience", projection.experience_cents),
        ("Employee months", str(found.employee_months)),
        ("Months from midpoint to midpoint", _hundredths(found.trend_months)),
        ("Trend", assumed.factor - 1),
        ("Trended", rounded(projection.trended)),
        ("Credibility", assumed.credibility),
        ("Manual", assumed.manual_cents),
        ("Expected", rounded(projection.blended)),
        ("Premium at current rates", found.premium_cents),
    ]
    ratios = (("Loss ratio", projection.loss_ratio), ("Rate change", projection.rate_change))
    rows += [(name, value) for name, value in ratios if value is not None]
    if projection.needed is not None:
        rows.append(("Needed premium", rounded(projection.needed)))
    if found.excess is not None:
        rows += [
            ("Above the specific deductible", found.excess.excess_cents),
            ("Above it once trended", found.excess.trended_cents),
        ]
        if found.excess.change is not None:
            rows.append(("Leveraged trend", found.excess.change))
    return rows


def percent_text(value: Fraction) -> str:
    """`12.50 %`: to two decimals."""
    return f"{_hundredths(value * 100)} %"


def _hundredths(value: Fraction) -> str:
    return format_amount(rounded(value * 100))
