"""How a benefit is taxed: in the United States the employer's part of it, and FICA for six calendar months.

Sick pay is taxable in the part that the employer's share of the premium has (26 CFR 1.105-1(c)). Social Security, Medicare
and FUTA taxes end with the sixth calendar month after the last month worked (26 USC 3121(a)(4), 3306(b)(4)); they are
by the day of payment, and any day worked begins the months anew. IRS Publication 15-A, section 6.

In Canada all of it is income where the employer paid any of the premium, less what the employee has paid for the plan and
not deducted before; nothing is where the employee paid all. Income Tax Act 6(1)(f).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from typing import NamedTuple

from tpa.engine.disability.decide import Payment
from tpa.engine.disability.facts import Facts, Tax
from tpa.engine.statute import statute
from tpa.kernel.money import rounded
from tpa.kernel.periods import FOREVER, Span, add_months

_MONTHS = 6


class Taxed(NamedTuple):
    """What is paid on a day: the part that is income, the part of that under FICA and FUTA, income tax withheld."""

    pays_on: date
    starts_on: date
    cents: int
    taxable_cents: int
    fica_cents: int
    futa_cents: int
    withheld_cents: int


def taxed(facts: Facts, payments: Sequence[Payment]) -> tuple[Taxed, ...]:
    """Every payment of something, in the order of payment."""
    return tuple(_taxed(facts, payments))


def exempt_from(facts: Facts, day: date) -> date | None:
    """The first day on which a payment is free of FICA, by what was worked up to a day; None outside the United States."""
    if facts.tax.country != "US":
        return None
    worked = [facts.tax.last_worked_on, *(min(span.last_day, day) for span in _worked(facts) if span.starts_on <= day)]
    return add_months(max(worked).replace(day=1), _MONTHS + 1)


def _taxed(facts: Facts, payments: Sequence[Payment]) -> Iterator[Taxed]:
    tax = facts.tax
    wages, contributions = dict(tax.wages), tax.contributions_cents
    for pays_on, starts_on, cents in _by_day(payments):
        if tax.country == "US":
            taxable = rounded(cents * tax.employer_share)
        else:
            free = min(cents, contributions)
            contributions -= free
            taxable = cents - free if tax.employer_share else 0
        exempt_on = exempt_from(facts, pays_on)
        fica = taxable if exempt_on and pays_on < exempt_on else 0
        futa = min(fica, max(0, _futa_base(pays_on) - wages.get(pays_on.year, 0)))
        wages[pays_on.year] = wages.get(pays_on.year, 0) + fica
        yield Taxed(pays_on, starts_on, cents, taxable, fica, futa, _withheld(tax, cents, taxable))


def _withheld(tax: Tax, cents: int, taxable: int) -> int:
    """The income tax of a payment, never more than it."""
    return rounded(taxable * tax.withheld) if tax.is_flat_rate else min(cents, rounded(tax.withheld))


def _by_day(payments: Iterable[Payment]) -> Iterator[tuple[date, date, int]]:
    """(day of payment, first day paid for, cents): parts of a period that are paid together are one payment."""
    sums: dict[date, tuple[date, int]] = {}
    for one in payments:
        first, cents = sums.get(one.pays_on, (one.span.starts_on, 0))
        sums[one.pays_on] = first, cents + one.paid_cents
    return ((day, first, cents) for day, (first, cents) in sorted(sums.items()) if cents)


def _worked(facts: Facts) -> Iterator[Span]:
    """Days of work: those told, and those between two spells of disability and after the last one."""
    yield from (job.span for job in facts.jobs if job.rate.yearly)
    starts = [spell.starts_on for spell in facts.spells[1:]]
    for spell, next_on in zip(facts.spells, [*starts, FOREVER], strict=True):
        if spell.ends_before < next_on and spell.ends_before != facts.died_on:
            yield Span(spell.ends_before, next_on)


def _futa_base(day: date) -> int:
    return int(statute("us/unemployment_tax").on(day)["base_cents"])
