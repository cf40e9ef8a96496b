"""The facts of a disability, read from a table of a document; what contradicts itself is refused with its place."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

from tpa.engine.disability.facts import A_YEAR, NOTHING, Facts, Income, Job, Pay, Raise, Rate, Salary, Spell, Tax
from tpa.engine.disability.terms import CAUSES, EARNINGS, INCOMES, Terms
from tpa.engine.disability.terms_read import share
from tpa.engine.plan.terms_values import amount
from tpa.kernel.document import DocumentError, Section
from tpa.kernel.periods import FOREVER, Span

COUNTRIES = ("US", "CA")
_DAY = timedelta(days=1)
_HOURS = re.compile(r"\d{1,3}(?:\.\d{1,4})?", re.ASCII)
_WEEK_HOURS = 168


def read_facts(section: Section, terms: Terms) -> Facts:
    """The facts that stand in a table beside others; unknown keys are the caller's to refuse. Raises DocumentError."""
    spells = _spells(section)
    return Facts(
        spells,
        _tax(section, spells),
        tuple(_stays(section.sections("hospital"))),
        section.day("leave_ends_before", None),
        _birth(section, terms, spells),
        _insured(section, terms),
        tuple(_income(one, terms.period) for one in section.sections("incomes")),
        _jobs(section, terms.period, spells),
        _salaries(section),
        section.flag("agreement_signed", True),
        section.day("fit_for_any_on", None),
        section.day("died_on", None),
        section.day("as_of", FOREVER),
    )


def _birth(section: Section, terms: Terms, spells: tuple[Spell, ...]) -> date | None:
    birth_on: date | None = section.day("birth_on", None)
    if birth_on is None and terms.needs_birth:
        raise DocumentError("The birth date is wanted: the plan's duration goes by age.", where=section.at("birth_on"))
    if birth_on is not None and birth_on >= spells[0].starts_on:
        raise DocumentError("The birth date is before disabled_on.", where=section.at("birth_on"))
    return birth_on


def _insured(section: Section, terms: Terms) -> Span | None:
    starts_on, ends_before = section.day("insured_on", None), section.day("insured_ends_before", FOREVER)
    if starts_on is None:
        if terms.pre_existing or "insured_ends_before" in section:
            raise DocumentError("Since when the person is insured is wanted.", where=section.at("insured_on"))
        return None
    if starts_on >= ends_before:
        raise DocumentError("insured_on must be before insured_ends_before.", where=section.at("insured_ends_before"))
    return Span(starts_on, ends_before)


def _span(section: Section) -> Span:
    found = Span(section.day("starts_on"), section.day("ends_before", FOREVER))
    if found.starts_on >= found.ends_before:
        raise DocumentError("starts_on must be before ends_before.", where=section.at("ends_before"))
    return found


def _stays(rows: Iterable[Section]) -> Iterable[Span]:
    for row in rows:
        with row as one:
            yield _span(one)


def _spells(section: Section) -> tuple[Spell, ...]:
    """The first disability, whose keys stand beside the others, and those under `again`."""
    found = [_spell(section, None)]
    for row in section.sections("again"):
        with row as one:
            spell = _spell(one, found[-1])
        if spell.starts_on < found[-1].ends_before:
            raise DocumentError(
                "The disability before goes on to this day.",
                where=row.at("disabled_on"),
                remedy="Write under recovered_on the first day on which the person was no longer disabled.",
            )
        found.append(spell)
    return (*found[:-1], _until_death(section, found[-1]))


def _until_death(section: Section, last: Spell) -> Spell:
    """The last disability, which death ends."""
    died_on = section.day("died_on", FOREVER)
    if died_on <= last.starts_on or FOREVER > last.ends_before < died_on < FOREVER:
        raise DocumentError(
            "The person died during the last disability, after its first day.",
            where=section.at("died_on"),
            remedy="Leave recovered_on of the last disability out.",
        )
    return replace(last, ends_before=min(last.ends_before, died_on))


