"""What dental (and vision) plans promise besides shares and limits, as frozen values. `parse_dental` makes them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class RolloverDesign(StrEnum):
    """What an unused maximum leaves to the next year (R-B07)."""

    THRESHOLD = "threshold"
    """Paid benefits at or under a threshold, and at least one service, add an amount."""
    PREVENTIVE = "preventive"
    """A year with a preventive visit adds an amount."""


class Missed(StrEnum):
    """What a year without a visit does to an incentive (R-B06), or, but for FALLS, to a maximum that rolls over (R-B07)."""

    STAYS = "stays"
    FALLS = "falls"
    RESTARTS = "restarts"


@dataclass(frozen=True, slots=True)
class Services:
    """Some benefits, by code or by class; both empty: all."""

    benefits: tuple[str, ...] = ()
    classes: tuple[str, ...] = ()

    def holds(self, benefit: str, benefit_class: str) -> bool:
        """Whether a benefit is one of them."""
        return not (self.benefits or self.classes) or benefit in self.benefits or benefit_class in self.classes


@dataclass(frozen=True, slots=True)
class Rollover:
    """What a year adds to the next one's maximum; `most_cents` is the most that is added to the base."""

    design: RolloverDesign
    threshold_cents: int
    """With RolloverDesign.THRESHOLD; else 0."""
    adds_cents: int
    most_cents: int
    visits: Services
    """The services that make a year count."""
    missed: Missed = Missed.RESTARTS
    """What a year without one of them does: all that was carried is lost, or stays."""


@dataclass(frozen=True, slots=True)
class Incentive:
    """The member's coinsurance falls by `step_bp` for every year with a visit before the present one."""

    code: str
    services: Services
    """Whose coinsurance it changes."""
    visits: Services
    """What is a visit."""
    step_bp: int
    least_bp: int
    """The lowest percentage that the member comes to."""
    missed: Missed
    by_calendar_year: bool
    """Otherwise by plan year."""
    clause: str


@dataclass(frozen=True, slots=True)
class RecentVisit:
    """Without one of `visits` in the `months` before the day of service the member pays `without_bp` instead."""

    code: str
    services: Services
    visits: Services
    months: int
    without_bp: int
    clause: str


@dataclass(frozen=True, slots=True)
class Alternate:
    """The least expensive alternate treatment: a service is paid as the cheaper one that `pays_as` names (R-B05)."""

    pays_as: Mapping[str, str]
    teeth: frozenset[str]
    """Only on these; empty: wherever."""
    tiers: tuple[str, ...]
    clause: str


@dataclass(frozen=True, slots=True)
class MissingToothClause:
    """Replacing a tooth that was lost before the coverage began is not covered (R-B09)."""

    services: Services
    extractions: tuple[str, ...]
    """Code patterns of extractions: one that the plan has seen itself shows that the tooth was lost under it."""
    clause: str


@dataclass(frozen=True, slots=True)
class Orthodontia:
    """A treatment that is paid in instalments (R-B08): a share of the fee at banding, the rest in equal parts."""

    services: Services
    starts: tuple[str, ...]
    """Code patterns of the services that begin a treatment and carry its whole fee."""
    initial_bp: int
    every_months: int
    months: int | None
    """Of treatment, where the claim does not say."""
    clause: str


@dataclass(frozen=True, slots=True)
class Allowance:
    """The plan allows so much for some benefits on one day; of what is above it the member pays a share."""

    code: str
    services: Services
    tiers: tuple[str, ...]
    most_cents: int
    over_bp: int
    """Of the amount above it: the member's part. The rest the provider takes off."""
    clause: str


@dataclass(frozen=True, slots=True)
class DentalTerms:
    """All of it. The empty one is a plan that uses none."""

    incentives: tuple[Incentive, ...] = ()
    recent_visits: tuple[RecentVisit, ...] = ()
    alternates: tuple[Alternate, ...] = ()
    missing_tooth: MissingToothClause | None = None
    orthodontia: Orthodontia | None = None
    allowances: tuple[Allowance, ...] = ()
    estimates_reserve: bool = False
    """A predetermination uses up maximums and deductibles, as the service would."""
