"""Deciding a family's claims once more on other terms, in the recorded order; nothing but values goes in and out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import date
from typing import NamedTuple

from tpa.engine.accumulators.balances import AccumulatorEntry, Balances
from tpa.engine.adjudication.adjudicate import adjudicate
from tpa.engine.adjudication.decision import Decision, Pend
from tpa.engine.adjudication.facts import Claim, DatedPlan, Family


class Step(NamedTuple):
    """A step of a family's past: a claim to be decided again, or (None) the entries of something that stays as it was."""

    claim: Claim | None
    entries: tuple[AccumulatorEntry, ...] = ()


def decide_again(family: Family, steps: Iterable[Step]) -> Iterator[tuple[Claim, Decision | Pend]]:
    """Each claim with what is decided now, in order; `family` counts what is decided on the way.

    It has to begin as it stood before the first step. A claim that now waits for a person counts for nothing.
    """
    for claim, entries in steps:
        if claim is None:
            family.balances.add(entries)
            continue
        outcome = adjudicate(claim, family)
        if isinstance(outcome, Decision):
            family.fold(claim, outcome)
        yield claim, outcome


def begun(family: Family, plans: Mapping[int, tuple[DatedPlan, ...]]) -> Family:
    """The family under these plans, as it stands before anything is decided, whatever is counted later."""
    history = {key: list(prior) for key, prior in family.history.items()}
    return replace(family, plans=plans, balances=Balances(), history=history)


def with_version(dated: tuple[DatedPlan, ...], version: DatedPlan, ends_before: date) -> tuple[DatedPlan, ...]:
    """A plan's versions with `version` in force from its own first day up to `ends_before`, and then as they were."""
    before = tuple(one for one in dated if one.effective_on < version.effective_on)
    after = tuple(one for one in dated if one.effective_on > ends_before)
    held = [one for one in dated if one.effective_on <= ends_before]
    again = (held[-1]._replace(effective_on=ends_before),) if held else ()
    return (*before, version, *again, *after)
