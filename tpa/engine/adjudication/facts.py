"""The facts of a decision: the claim as it came, and the family as it stood when the claim was taken up."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import NamedTuple

from tpa.engine.accumulators.balances import Balances
from tpa.engine.adjudication.compiled_edits import NO_TABLES, EditTables
from tpa.engine.adjudication.decision import Decision
from tpa.engine.adjudication.overrides import Override
from tpa.engine.coordination.answers import OtherPayer
from tpa.engine.coordination.coverage import HeldCoverage
from tpa.engine.plan.terms import PlanTerms
from tpa.engine.pricing.price import PriceBook
from tpa.kernel.periods import FOREVER


class ServiceLine(NamedTuple):
    """One line of a claim. Units are thousandths (1000 = one), charges cents, `through_on` the last day (included)."""

    number: int
    from_on: date
    through_on: date
    charge_cents: int
    procedure: str = ""
    modifiers: tuple[str, ...] = ()
    revenue_code: str = ""
    place: str = ""
    units_milli: int = 1000
    diagnoses: tuple[str, ...] = ()
    """Of this line, the main one first, without dots."""
    tooth: str = ""
    surfaces: str = ""
    authorization: str = ""
    repriced_cents: int | None = None
    emergency: bool = False
    area: str = ""
    """Of the mouth, as SV304 codes it: 00 whole, 01 upper and 02 lower arch, 10 to 40 the quadrants."""
    placed_before_on: date | None = None
    """When the prosthesis that this one replaces was placed."""
    noncovered_cents: int = 0
    """What of the charge the provider itself bills as not covered (SV207)."""


class MissingTooth(NamedTuple):
    """A tooth that the claim says is missing; `extracted_on` where it says since when."""

    tooth: str
    extracted_on: date | None = None


class Treatment(NamedTuple):
    """Orthodontic treatment as the claim tells of it: months in all, months still to come, when the bands were placed."""

    months: int | None = None
    months_left: int | None = None
    banded_on: date | None = None


class Claim(NamedTuple):
    """A claim of one member. `form`: professional, institutional, dental or drug.

    `network` is the tier name under which the provider takes part on the service dates ("" = in no network), and
    `price_list_id` what its contract pays by (0 = none). `cleared` names the pend reasons that an examiner has
    settled: they are not raised again.
    """

    claim_id: int
    member_id: int
    form: str
    received_on: date
    lines: tuple[ServiceLine, ...]
    provider_tax_id: str = ""
    provider_npi: str = ""
    specialty: str = ""
    network: str = ""
    price_list_id: int = 0
    frequency: str = "1"
    original_reference: str = ""
    facility_code: str = ""
    admitted_on: date | None = None
    related_causes: tuple[str, ...] = ()
    other_payers: tuple[OtherPayer, ...] = ()
    assigned: bool = True
    cleared: tuple[str, ...] = ()
    drg: str = ""
    """The diagnosis-related group of a stay, as the claim says."""
    zip_code: str = ""
    """Of the place where the service was given, five digits: the area of its usual charges."""
    repriced_cents: int | None = None
    """The price that a repricer put on the whole claim."""
    accident_on: date | None = None
    predetermination: bool = False
    """Only asks what would be paid (CLM19 = PB)."""
    missing_teeth: tuple[MissingTooth, ...] = ()
    treatment: Treatment | None = None
    instalment: int = 0
    """The n-th later instalment of a treatment, which the plan issues itself; 0 for what a provider bills."""
    sanction: str = ""
    """The list of excluded providers on which the provider stands on the first day of service; "" for none."""

    overrides: tuple[Override, ...] = ()
    """What a person has decided otherwise than the rules."""

    @property
    def provider(self) -> str:
        """Who treated, for duplicates and visits: the tax id, else the NPI."""
        return self.provider_tax_id or self.provider_npi


class Person(NamedTuple):
    """A member of the family. `relationship`: self, spouse, child or other."""

    member_id: int
    relationship: str
    birth_on: date
    sex: str = ""
    disabled: bool = False
    """A child who stays covered beyond the age limit."""
    pay_to: str = ""
    """Who gets, by a court's order, what would be paid to the member; "" for nobody else."""


class Coverage(NamedTuple):
    """A member is covered by a plan of one line (medical, dental, vision, drug) at a tier (EE, ES, EC, EF)."""

    line: str
    plan_id: int
    tier: str
    starts_on: date
    ends_before: date
    paid_until: date | None = None
    """Contributions are paid for the days before this one; None: there is nothing to say."""


