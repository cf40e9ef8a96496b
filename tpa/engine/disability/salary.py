"""Salary that an employer went on paying before the decision: what of it stands for benefits, and what comes back."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import NamedTuple

from tpa.engine.disability.decide import Decision, Payment
from tpa.engine.disability.facts import Facts, Salary
from tpa.engine.disability.periods import days_of
from tpa.engine.disability.terms import Terms
from tpa.kernel.money import rounded
from tpa.kernel.periods import Span


class SetOff(NamedTuple):
    """Of a salary: the benefits due for its days, up to all of it, are paid with it; the rest comes back."""

    salary: Salary
    benefit_cents: int

    @property
    def back_cents(self) -> int:
        """What was paid above what is due for these days."""
        return self.salary.cents - self.benefit_cents


def set_off(terms: Terms, facts: Facts, decision: Decision) -> tuple[SetOff, ...]:
    """Of every stretch of salary. Days without a benefit, such as those of the elimination period, are due nothing."""
    return tuple(_set_off(terms, facts, decision))


def _set_off(terms: Terms, facts: Facts, decision: Decision) -> Iterator[SetOff]:
    for salary in facts.salaries:
        due = sum(_due(terms, payment, salary.span) for payment in decision.payments)
        yield SetOff(salary, min(salary.cents, due))


def _due(terms: Terms, payment: Payment, span: Span) -> int:
    """What of a payment is for the days of a span."""
    if not (payment.days and span.overlaps(payment.span)):
        return 0
    common = Span(max(span.starts_on, payment.span.starts_on), min(span.ends_before, payment.span.ends_before))
    return rounded(payment.net_cents * Fraction(days_of(terms, common), payment.days))
