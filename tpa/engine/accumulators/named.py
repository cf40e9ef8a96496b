"""Counters by the names that people give them: `deductible.CODE`, `oop.CODE`, `limit.CODE`."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import NamedTuple

from tpa.engine.accumulators.balances import AccumulatorEntry
from tpa.engine.accumulators.carry_over import late_code
from tpa.engine.accumulators.counter import Counter, deductible_counter, limit_counter, out_of_pocket_counter
from tpa.engine.plan.terms import Measure, PlanTerms

THOUSAND = 1000


class Named(NamedTuple):
    """A counter, and what it counts: `cents`, `visits`, `days`, `benefits`, or `units` in thousandths."""

    name: str
    unit: str
    counter: Counter


def named_counters(terms: PlanTerms) -> Iterator[Named]:
    """Every deductible, maximum and limit of a plan, in its order."""
    for deductible in terms.deductibles:
        yield Named(f"deductible.{deductible.code}", "cents", deductible_counter(terms, deductible))
    for maximum in terms.out_of_pockets:
        yield Named(f"oop.{maximum.code}", "cents", out_of_pocket_counter(terms, maximum))
    for limit in terms.limits:
        unit = "cents" if limit.measure in (Measure.ALLOWED, Measure.PAID) else limit.measure.value
        yield Named(f"limit.{limit.code}", unit, limit_counter(terms, limit))


def brought_in(counter: Counter, member_id: int, day: date, amount: int) -> list[AccumulatorEntry]:
    """The entries of an amount that somebody else has counted on `day`; below zero it is taken back."""
    key_on = counter.key_on(day)
    entries = [AccumulatorEntry(member_id, counter.code, key_on, amount)]
    if counter.carry_over is not None and counter.carries(day):
        entries.append(AccumulatorEntry(member_id, late_code(counter.code), key_on, amount))
    return entries
