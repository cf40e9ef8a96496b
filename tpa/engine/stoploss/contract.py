"""The terms of a stop-loss contract. `contract_read` reads them from a document.

Windows are dates; a label such as 12/15 is shown and never computed with.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import NamedTuple

from tpa.engine.plan.terms_values import fits_any
from tpa.kernel.coverage import ALL_TIERS
from tpa.kernel.errors import DomainError
from tpa.kernel.periods import Span

UNITS = {"person": "mem", "certificate": "fam", "employee": "fam"}
"""Unit of the specific deductible -> kind of public id that names one. A certificate and an employee cover a family."""

TRANSFERS = ("individual", "proportionate", "current_group")
"""What becomes of a unit's accumulation where it moves between groups (divisions, locations) under one contract:
each group accumulates for itself; or it goes on, and the groups share the reimbursement by what each has paid; or the
group in which the unit is at last has it all."""

ACCOMMODATION_MINIMUMS = ("prorated", "whole")
REPAID = ("year_end", "monthly")
FURTHER = ("any", "monthly")


class Premium(NamedTuple):
    """What the carrier asks for each employee: by tier (ALL: the tiers not named), for which lines, counted how."""

    rates_cents: dict[str, int]
    lines: tuple[str, ...]
    count_rule: str
    retro_months: int

    def rate_of(self, tier: str) -> int:
        """What an employee of that tier costs a month; nothing where the contract asks nothing for the tier."""
        return self.rates_cents.get(tier, self.rates_cents.get(ALL_TIERS, 0))


class Condition(NamedTuple):
    """A treatment (patterns of procedure, revenue or drug codes) or a diagnosis (patterns, without dots)."""

    codes: tuple[str, ...]
    diagnoses: tuple[str, ...]

    def met_by(self, codes: tuple[str, ...], diagnoses: tuple[str, ...]) -> bool:
        """Whether one of the codes or of the diagnoses is meant."""
        return any(fits_any(self.codes, code) for code in codes) or any(
            fits_any(self.diagnoses, diagnosis) for diagnosis in diagnoses
        )


class Laser(NamedTuple):
    """A unit's own deductible, None where the unit is excluded. `when`: only if that is among what was paid for it."""

    deductible_cents: int | None
    when: Condition | None = None


class Advance(NamedTuple):
    """The carrier pays before the plan has: for a decided claim above the deductible, under these conditions.

    `least_cents` a unit; asked for at least `days_before_end` days before the paid window ends; and what comes is paid
    on within `pay_within_days` working days.
    """

    least_cents: int
    days_before_end: int
    pay_within_days: int


class Specific(NamedTuple):
    """The cover of one unit. `lasers`: unit id -> its own terms.

    `family_deductible_cents`: what the people of a family bear together, each up to the deductible; above it the
    carrier bears everybody's. `nets_rebates`: a rebate named to a person lowers what is eligible for it.
    """

    deductible_cents: int
    unit: str
    lines: tuple[str, ...]
    reimbursement_bp: int
    maximum_per_unit_cents: int | None
    maximum_cents: int | None
    aggregating_cents: int
    lasers: dict[int, Laser]
    premium: Premium | None
    family_deductible_cents: int | None = None
    transfer: str = "individual"
    nets_rebates: bool = False
    advance: Advance | None = None


class Factor(NamedTuple):
    """Monthly aggregate factors for the employees of some lines; the corridor is in `factors_cents` already.

    `expected_cents`: what the claims are expected to be, by tier, where the contract says that and a corridor.
    `starts_on`: the first month of these figures; an earlier row of the same code holds until then.
    """

    code: str
    lines: tuple[str, ...]
    count_rule: str
    factors_cents: dict[str, int]
    expected_cents: dict[str, int] | None = None
    starts_on: date | None = None

    def expected_of_tier(self, tier: str) -> int | None:
        """What the claims of an employee of that tier are expected to be a month; None where the contract is silent."""
        expected = self.expected_cents
        return None if expected is None else expected.get(tier, expected.get(ALL_TIERS))

    def of_tier(self, tier: str) -> int:
        """The factor of a tier. Raises DomainError where the contract has none for it."""
        found = self.factors_cents.get(tier, self.factors_cents.get(ALL_TIERS))
        if found is None:
            raise DomainError(
                f"The aggregate factors {self.code!r} have none for tier {tier}.",
                where=f"/aggregate/factors/{self.code}",
                remedy=f"Give {tier} a factor, or {ALL_TIERS} one for every tier that is not named.",
            )
        return found


class Accommodation(NamedTuple):
    """The aggregate is paid month by month as soon as what counts exceeds the attachment of the months so far.

    The attachment so far is never below the minimum: `prorated` by months, or `whole`. `retained_cents` is kept off
    every reckoning (3,000 in one published form); less than `least_cents` is not paid. Where the claims fall behind
    again it is `repaid` at the `year_end`, or `monthly`.
    """

    minimum: str
    retained_cents: int
    least_cents: int
    repaid: str


