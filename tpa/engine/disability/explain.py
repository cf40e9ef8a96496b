"""A decision in plain words, line by line, from its moves."""

from __future__ import annotations

from collections.abc import Iterator

from tpa.engine.disability.benefit import Move, shown
from tpa.engine.disability.decide import Claim, Decision, Payment
from tpa.engine.disability.terms import Terms
from tpa.kernel.money import format_amount

REASONS = {
    "not_insured": "Not paid: the person was not insured on the first day disabled",
    "pre_existing": "Not paid: the condition was treated before the person was insured",
    "elimination": "Not paid: the disability ended before benefits began",
    "duration": "Not paid: the time for which the plan pays had ended before benefits began",
    "not_yet": "Not paid yet: no period was paid by this day",
}
"""Why nothing is paid, in words."""


def explain(terms: Terms, decision: Decision) -> tuple[str, ...]:
    """Every claim, every payment, every move."""
    return tuple(line for n, claim in enumerate(decision.claims, 1) for line in _claim(terms, n, claim))


def move_words(move: Move) -> str:
    """`maximum -50.00`: what, and what it adds."""
    return f"{move.what} {format_amount(move.cents)}"


def days_words(payment: Payment) -> str:
    """`2026-03-09 to 2026-03-15, 7 days`."""
    days = f"{payment.days} day{'' if payment.days == 1 else 's'}"
    return f"{payment.span.starts_on} to {payment.span.last_day}, {days}"


def _claim(terms: Terms, number: int, claim: Claim) -> Iterator[str]:
    spells = ", ".join(f"from {one.starts_on} by {one.cause}" for one in claim.spells)
    yield f"claim {number}: disabled {spells}; earned {shown(claim.base)} a {terms.period}"
    if claim.reason:
        yield f"  {REASONS[claim.reason]} [{claim.clause}]"
        return
    yield f"  {claim.elimination_days} days without a benefit, paid from {claim.first_payable_on} [{terms.elimination.clause}]"
    for payment in claim.payments:
        yield from _payment(terms, payment)
    if claim.ends_before:
        yield f"  The plan pays no more from {claim.ends_before} on"


def _payment(terms: Terms, payment: Payment) -> Iterator[str]:
    part = "" if payment.part == 1 else f" ({payment.part} of a {terms.period})"
    yield f"  {days_words(payment)}{part}: {format_amount(payment.net_cents)}"
    for move in payment.moves:
        change = f"{format_amount(move.from_cents)} to {format_amount(move.to_cents)}"
        yield f"    {move.what}: {change}  {move.words}. [{move.clause}]"
    if payment.paid_cents != payment.net_cents:
        yield f"    paid on {payment.pays_on} by what was known then: {format_amount(payment.paid_cents)}"
