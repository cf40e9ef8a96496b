"""Other incomes as they stand on a day and are known on a day: awarded, refused, estimated, frozen at the first award."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from tpa.engine.disability.benefit import Known
from tpa.engine.disability.facts import NOTHING, Facts, Income, Rate
from tpa.engine.disability.terms import Terms


def incomes_on(terms: Terms, facts: Facts, day: date, known_on: date) -> tuple[Known, ...]:
    """The incomes of a day, as they are known on another (FOREVER: all that is ever told)."""
    return tuple(_known(terms, facts, day, known_on))


def changes(facts: Facts) -> Iterator[date]:
    """The days on which an income begins, ends or changes."""
    for income in facts.incomes:
        yield from income.span
        yield from (one.on for one in income.raises)


def _known(terms: Terms, facts: Facts, day: date, known_on: date) -> Iterator[Known]:
    for income in facts.incomes:
        if day not in income.span:
            continue
        status = _status(terms, facts, income, known_on)
        if status == "none":
            continue
        rate = income.estimate if status == "estimate" and income.estimate else _rate_on(terms, income, day)
        dependents = NOTHING if status == "estimate" and income.estimate else income.dependents
        yield Known(income.kind, rate.per(terms.period), dependents.per(terms.period), status)


def _status(terms: Terms, facts: Facts, income: Income, known_on: date) -> str:
    """`awarded`, or before that what the plan makes of an application: `none` (unreduced), `estimate`, `open` (suspended)."""
    if income.awarded_on is not None and income.awarded_on <= known_on:
        return "awarded"
    if income.refused_on is not None and income.refused_on <= known_on:
        return "none"
    if not income.pending:
        return "awarded"
    if terms.offset(income.kind) is None:
        return "none"
    if terms.unawarded == "agreement":
        return "none" if facts.has_signed else "estimate"
    return {"unreduced": "none", "estimate": "estimate", "suspend": "open"}[terms.unawarded]


def _rate_on(terms: Terms, income: Income, day: date) -> Rate:
    """The amount of a day. Frozen, it is the one of the first award, or of a later award that was reckoned anew."""
    offset = terms.offset(income.kind)
    frozen = offset is None or offset.frozen
    rate = income.rate
    for one in income.raises:
        if one.on <= day and (one.recalculated or not frozen):
            rate = one.rate
    return rate
