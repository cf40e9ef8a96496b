"""What a plan pays after others, and what the member then still owes: one function, seven methods."""

from __future__ import annotations

from typing import NamedTuple

from tpa.engine.coordination.answers import Prior
from tpa.engine.plan.terms_coordination import Allowable, Coordination, Method


class Normal(NamedTuple):
    """A line as the plan would have decided it alone, in cents.

    `allowed` is the plan's own allowed amount, `benefit` what it would pay, `member` what the member would owe (the part
    of the charge above the allowed amount included where that is the member's).
    """

    charge_cents: int
    allowed_cents: int
    benefit_cents: int
    member_cents: int
    is_institutional: bool = False


class Coordinated(NamedTuple):
    """A line after coordination, in cents."""

    pays_cents: int
    member_cents: int
    """What the member still owes; never more than without the other plan."""
    allowable_cents: int
    raised_cents: int
    """What the allowable expense is above the own allowed amount, as far as somebody pays it: no write-off then."""
    saved_cents: int
    """Into the savings bank; below zero what was taken out of it."""


def coordinate(terms: Coordination, normal: Normal, prior: Prior, *, saved_cents: int = 0) -> Coordinated:
    """What the plan pays of a line after the payers before it, by its method. `saved_cents`: what the bank holds.

    Never more than the allowable expense less what was paid before, and never more than what the payer before has left
    to the member, where its answer says that (expenses that a provider may not charge are not allowable, NAIC Model
    Regulation 120, section 3A). With maintenance of benefits `normal` has what was paid before taken off already.
    """
    if terms.method is Method.MAINTENANCE_OF_BENEFITS:
        return _held_to_left(normal, prior)
    allowable = _allowable(terms, normal, prior)
    room = max(0, allowable - prior.paid_cents)
    if prior.left_cents is not None:
        room = min(room, max(0, prior.left_cents))
    pays = min(room, _wanted(terms.method, normal, prior))
    saved = 0
    if terms.method is Method.SAVINGS_BANK:
        drawn = min(saved_cents, room - pays)
        kept = max(0, min(normal.benefit_cents - pays, terms.savings_most_cents - saved_cents))
        saved = -drawn if drawn else kept
        pays += drawn
    collectible = normal.benefit_cents + normal.member_cents
    most = max(collectible, min(allowable, normal.charge_cents))
    owed = most - prior.paid_cents
    if prior.left_cents is not None:
        owed = min(owed, prior.left_cents)
    member = max(0, min(owed - pays, normal.member_cents))
    raised = max(0, min(most, prior.paid_cents + pays + member) - collectible)
    return Coordinated(pays, member, allowable, raised, saved)


def _held_to_left(normal: Normal, prior: Prior) -> Coordinated:
    """Nobody pays more than the payer before has left to the member, the plan first."""
    pays, member = normal.benefit_cents, normal.member_cents
    if prior.left_cents is not None:
        left = max(0, prior.left_cents)
        pays = min(pays, left)
        member = min(member, left - pays)
    return Coordinated(pays, member, normal.allowed_cents, 0, 0)


def _allowable(terms: Coordination, normal: Normal, prior: Prior) -> int:
    own = normal.allowed_cents
    # Nobody allows more than the charge, whatever an answer says.
    theirs = own if prior.allowed_cents is None else min(prior.allowed_cents, max(own, normal.charge_cents))
    if terms.method is Method.MEDICARE_SECONDARY and not normal.is_institutional:
        return max(own, theirs)
    return {
        Allowable.OWN: own,
        Allowable.PRIMARY: theirs,
        Allowable.HIGHER: max(own, theirs),
        Allowable.LOWER: min(own, theirs),
        Allowable.CHARGE: normal.charge_cents,
    }[terms.allowable]


def _wanted(method: Method, normal: Normal, prior: Prior) -> int:
    """What the method would pay before it is held against what is left of the allowable expense."""
    if method in (Method.CARVE_OUT, Method.NON_DUPLICATION):
        return max(0, normal.benefit_cents - prior.paid_cents)
    if method is Method.MEDICARE_SECONDARY:
        after_primary = max(0, normal.charge_cents - prior.paid_cents)
        if not normal.is_institutional:
            return min(normal.benefit_cents, after_primary)
        share = normal.allowed_cents - normal.benefit_cents
        return min(normal.benefit_cents, after_primary, max(0, normal.charge_cents - share))
    return normal.benefit_cents


def subject_cents(allowed_cents: int, prior: Prior) -> int:
    """With maintenance of benefits: what of the allowed amount the member's share is worked out on (R-A17)."""
    return max(0, allowed_cents - prior.paid_cents)