def _spell(section: Section, before: Spell | None) -> Spell:
    starts_on, ends_before = section.day("disabled_on"), section.day("recovered_on", FOREVER)
    if ends_before <= starts_on:
        raise DocumentError("recovered_on, the first day well again, is later.", where=section.at("recovered_on"))
    if before is None:
        pay = _pays(section)
    else:
        pay = _pays(section) if "earnings" in section else before.pay
        section.value("earnings", None)
    return Spell(
        starts_on,
        ends_before,
        section.choice("cause", CAUSES, before.cause if before else "sickness"),
        section.text("condition", before.condition if before else ""),
        _days(section, "treated_on"),
        pay,
    )


def _days(section: Section, key: str) -> tuple[date, ...]:
    """A list of days, each once and in order."""
    found = section.value(key, [])
    if not isinstance(found, list):
        raise DocumentError("A list of dates is wanted.", where=section.at(key))
    by_place = Section({str(n): one for n, one in enumerate(found)}, section.at(key))
    return tuple(sorted(by_place.day(str(n)) for n in range(len(found))))


def _pays(section: Section) -> tuple[Pay, ...]:
    """`earnings = { amount, per }`, or a list of them, each with its kind."""
    rows = section.value("earnings")
    if not isinstance(rows, list):
        return (_pay(section.section("earnings")),)
    if not rows:
        raise DocumentError("What was earned is wanted.", where=section.at("earnings"))
    return tuple(_pay(one) for one in section.sections("earnings"))


def _pay(section: Section) -> Pay:
    with section as one:
        return Pay(one.choice("kind", EARNINGS, EARNINGS[0]), _rate(one, None))


def _rate(section: Section, period: str | None, key: str = "amount") -> Rate:
    """An amount `per` hour (with `hours` a week), week ... year, or over some months; `period` is meant where none is named."""
    cents = amount(section, key)
    over_months = section.whole("over_months", None, least=1, most=120)
    hours = section.value("hours", None)
    measures = ("hour", *A_YEAR)
    if over_months is not None:
        if section.choice("per", measures, None) is not None:
            raise DocumentError("Either per or over_months is wanted.", where=section.at("per"))
        return Rate(Fraction(cents * 12, over_months))
    per = section.choice("per", measures) if period is None else section.choice("per", measures, period)
    if (per == "hour") != (hours is not None):
        raise DocumentError("Hours a week are wanted with earnings per hour, and only then.", where=section.at("hours"))
    if per == "hour":
        return Rate(cents * _hours(section, hours) * A_YEAR["week"])
    return Rate(Fraction(cents * A_YEAR[per]))


def _hours(section: Section, found: Any) -> Fraction:
    """Hours a week, 37.5 or "37.5"."""
    if _HOURS.fullmatch(str(found)) and 0 < Decimal(str(found)) <= _WEEK_HOURS:
        return Fraction(Decimal(str(found)))
    raise DocumentError(f"Hours a week are a number up to {_WEEK_HOURS}.", where=section.at("hours"))


def _income(section: Section, period: str) -> Income:
    with section as row:
        awarded_on, refused_on = row.day("awarded_on", None), row.day("refused_on", None)
        if awarded_on and refused_on:
            raise DocumentError("An income is awarded or refused.", where=row.at("refused_on"))
        raises = tuple(_raise(one, row, period) for one in row.sections("raises"))
        for before, after, one in zip(raises, raises[1:], row.sections("raises")[1:], strict=False):
            if after.on <= before.on:
                raise DocumentError("Raises stand in the order of their days.", where=one.at("on"))
        found = Income(
            row.choice("kind", INCOMES),
            _span(row),
            _rate(row, period),
            _like(row, "dependents", period),
            raises,
            row.flag("pending", False) or awarded_on is not None or refused_on is not None,
            awarded_on,
            refused_on,
            _rate(row, period, "estimate") if "estimate" in row else row.value("estimate", None),
        )
        if found.estimate is not None and not found.pending:
            raise DocumentError(
                "An estimate is for an income that was applied for.",
                where=row.at("estimate"),
                remedy="Write pending = true, or awarded_on or refused_on.",
            )
        return found


