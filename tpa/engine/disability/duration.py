"""How long benefits last: weeks or months, by cause or age, to an age, and what a second spell has left of it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from typing import NamedTuple

from tpa.engine.disability.facts import Facts, Spell
from tpa.engine.disability.terms import DurationRow, Terms
from tpa.engine.statute import statute
from tpa.kernel.periods import FOREVER, Span, add_months, age_on


class Payable(NamedTuple):
    """The days that are paid, and the first one that is paid no more however long the disability goes on."""

    spans: tuple[Span, ...]
    ends_before: date
    row: DurationRow


def payable(terms: Terms, facts: Facts, spells: Sequence[Spell], begins: date) -> Payable:
    """The days of the spells from `begins` on, as long as the plan's duration lasts."""
    row = _row(terms, facts, spells[0])
    disabled = _joined(spells)
    after = _from(disabled, begins)
    counted = disabled if terms.duration.counted_from == "disability" else after
    anchor = counted[0].starts_on if counted else begins
    days = max(row.days, (add_months(anchor, row.months) - anchor).days)
    until = _until(row, facts)
    goes_on = [*counted[:-1], Span(counted[-1].starts_on)] if counted else [Span(begins)]
    longest = _cut(goes_on, days, until)
    ends = longest[-1].ends_before if longest else begins
    ends = min(ends, _occupation_ends(terms, facts, after[0].starts_on if after else begins))
    spans = _from(_cut(counted, days, until), begins)
    return Payable(tuple(_before(spans, ends)), ends, row)


def _joined(spells: Iterable[Spell]) -> list[Span]:
    """The days of the spells; those without a day at work between are one stretch."""
    found: list[Span] = []
    for spell in spells:
        begins = spell.starts_on
        if found and found[-1].ends_before == begins:
            begins = found.pop().starts_on
        found.append(Span(begins, spell.ends_before))
    return found


def _row(terms: Terms, facts: Facts, first: Spell) -> DurationRow:
    """The first row whose conditions hold; age is the one on the first day disabled."""
    age = age_on(facts.birth_on, first.starts_on) if facts.birth_on else 0
    return next(
        row
        for row in terms.duration.rows
        if (row.below_age is None or age < row.below_age)
        and row.cause in (None, first.cause)
        and row.condition in (None, first.condition)
    )


def _until(row: DurationRow, facts: Facts) -> date | None:
    """The day on which the row's age is reached, the later one of two; None where it names no age."""
    if facts.birth_on is None:
        return None
    found = []
    if row.to_age is not None:
        found.append(add_months(facts.birth_on, 12 * row.to_age))
    if row.to_retirement_age:
        months = int(statute("us/retirement_age").on(facts.birth_on)["months"])
        found.append(add_months(facts.birth_on, months))
    return max(found, default=None)


def _occupation_ends(terms: Terms, facts: Facts, first_payable_on: date) -> date:
    """After the months of the own occupation nothing is paid to somebody who is fit for any."""
    if terms.own_occupation_months is None or facts.fit_for_any_on is None:
        return FOREVER
    return max(add_months(first_payable_on, terms.own_occupation_months), facts.fit_for_any_on)


def _cut(spans: Iterable[Span], days: int, until: date | None) -> list[Span]:
    """The spans up to so many days in all, or up to `until` where that is later."""
    found = []
    for span in spans:
        by_days = span.starts_on + timedelta(days=days)
        last = by_days if until is None else max(by_days, until)
        ends = min(span.ends_before, last)
        if ends <= span.starts_on:
            break
        found.append(Span(span.starts_on, ends))
        days = max(0, days - (ends - span.starts_on).days)
    return found


def _from(spans: Iterable[Span], begins: date) -> list[Span]:
    return [Span(max(one.starts_on, begins), one.ends_before) for one in spans if one.ends_before > begins]


def _before(spans: Iterable[Span], ends: date) -> Iterable[Span]:
    return (Span(one.starts_on, min(one.ends_before, ends)) for one in spans if one.starts_on < ends)
