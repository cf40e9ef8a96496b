"""What a plan does where another plan covers the person too: the parsed table `coordination`."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Method(StrEnum):
    """What the plan pays after another one. N: its normal benefit, A: the allowable expense, P: what was paid before."""

    STANDARD = "standard"
    """The lesser of N and A - P (R-A17)."""
    BASIC = "basic"
    """The lesser of N and the plan's own allowed amount - P."""
    CARVE_OUT = "carve_out"
    """N - P."""
    NON_DUPLICATION = "non_duplication"
    """N - P."""
    MAINTENANCE_OF_BENEFITS = "maintenance_of_benefits"
    """P comes off the allowed amount before the member's share is worked out."""
    SAVINGS_BANK = "savings_bank"
    """As standard; what is saved of N is kept for the person's later expenses of the year."""
    MEDICARE_SECONDARY = "medicare_secondary"
    """The lowest of 42 CFR 411.33(b), of an institution's claim of 411.33(e)."""


class Allowable(StrEnum):
    """Which amount is the allowable expense."""

    OWN = "own"
    PRIMARY = "primary"
    HIGHER = "higher"
    LOWER = "lower"
    CHARGE = "charge"


class Unanswered(StrEnum):
    """What to do where a plan comes first and its answer is not on the claim."""

    PEND = "pend"
    DENY = "deny"
    PAY = "pay"


class Counts(StrEnum):
    """What counts to deductibles, out-of-pocket maximums and the like where another plan has paid."""

    NORMAL = "normal"
    """What would have counted without the other plan (NAIC Model Regulation 120, section 7)."""
    REMAINING = "remaining"
    """What the member still owes."""


@dataclass(frozen=True, slots=True)
class Coordination:
    """How a plan coordinates its benefits with other plans."""

    method: Method
    country: str
    """US or CA: by whose rules it is told who pays first."""
    allowable: Allowable
    unanswered: Unanswered
    counts: Counts
    savings_most_cents: int
    """With the savings bank: the most that is kept for a person and plan year; else 0."""
    covers: str
    """active or retired: whose plan it is."""
    employees: int | None
    """Of the employer, for Medicare's rules."""
    clause: str
