"""What was paid too much comes back from later payments: a part of each is kept until nothing is left."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from typing import NamedTuple

from tpa.engine.disability.decide import Decision, Payment, decide
from tpa.engine.disability.facts import Facts
from tpa.engine.disability.terms import Terms
from tpa.kernel.money import rounded


class Kept(NamedTuple):
    """What of a payment is kept back; below zero: what is paid on top, because too little was paid before."""

    payment: Payment
    cents: int


def kept(terms: Terms, facts: Facts, decision: Decision) -> tuple[Kept, ...]:
    """Of every payment, in the order of payment: by the plan's `recovery`; what was too little comes whole with the next."""
    return tuple(_kept(terms, facts, decision))


def _kept(terms: Terms, facts: Facts, decision: Decision) -> Iterator[Kept]:
    overpaid = {day: decide(terms, replace(facts, as_of=day)).overpaid_cents for day in _told_on(facts)}
    so_far = 0
    for payment in decision.payments:
        cents = 0
        if terms.recovery is not None:
            known = [day for day in overpaid if day <= payment.pays_on]
            left = (overpaid[max(known)] if known else 0) - so_far
            cents = min(left, rounded(payment.paid_cents * terms.recovery))
        so_far += cents
        yield Kept(payment, cents)


def _told_on(facts: Facts) -> set[date]:
    """The days on which an answer to an application became known."""
    days = (day for income in facts.incomes for day in (income.awarded_on, income.refused_on))
    return {day for day in days if day is not None and day <= facts.as_of}
