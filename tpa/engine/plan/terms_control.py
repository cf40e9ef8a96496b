"""What a plan has looked at before it pays, and whom it pays."""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum


class Sanctioned(StrEnum):
    """What to do with a provider who stands on a list of excluded ones."""

    PAY = "pay"
    PEND = "pend"
    DENY = "deny"


class Assignment(StrEnum):
    """Whose assignment of benefits the plan follows."""

    HONOURED = "honoured"
    """Every member's: the provider is paid where the claim says so."""
    NETWORK_ONLY = "network_only"
    """Only to providers of the network; for others the member is paid."""


AMOUNTS = ("charge", "allowed", "discount", "deductible", "copay", "coinsurance", "member", "other_paid", "paid")
"""What a review rule can look at: `discount` is what nobody may bill (CO-45), `other_paid` what other plans have done."""
COMPARISONS: Mapping[str, Callable[[int, int], bool]] = {
    "above": operator.gt,
    "at_least": operator.ge,
    "below": operator.lt,
    "at_most": operator.le,
    "equal": operator.eq,
}


@dataclass(frozen=True, slots=True)
class ReviewRule:
    """A claim waits for a person where an amount of a line, or of all its lines that are meant, compares so."""

    code: str
    amount: str
    comparison: str
    than_cents: int
    per_line: bool
    benefits: tuple[str, ...]
    """Empty: all (of `classes`)."""
    classes: tuple[str, ...]
    tiers: tuple[str, ...]
    queue: str
    clause: str


@dataclass(frozen=True, slots=True)
class Control:
    """What of a plan's claims is looked at, and whom it pays."""

    sanctioned: Sanctioned = Sanctioned.PEND
    assignment: Assignment = Assignment.HONOURED
    reviews: tuple[ReviewRule, ...] = ()
    audit_sample_bp: int = 0
    """So much of the claims, in basis points, is drawn for an audit before it is paid."""