class OtherCoverage(NamedTuple):
    """A coverage of a member by another plan, in force from `held.starts_on` (None: always) until `ends_before`.

    `line` is the line of coverage that it is for; "" for every one.
    """

    held: HeldCoverage
    line: str = ""
    ends_before: date = FOREVER


class OwnCoverage(NamedTuple):
    """What the order of benefits asks about our own coverage of a member who is also covered elsewhere.

    `status` "" and `employees` None: as the plan says. `starts_on` None: the first day of the coverage.
    """

    status: str = ""
    hours: str = "full_time"
    starts_on: date | None = None
    holder: str = ""
    holder_birth_on: date | None = None
    role: str = "parent"
    decree: bool = False
    employees: int | None = None


class Elsewhere(NamedTuple):
    """A member's coverages by other plans, and ours beside them."""

    own: OwnCoverage
    others: tuple[OtherCoverage, ...]


class Authorization(NamedTuple):
    """A service that was authorized for a member before it was given, on days from `starts_on` until `ends_before`.

    `codes` are patterns of procedure or revenue codes (empty: every service), `provider` a tax id or NPI (empty: any),
    `units_milli` thousandths of the units authorized (None: as many as are given).
    """

    authorization_id: int
    number: str
    member_id: int
    starts_on: date
    ends_before: date
    codes: tuple[str, ...] = ()
    provider: str = ""
    units_milli: int | None = None


class DatedPlan(NamedTuple):
    """A published plan version and the day from which it is in force, until the next one is."""

    version_id: int
    effective_on: date
    terms: PlanTerms


class PriorLine(NamedTuple):
    """A line decided before, on a day that matters now: for duplicates and for visits already counted."""

    claim_id: int
    provider: str
    procedure: str
    modifiers: tuple[str, ...]
    revenue_code: str
    tooth: str
    surfaces: str
    area: str
    units_milli: int
    charge_cents: int
    benefit: str
    copay_cents: int
    paid: bool
    """Not denied; the plan may have paid nothing, where all of it is the member's share."""

    def is_there(self, line: ServiceLine) -> bool:
        """Whether it was at the same place of the mouth, if any: the surfaces in whatever order."""
        return self.tooth == line.tooth and self.area == line.area and sorted(self.surfaces) == sorted(line.surfaces)


History = dict[tuple[int, date], list[PriorLine]]
"""Decided lines by (member, first day of service)."""


@dataclass(slots=True)
class Family:
    """All that is known of a family. `coverages` by member; `plans` by plan id, each ordered by `effective_on`.

    Deciding a claim changes nothing; `fold` adds what was decided.
    """

    family_id: int
    people: Mapping[int, Person]
    coverages: Mapping[int, tuple[Coverage, ...]]
    plans: Mapping[int, tuple[DatedPlan, ...]]
    prices: PriceBook
    balances: Balances = field(default_factory=Balances)
    history: History = field(default_factory=dict)
    elsewhere: Mapping[int, Elsewhere] = field(default_factory=dict)
    """By member, of those who are covered by another plan too."""
    authorizations: Mapping[int, tuple[Authorization, ...]] = field(default_factory=dict)
    """By member, of those who have one."""
    edit_tables: EditTables = NO_TABLES

    def version_on(self, plan_id: int, day: date) -> DatedPlan | None:
        """The latest published version of a plan that is effective by `day`; None where there is none."""
        chosen = None
        for version in self.plans.get(plan_id, ()):
            if version.effective_on > day:
                break
            chosen = version
        return chosen

    def fold(self, claim: Claim, decision: Decision) -> None:
        """Count a decision: the family's next claim sees its accumulator entries and its lines, an estimate's lines not."""
        self.balances.add(decision.entries)
        if decision.is_estimate:
            return
        for line, decided in zip(claim.lines, decision.lines, strict=True):
            self.history.setdefault((claim.member_id, line.from_on), []).append(
                prior_line(claim, line, decided.benefit, decided.copay_cents, paid=not decided.denied)
            )


def prior_line(claim: Claim, line: ServiceLine, benefit: str, copay_cents: int, *, paid: bool) -> PriorLine:
    """A decided line as later ones will see it."""
    return PriorLine(
        claim.claim_id,
        claim.provider,
        line.procedure,
        line.modifiers,
        line.revenue_code,
        line.tooth,
        line.surfaces,
        line.area,
        line.units_milli,
        line.charge_cents,
        benefit,
        copay_cents,
        paid,
    )
