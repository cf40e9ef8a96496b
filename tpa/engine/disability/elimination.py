"""When benefits begin: the day after the elimination period, which depends on the cause, a hospital stay, paid leave."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from itertools import pairwise
from typing import NamedTuple

from tpa.engine.disability.facts import Facts, Spell
from tpa.engine.disability.terms import Elimination, Terms
from tpa.kernel.periods import FOREVER, add_months


def elimination_days(rule: Elimination, spell: Spell) -> int:
    """How many days of disability pass without a benefit, by the cause of the first spell; months from its first day."""
    length = rule.length[spell.cause]
    if rule.unit == "month":
        return (add_months(spell.starts_on, length) - spell.starts_on).days
    return length * 7 if rule.unit == "week" else length


class Begin(NamedTuple):
    """The first day from which benefits may be paid (None: not reached), and why."""

    on: date | None
    words: str


def served(terms: Terms, facts: Facts, spells: Sequence[Spell]) -> Begin:
    """The first day on which the elimination period is over, in or right after one of the spells."""
    rule, first = terms.elimination, spells[0]
    days = elimination_days(rule, first)
    over_on = _by_days(rule, spells)
    lasted = sum((min(one.ends_before, facts.as_of) - min(one.starts_on, facts.as_of)).days for one in spells)
    if rule.retroactive_after_days is not None and lasted > rule.retroactive_after_days:
        return Begin(first.starts_on, f"disabled for more than {rule.retroactive_after_days} days: from the first day")
    stay = _first_stay(rule, facts, spells)
    if stay is None or (over_on is not None and over_on <= stay):
        return Begin(over_on, f"after {days} days of disability by {first.cause}")
    if rule.hospital == "from_first_day":
        return Begin(first.starts_on, f"in hospital on {stay}: from the first day")
    return Begin(stay, f"in hospital from {stay}")


def begins(terms: Terms, facts: Facts, spells: Sequence[Spell]) -> Begin:
    """When benefits begin: where the plan says so not before paid leave is used up."""
    found, leave = served(terms, facts, spells), facts.leave_ends_before
    if found.on is None or not terms.elimination.after_leave or leave is None or leave <= found.on:
        return found
    return Begin(leave, f"{found.words}, and when paid leave is used up")


def _by_days(rule: Elimination, spells: Sequence[Spell]) -> date | None:
    left = elimination_days(rule, spells[0])
    for spell, after in zip(spells, [*spells[1:], None], strict=True):
        if left <= spell.days:
            return spell.starts_on + timedelta(days=left)
        left -= spell.days
        if after is not None and rule.worked_days_count:
            left = max(0, left - (after.starts_on - spell.ends_before).days)
    return None


def _first_stay(rule: Elimination, facts: Facts, spells: Sequence[Spell]) -> date | None:
    """The first day of disability in hospital, of a stay that is long enough to end the elimination period."""
    if rule.hospital == "no_matter":
        return None
    days = [
        max(stay.starts_on, spell.starts_on)
        for stay in facts.hospital
        for spell in spells
        if stay.overlaps(spell.span) and (stay.ends_before - stay.starts_on).days >= rule.hospital_days
    ]
    return min(days, default=None)


def continues(terms: Terms, facts: Facts, spells: Sequence[Spell], after: Spell) -> bool:
    """Whether a later spell is the same claim: same cause and condition, and not too long at work between."""
    last, rule = spells[-1], terms.recurrent
    gap = (after.starts_on - last.ends_before).days
    if gap == 0:
        return True
    if (after.condition, after.cause) != (last.condition, last.cause):
        return rule is not None and gap < rule.unrelated_days
    if served(terms, facts, spells).on is None:
        worked = sum((two.starts_on - one.ends_before).days for one, two in pairwise(spells))
        return worked + gap <= terms.elimination.trial_work_days
    if rule is None:
        return False
    if rule.months is None:
        return gap < (rule.days or 0) + rule.inclusive
    latest = add_months(last.ends_before, rule.months)
    return after.starts_on < latest or (rule.inclusive and after.starts_on == latest)


def claims_of(terms: Terms, facts: Facts) -> list[tuple[Spell, ...]]:
    """The spells of each claim: what continues a claim keeps its earnings, its elimination and what is left of its time."""
    claims: list[tuple[Spell, ...]] = []
    for spell in facts.spells:
        if claims and claims[-1][-1].ends_before < FOREVER and continues(terms, facts, claims[-1], spell):
            claims[-1] += (spell,)
        else:
            claims.append((spell,))
    return claims
