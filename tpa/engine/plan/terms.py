"""What a plan promises: the parsed plan document, as frozen values. `parse_plan` (parse) makes them.

Amounts are cents, rates basis points. `clause` names the place in the plan that a figure comes from: the booklet's own
section where the document gives one, else the JSON pointer into the document. Sequences are in the document's order.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from tpa.engine.plan.teeth import Site
from tpa.engine.plan.terms_access import NeedsAuthorization, WaitingPeriod
from tpa.engine.plan.terms_control import Control
from tpa.engine.plan.terms_coordination import Coordination
from tpa.engine.plan.terms_dental import DentalTerms, Rollover
from tpa.engine.plan.terms_edits import Edits
from tpa.engine.plan.terms_share import Share
from tpa.kernel.errors import DomainError

LINES = ("medical", "dental", "vision", "drug")
"""Lines of coverage that a plan document may be for."""
COVERAGE_TIERS = ("EE", "ES", "EC", "EF")
"""Who is covered: employee, with spouse, with children, family."""


class PlanError(DomainError):
    """A plan document has faults: `faults` lists them all, `where` is the JSON pointer of the first."""

    code = "plan"
    remedy = "The plan format is described in the README of the plans book."

    def __init__(self, faults: list[DomainError]) -> None:
        lines = [f"{fault.where or '/'}: {fault.message} {fault.remedy}".rstrip() for fault in faults]
        super().__init__("\n".join(lines), where=faults[0].where)
        self.faults = tuple(faults)

    def __str__(self) -> str:
        return self.message


class FamilyRule(StrEnum):
    """How the family's figure works beside the person's (R-A10)."""

    EMBEDDED = "embedded"
    """Each person stops at the individual figure; what they used adds up to the family's, then nobody owes more."""
    AGGREGATE = "aggregate"
    """In a family tier there is no individual figure: the family meets its own together."""
    MEMBERS = "members"
    """Met for all once `family_members` persons have each met the individual figure in full."""


class Period(StrEnum):
    """The time over which a figure adds up; engine.accumulators.periods says which day its entries are filed under."""

    PLAN_YEAR = "plan_year"
    CALENDAR_YEAR = "calendar_year"
    ROLLING = "rolling"
    """The `months` up to and including the day of service."""
    LIFETIME = "lifetime"
    MONTH = "month"
    DAY = "day"


class Measure(StrEnum):
    """What a limit counts."""

    ALLOWED = "allowed"
    """Cents of allowed amount, before cost sharing."""
    PAID = "paid"
    """Cents paid by the plan, after cost sharing: annual and lifetime maximums."""
    UNITS = "units"
    """Units of service, in thousandths."""
    VISITS = "visits"
    """Visits: one a member, provider and day."""
    DAYS = "days"
    """Days of service: one a member and day."""
    BENEFITS = "benefits"
    """Different benefits of the limit: with 1 the first one that is used shuts out the others."""


def units_text(milli: int) -> str:
    """Thousandths of a unit as people write them: `1.5` for 1500."""
    whole, rest = divmod(abs(milli), 1000)
    return f"{'-' if milli < 0 else ''}{whole}.{rest:03d}".rstrip("0").rstrip(".")


class Excess(StrEnum):
    """Who bears a charge above the allowed amount."""

    WRITE_OFF = "write_off"
    MEMBER = "member"


class Each(StrEnum):
    """A limit that counts for each of these by itself."""

    ACCIDENT = "accident"
    """By the day of the accident; services of no accident have no limit."""
    CONDITION = "condition"
    """By the first three characters of the line's main diagnosis."""
    PROVIDER = "provider"
    STAY = "stay"
    """By the day of admission; services of no stay have no limit."""


class Screen(StrEnum):
    """What to do where another party may have to pay."""

    PEND = "pend"
    PAY = "pay"


class Unlisted(StrEnum):
    """What to do with a service that no benefit matches."""

    DENY = "deny"
    PEND = "pend"


@dataclass(frozen=True, slots=True)
class PriceStep:
    """A pricing method to try, by the name of its file, with the settings that the method reads itself."""

    method: str
    settings: Mapping[str, Any]
    clause: str


@dataclass(frozen=True, slots=True)
class Tier:
    """A network tier, and how its services are priced: the first step that finds a price decides."""

    name: str
    label: str
    network: bool
    """Its providers have a contract. A plan's first tier without one takes every provider outside all networks."""
    prices: tuple[PriceStep, ...]
    lesser_of_billed: bool
    excess: Excess
    clause: str


@dataclass(frozen=True, slots=True)
class CarryOver:
    """What was applied late in a year also counts for the next: the last `months`, or the last `days`."""

    months: int | None
    days: int | None
    even_if_met: bool
    """Also where the year's deductible was met; otherwise only where it was not."""


@dataclass(frozen=True, slots=True)
class Deductible:
    """What members pay first. Holds in `tiers`; amounts applied in `fed_by` count towards it."""

    code: str
    tiers: tuple[str, ...]
    fed_by: tuple[str, ...]
    individual_cents: int | None
    family_cents: int | None
    family_rule: FamilyRule
    family_members: int
    """With FamilyRule.MEMBERS: how many; else 0."""
    employee_only_cents: int | None
    """In the employee-only tier, where that is another figure than a person's in a family tier."""
    period: Period
    carry_over: CarryOver | None
    clause: str