def _like(section: Section, key: str, period: str) -> Rate:
    """An amount in the same measure as the income's own; nothing where it is not told."""
    section.value(key, None)
    return _rate(section, period, key) if key in section else NOTHING


def _raise(section: Section, income: Section, period: str) -> Raise:
    with section as row:
        on, recalculated = row.day("on"), row.flag("recalculated", False)
        measure = {key: income.value(key) for key in ("per", "over_months", "hours") if key in income}
        rate = _rate(Section({"amount": row.value("amount"), **measure}, row.where), period)
        return Raise(on, rate, recalculated)


def _jobs(section: Section, period: str, spells: tuple[Spell, ...]) -> tuple[Job, ...]:
    found: list[Job] = []
    for row in section.sections("work"):
        with row as one:
            job = Job(_span(one), _rate(one, period, "earnings"))
        if any(job.span.overlaps(other.span) for other in found):
            raise DocumentError("A row above has work on some of these days.", where=row.at("starts_on"))
        if not any(job.span.overlaps(spell.span) for spell in spells):
            raise DocumentError(
                "The person was not disabled on any of these days.",
                where=row.at("starts_on"),
                remedy="Work between disabilities needs no row: it follows from recovered_on.",
            )
        found.append(job)
    return tuple(found)


def _salaries(section: Section) -> tuple[Salary, ...]:
    found: list[Salary] = []
    for row in section.sections("salary_continued"):
        with row as one:
            salary = Salary(Span(one.day("starts_on"), one.day("ends_before")), amount(one, "amount"))
        if salary.span.starts_on >= salary.span.ends_before:
            raise DocumentError("starts_on must be before ends_before.", where=row.at("ends_before"))
        if any(salary.span.overlaps(other.span) for other in found):
            raise DocumentError("A row above has salary for some of these days.", where=row.at("starts_on"))
        found.append(salary)
    return tuple(found)


def _tax(section: Section, spells: tuple[Spell, ...]) -> Tax:
    last = section.day("last_worked_on", spells[0].starts_on - _DAY)
    if last > spells[0].starts_on:
        raise DocumentError("The last day worked is not after disabled_on.", where=section.at("last_worked_on"))
    employer_share, contributions_cents = _premiums(section)
    return Tax(
        section.choice("country", COUNTRIES, "US"),
        employer_share,
        contributions_cents,
        last,
        *_withheld(section),
        dict(_wages(section)),
    )


def _withheld(section: Section) -> tuple[Fraction, bool]:
    """(cents, False) of `withheld = 210`; (part, True) of `withheld = "22%"`."""
    if str(section.value("withheld", 0)).endswith("%"):
        return share(section, "withheld"), True
    return Fraction(amount(section, "withheld", 0)), False


def _wages(section: Section) -> Iterable[tuple[int, int]]:
    """`wages = { 2026 = 30000 }`: what the employer paid as wages in a calendar year."""
    inner = Section(section.value("wages", {}), section.at("wages"))
    for key in inner.keys():  # noqa: SIM118
        if not (key.isascii() and key.isdigit() and 1900 <= int(key) < 2200):
            raise DocumentError("A calendar year is wanted, as 2026.", where=inner.at(key))
        yield int(key), amount(inner, key)


def _premiums(section: Section) -> tuple[Fraction, int]:
    """(the employer's part of the premium, or of the cost, the employee's cents); of several years what they add up to."""
    if "premiums" not in section:
        section.value("premiums", None)
        return share(section, "employer_share", Fraction(1)), 0
    if "employer_share" in section:
        raise DocumentError("Either employer_share or premiums is wanted.", where=section.at("employer_share"))
    section.value("employer_share", None)
    employer = whole = 0
    for row in section.sections("premiums"):
        with row as one:
            # What the employee pays before tax counts as the employer's.
            own, before_tax, after_tax = (amount(one, key, 0) for key in ("employer", "employee_pre_tax", "employee"))
        employer += own + before_tax
        whole += own + before_tax + after_tax
    if not whole:
        raise DocumentError("What was paid is wanted.", where=section.at("premiums"))
    return Fraction(employer, whole), whole - employer