class Aggregate(NamedTuple):
    """The cover of the whole group.

    `net_of_specific`: what lies above the specific deductible does not count; without it all that was paid counts.
    `loss_limit_cents`: the most that counts of one person (or family, as the specific counts); a contract without a specific
    cover has no other limit for it. `incurred`, `paid`: windows of its own, where they are not those of the specific.
    """

    lines: tuple[str, ...]
    factors: tuple[Factor, ...]
    reimbursement_bp: int
    maximum_cents: int | None
    minimum_cents: int
    minimum_first_month_bp: int
    counts_laser_excess: bool
    counts_aggregating_retention: bool
    premium: Premium | None
    net_of_specific: bool = True
    nets_rebates: bool = True
    accommodation: Accommodation | None = None
    loss_limit_cents: int | None = None
    incurred: Span | None = None
    paid: Span | None = None


class RunIn(NamedTuple):
    """The most that counts of what was incurred before the policy: of one person, of all."""

    per_person_cents: int | None
    total_cents: int | None


class TerminalLiability(NamedTuple):
    """At the end of the contract the employer may buy more time: `run_out_days` after the policy for payment.

    Once `elected` the attachment point rises by its last `attachment_months` months.
    """

    run_out_days: int
    attachment_months: int
    elected: bool


class Exclusion(NamedTuple):
    """What the carrier does not cover: everything of the lines, of the condition, of the unit that are named."""

    reason: str
    lines: tuple[str, ...]
    condition: Condition | None
    member_id: int | None


class Notices(NamedTuple):
    """When the carrier has to be told: a share of the deductible, a diagnosis, a stay of more than so many days."""

    share_bp: int
    diagnoses: tuple[str, ...]
    confinement_days: int
    within_days: int


class Filing(NamedTuple):
    """How a claim is filed: how long after the paid window, and how often or from what amount on again."""

    within_days: int
    further_when: str
    further_cents: int


class Renewal(NamedTuple):
    """What the carrier has promised for the next period: no new lasers, and the most by which rates may rise."""

    no_new_lasers: bool
    rate_cap_bp: int | None


class Contract(NamedTuple):
    """A stop-loss contract. The windows are dates; `label` (12/15) is shown and never computed with.

    `external_review`: what an external review orders to be paid counts also when it is paid after the window.
    """

    policy: Span
    incurred: Span
    paid: Span
    label: str
    carrier: str
    specific: Specific | None
    aggregate: Aggregate | None
    run_in: RunIn = RunIn(None, None)
    exclusions: tuple[Exclusion, ...] = ()
    external_review: bool = False
    terminal_liability: TerminalLiability | None = None
    notices: Notices = Notices(5_000, (), 7, 30)
    filing: Filing = Filing(90, "any", 0)
    renewal: Renewal = Renewal(False, None)

    @property
    def paid_window(self) -> Span:
        """The paid window with the time that an elected terminal liability adds."""
        extra = self.terminal_liability
        if extra is None or not extra.elected:
            return self.paid
        return Span(
            self.paid.starts_on,
            max(self.paid.ends_before, self.policy.ends_before + timedelta(days=extra.run_out_days)),
        )

    def of(self, cover: str) -> Contract:
        """The contract as one of its covers sees it: with the windows of the `specific`, or of the `aggregate`."""
        own = self.aggregate
        if cover != "aggregate" or own is None:
            return self
        return self._replace(incurred=own.incurred or self.incurred, paid=own.paid or self.paid)

    @property
    def views(self) -> list[Contract]:
        """The contract as its covers see it: once, or twice where the aggregate has windows of its own."""
        own = self.of("aggregate")
        return [self] if (own.incurred, own.paid) == (self.incurred, self.paid) else [self, own]

    @property
    def widest(self) -> Contract:
        """The contract with windows that hold those of all its covers."""
        first, last = self, self.of("aggregate")
        return self._replace(incurred=_around(first.incurred, last.incurred), paid=_around(first.paid, last.paid))

    @property
    def file_by(self) -> date:
        """The last day on which a claim may be filed."""
        return self.paid_window.last_day + timedelta(days=self.filing.within_days)

    @property
    def looks_at_services(self) -> bool:
        """Whether a term depends on treatments or diagnoses, so that amounts have to come with theirs."""
        lasers = self.specific.lasers.values() if self.specific else ()
        return any(laser.when for laser in lasers) or any(one.condition for one in self.exclusions)

    @property
    def needs_every_decision(self) -> bool:
        """Whether small amounts may not be summed before they are looked at: what they are, and their order, counts."""
        family = self.specific is not None and self.specific.family_deductible_cents is not None
        return self.looks_at_services or family or self.run_in != RunIn(None, None) or len(self.views) > 1


def _around(one: Span, other: Span) -> Span:
    return Span(min(one.starts_on, other.starts_on), max(one.ends_before, other.ends_before))
