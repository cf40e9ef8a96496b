"""What stands before a benefit: waiting periods, and services that need an authorization."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class Without(StrEnum):
    """What happens to a service that needed an authorization and has none."""

    DENY = "deny"
    PEND = "pend"
    PENALTY = "penalty"


class PenaltyOf(StrEnum):
    """What a penalty is taken from."""

    BENEFIT = "benefit"
    """What the plan would pay, after the member's cost sharing."""
    ALLOWED = "allowed"
    """The allowed amount, before the cost sharing, which is taken on the rest."""


@dataclass(frozen=True, slots=True)
class Penalty:
    """A percentage or an amount that is taken from what the plan pays. It counts to no deductible and no maximum."""

    of: PenaltyOf
    percent_bp: int
    amount_cents: int
    """0 with a percentage."""
    most_cents: int | None
    per_line: bool
    """Amount and most hold for each line; else for the claim."""


@dataclass(frozen=True, slots=True)
class NeedsAuthorization:
    """Services that need an authorization: every condition that is not empty must hold."""

    code: str
    benefits: tuple[str, ...]
    classes: tuple[str, ...]
    codes: tuple[str, ...]
    revenue_codes: tuple[str, ...]
    tiers: tuple[str, ...]
    without: Without
    penalty: Penalty | None
    borne_by_provider: bool
    emergency_too: bool
    clause: str


@dataclass(frozen=True, slots=True)
class WaitingPeriod:
    """Benefits that are covered only some time after a person's coverage began: after `months`, or after `days`."""

    code: str
    months: int
    days: int
    benefits: tuple[str, ...]
    """Empty: all (of `classes`)."""
    classes: tuple[str, ...]
    except_accident: bool
    except_emergency: bool
    not_if_covered_by: date | None
    """Who was covered on this day has no waiting period: a group that came over from another plan."""
    clause: str
