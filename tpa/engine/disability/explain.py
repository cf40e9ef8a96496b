"""A decision in plain words, line by line, from its moves."""

from __future__ import annotations

from collections.abc import Iterator

from tpa.engine.disability.benefit import Move, shown
from tpa.engine.disability.decide import Claim, Decision, Payment
from tpa.engine.disability.facts import Spell
from tpa.engine.disability.terms import Terms
from tpa.kernel.money import format_amount


def explain(terms: Terms, decision: Decision) -> tuple[str, ...]:
    """Every claim, every payment, every move."""
    lines: list[str] = []
    for number, claim in enumerate(decision.claims, 1):
        if number > 1:
            lines.append(_new_claim(terms, decision.claims[number - 2].spells[-1], claim.spells[0]))
        lines += _claim(terms, number, claim)
    return tuple(lines)


def move_words(move: Move) -> str:
    """`maximum -50.00`: what, and what it adds."""
    return f"{move.what} {format_amount(move.cents)}"


def move_line(move: Move) -> str:
    """From what to what, why, and where the plan says so."""
    change = f"{format_amount(move.from_cents)} to {format_amount(move.to_cents)}"
    return f"{move.what}: {change}  {move.words}. [{move.clause}]"


def days_words(payment: Payment) -> str:
    """`2026-03-09 to 2026-03-15, 7 days`."""
    days = f"{payment.days} day{'' if payment.days == 1 else 's'}"
    return f"{payment.span.starts_on} to {payment.span.last_day}, {days}"


def _new_claim(terms: Terms, before: Spell, after: Spell) -> str:
    clause = terms.recurrent.clause if terms.recurrent else terms.clause
    return f"a new claim, {_at_work(before, after)} [{clause}]"


def _at_work(before: Spell, after: Spell) -> str:
    """What lies between two spells, and whether they come from the same."""
    days = (after.starts_on - before.ends_before).days
    same = (before.cause, before.condition) == (after.cause, after.condition)
    return f"{days} day{'' if days == 1 else 's'} at work after {before.cause}, {'the same' if same else 'another'} condition"


def _claim(terms: Terms, number: int, claim: Claim) -> Iterator[str]:
    first, *again = claim.spells
    yield f"claim {number}: disabled from {first.starts_on} by {first.cause}; earned {shown(claim.base)} a {terms.period}"
    clause = terms.recurrent.clause if terms.recurrent else terms.elimination.clause
    for before, after in zip(claim.spells, again, strict=False):
        yield f"  again from {after.starts_on}, the same claim: {_at_work(before, after)} [{clause}]"
    if claim.unpaid:
        yield f"  not paid: {claim.unpaid.words} [{claim.unpaid.clause}]"
        return
    yield f"  paid from {claim.first_payable_on}: {claim.begin.words} [{terms.elimination.clause}]"
    for payment in claim.payments:
        yield from _payment(terms, payment)
    yield f"  the plan pays no more from {claim.ends_before} on [{claim.lasts_clause}]"


def _payment(terms: Terms, payment: Payment) -> Iterator[str]:
    part = "" if payment.part == 1 else f" ({payment.part} of a {terms.period})"
    yield f"  {days_words(payment)}{part}: {format_amount(payment.net_cents)}"
    for move in payment.moves:
        yield f"    {move_line(move)}"
    if payment.paid_cents != payment.net_cents:
        yield f"    paid on {payment.pays_on} by what was known then: {format_amount(payment.paid_cents)}"
