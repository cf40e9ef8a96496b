"""What stands before a benefit: waiting periods, and services that need an authorization."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date


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