@dataclass(frozen=True, slots=True)
class OutOfPocket:
    """The most that members pay. Caps and is filled by the parts of cost sharing named in `counts`.

    With `counts` = ("coinsurance",) it is a coinsurance maximum, with ("copay",) a copay maximum.
    """

    code: str
    tiers: tuple[str, ...]
    fed_by: tuple[str, ...]
    counts: tuple[str, ...]
    individual_cents: int | None
    family_cents: int | None
    family_rule: FamilyRule
    family_members: int
    employee_only_cents: int | None
    period: Period
    self_only_cap: bool
    """Nobody pays more than the ACA's self-only figure of the plan year, whatever the family's limit (R-A11)."""
    benefits: tuple[str, ...]
    """The benefits whose cost sharing it counts and stops; empty: all."""
    clause: str


@dataclass(frozen=True, slots=True)
class Limit:
    """The most that the plan covers of some benefits."""

    code: str
    measure: Measure
    most: int
    """Cents; thousandths of a unit; visits; days."""
    per_family: bool
    period: Period
    months: int
    """With Period.ROLLING; else 0."""
    tiers: tuple[str, ...]
    benefits: tuple[str, ...]
    """The benefits it holds for; empty: all (of `classes`)."""
    classes: tuple[str, ...]
    """The classes it holds for; empty: all."""
    clause: str
    days: int = 0
    """With Period.ROLLING: so many days besides the months."""
    site: Site | None = None
    """Counts for each tooth, surface, quadrant or arch by itself."""
    prior_placement: bool = False
    """A prosthesis placed before, elsewhere, counts from the day that the claim names."""
    rollover: Rollover | None = None
    """What is unused is added to the next year's maximum."""
    fed_by: tuple[str, ...] = ()
    """The tiers whose use counts, besides those where it holds."""
    each: Each | None = None
    excess: Excess = Excess.MEMBER
    """Who bears what is beyond it."""


@dataclass(frozen=True, slots=True)
class Match:
    """When a benefit is meant: every condition that is not empty must hold. Patterns: `A`, `A-B`, `A*`."""

    codes: tuple[str, ...] = ()
    revenue_codes: tuple[str, ...] = ()
    diagnoses: tuple[str, ...] = ()
    main_diagnoses: tuple[str, ...] = ()
    """Of the line's first diagnosis."""
    places: tuple[str, ...] = ()
    modifiers: tuple[str, ...] = ()
    specialties: tuple[str, ...] = ()
    tiers: tuple[str, ...] = ()
    forms: tuple[str, ...] = ()
    """professional, institutional, dental, drug."""
    age_from: int | None = None
    age_to: int | None = None
    """The last age that is still meant, in completed years."""
    emergency: bool | None = None
    teeth: frozenset[str] = frozenset()

    @property
    def condition_count(self) -> int:
        """How many conditions are set: a benefit's priority unless it says another."""
        lists = (
            self.codes, self.revenue_codes, self.diagnoses, self.main_diagnoses, self.places,
            self.modifiers, self.specialties, self.tiers, self.forms,
        )  # fmt: skip
        aged = self.age_from is not None or self.age_to is not None
        return sum(1 for one in lists if one) + aged + (self.emergency is not None) + bool(self.teeth)


@dataclass(frozen=True, slots=True)
class Benefit:
    """One rule of the plan: which services, and what the member pays for them by tier."""

    code: str
    label: str
    benefit_class: str
    """For example a dental plan's preventive, basic, major; "" where the plan has no classes."""
    priority: int
    """The highest that matches decides; equal ones in the document's order (publishing refuses ties)."""
    match: Match
    shares: Mapping[str, Share]
    """By the name of every tier of the plan."""
    copay_group: str
    """Benefits of one group take one copay a visit together."""
    clause: str
    stop_loss: bool = True
    """What is paid for it may count under a stop-loss contract."""


@dataclass(frozen=True, slots=True)
class OtherParty:
    """What to do where a claim points to somebody else who may have to pay."""

    other_coverage: Screen
    accident: Screen
    work_related: Screen


@dataclass(frozen=True, slots=True)
class PlanTerms:
    """A plan version's whole promise."""

    name: str
    line: str
    """Line of coverage: medical, dental or vision."""
    year_starts_month: int
    hsa_qualified: bool
    grandfathered: bool
    timely_filing_months: int | None
    dependent_age_limit: int | None
    """The first age at which a child is no longer covered."""
    review_over_cents: int | None
    """A claim that would pay more waits for a person."""
    unlisted: Unlisted
    other_party: OtherParty
    tiers: tuple[Tier, ...]
    deductibles: tuple[Deductible, ...]
    out_of_pockets: tuple[OutOfPocket, ...]
    limits: tuple[Limit, ...]
    benefits: tuple[Benefit, ...]
    examples: tuple[Mapping[str, Any], ...]
    """The plan's own example claims, as written (the format of tests/scenarios/README.md); publishing runs them."""
    coordination: Coordination | None = None
    edits: Edits | None = None
    surprise_billing: bool = False
    """Emergencies outside the network share cost as inside it, and nobody bills the member for more."""
    suspected_duplicates: Screen = Screen.PAY
    """What to do with a line that looks like one that was paid."""
    """None: another plan that covers the person is a matter of `other_party`."""
    dental: DentalTerms = field(default_factory=DentalTerms)
    """What a dental or vision plan has besides."""
    waiting_periods: tuple[WaitingPeriod, ...] = ()
    authorizations: tuple[NeedsAuthorization, ...] = ()
    appeal_levels: int = 1
    """How many levels of appeal the plan has, one or two; two share the law's time."""
    control: Control = field(default_factory=Control)
