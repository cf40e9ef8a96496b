"""A stop-loss contract, read from its document.

::

    policy = { starts_on = 2026-01-01, ends_before = 2027-01-01 }
    incurred = { starts_on = 2026-01-01, ends_before = 2027-01-01 }
    paid = { starts_on = 2026-01-01, ends_before = 2027-04-01 }
    label = "12/15"                                  # shown, never computed with

    [specific]
    deductible_cents = 10_000_000
    unit = "person"                                  # or certificate, employee: both mean the family
    lines = ["medical", "drug"]
    aggregating_cents = 5_000_000
    lasers = [{ unit_id = "mem_...", deductible_cents = 25_000_000 }, { unit_id = "mem_...", excluded = true }]

    [aggregate]
    lines = ["medical", "drug"]
    minimum_first_month_bp = 9_500                   # of the first month's attachment, times the months of the policy
    factors = [{ code = "medical", lines = ["medical"], corridor_bp = 12_500, expected_cents = { EE = 20_000 } }]
"""

from __future__ import annotations

from typing import Any, NamedTuple

from tpa.kernel.coverage import ALL_TIERS, FUND_LINES, TIERS
from tpa.kernel.document import DocumentError, Section
from tpa.kernel.errors import DomainError
from tpa.kernel.ids import read_public_id
from tpa.kernel.money import BASIS_POINTS, portion
from tpa.kernel.periods import Span

UNITS = {"person": "mem", "certificate": "fam", "employee": "fam"}
"""Unit of the specific deductible -> kind of public id that names one. A certificate and an employee cover a family."""

COUNT_RULES = ("first_of_month", "fifteen_day", "wash")
_MOST_CORRIDOR_BP = 5 * BASIS_POINTS
_MOST_KEY = 2**42


class Premium(NamedTuple):
    """What the carrier asks for each employee: by tier (ALL: the tiers not named), for which lines, counted how."""

    rates_cents: dict[str, int]
    lines: tuple[str, ...]
    count_rule: str
    retro_months: int


class Specific(NamedTuple):
    """The cover of one unit. `lasers`: unit id -> its own deductible, None where it is excluded."""

    deductible_cents: int
    unit: str
    lines: tuple[str, ...]
    reimbursement_bp: int
    maximum_per_unit_cents: int | None
    maximum_cents: int | None
    aggregating_cents: int
    lasers: dict[int, int | None]
    premium: Premium | None

    def deductible_of(self, unit_id: int) -> int | None:
        """The unit's deductible: its laser or the contract's; None where it is excluded."""
        return self.lasers.get(unit_id, self.deductible_cents)


class Factor(NamedTuple):
    """Monthly aggregate factors for the employees of some lines; the corridor is in `factors_cents` already.

    `expected_cents`: what the claims are expected to be, by tier, where the contract says that and a corridor.
    """

    code: str
    lines: tuple[str, ...]
    count_rule: str
    factors_cents: dict[str, int]
    expected_cents: dict[str, int] | None = None

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


class Aggregate(NamedTuple):
    """The cover of the whole group."""

    lines: tuple[str, ...]
    factors: tuple[Factor, ...]
    reimbursement_bp: int
    maximum_cents: int | None
    minimum_cents: int
    minimum_first_month_bp: int
    counts_laser_excess: bool
    counts_aggregating_retention: bool
    premium: Premium | None


class Contract(NamedTuple):
    """A stop-loss contract. The windows are dates; `label` (12/15) is shown and never computed with."""

    policy: Span
    incurred: Span
    paid: Span
    label: str
    carrier: str
    specific: Specific | None
    aggregate: Aggregate | None


def parse_contract(document: Any) -> Contract:
    """The contract of a document. Raises DocumentError with the path of the first fault, unknown keys included."""
    with Section(document) as section:
        contract = Contract(
            section.span("policy"),
            section.span("incurred"),
            section.span("paid"),
            section.text("label", ""),
            section.text("carrier", ""),
            _specific(section.section("specific")) if section.value("specific", None) is not None else None,
            _aggregate(section.section("aggregate")) if section.value("aggregate", None) is not None else None,
        )
    if contract.specific is None and contract.aggregate is None:
        raise DocumentError("A stop-loss contract is specific, aggregate or both.", where="")
    if not contract.incurred.overlaps(contract.policy) or not contract.paid.overlaps(contract.policy):
        raise DocumentError("The windows must touch the policy period.", where="/incurred")
    if contract.paid.ends_before <= contract.incurred.starts_on:
        raise DocumentError("Nothing can be paid before it is incurred.", where="/paid")
    return contract


def _specific(section: Section) -> Specific:
    with section as one:
        unit = one.choice("unit", UNITS)
        lines = one.texts("lines", options=FUND_LINES)
        return Specific(
            one.cents("deductible_cents"),
            unit,
            lines,
            one.rate_bp("reimbursement_bp", BASIS_POINTS),
            one.cents("maximum_per_unit_cents", None),
            one.cents("maximum_cents", None),
            one.cents("aggregating_cents", 0),
            _lasers(one, UNITS[unit]),
            _premium(one, lines),
        )


def _lasers(section: Section, kind: str) -> dict[int, int | None]:
    lasers: dict[int, int | None] = {}
    for one in section.sections("lasers"):
        with one as laser:
            unit_id = _unit_id(laser, kind)
            excluded = laser.flag("excluded", False)
            deductible = laser.cents("deductible_cents", None)
        if excluded == (deductible is not None):
            raise DocumentError("A laser is a deductible_cents or excluded = true.", where=one.where)
        if unit_id in lasers:
            raise DocumentError("This unit has a laser already.", where=one.at("unit_id"))
        lasers[unit_id] = deductible
    return lasers


def _unit_id(section: Section, kind: str) -> int:
    found = section.value("unit_id")
    if isinstance(found, str):
        try:
            return read_public_id(found, kind).key
        except DomainError as fault:
            raise DocumentError(f"This is no id of the kind {kind}_.", where=section.at("unit_id")) from fault
    return section.whole("unit_id", least=1, most=_MOST_KEY)


def _aggregate(section: Section) -> Aggregate:
    with section as one:
        lines = one.texts("lines", options=FUND_LINES)
        return Aggregate(
            lines,
            tuple(_factor(factor, lines) for factor in one.sections("factors")),
            one.rate_bp("reimbursement_bp", BASIS_POINTS),
            one.cents("maximum_cents", None),
            one.cents("minimum_cents", 0),
            one.rate_bp("minimum_first_month_bp", 0),
            one.flag("counts_laser_excess", False),
            one.flag("counts_aggregating_retention", False),
            _premium(one, lines),
        )


def _factor(section: Section, lines: tuple[str, ...]) -> Factor:
    tiers = (*TIERS, ALL_TIERS)
    with section as one:
        code, own_lines = one.text("code"), one.texts("lines", lines, options=lines)
        count_rule = one.choice("count_rule", COUNT_RULES, "first_of_month")
        if ("factors_cents" in one) == ("expected_cents" in one):
            raise DocumentError("Either factors_cents, or expected_cents with corridor_bp, is wanted.", where=one.where)
        if "factors_cents" in one:
            return Factor(code, own_lines, count_rule, one.cents_by("factors_cents", tiers))
        corridor = one.rate_bp("corridor_bp", most=_MOST_CORRIDOR_BP)
        expected = one.cents_by("expected_cents", tiers)
        factors = {tier: portion(cents, corridor) for tier, cents in expected.items()}
        return Factor(code, own_lines, count_rule, factors, expected)


def _premium(section: Section, lines: tuple[str, ...]) -> Premium | None:
    if section.value("premium", None) is None:
        return None
    with section.section("premium") as one:
        return Premium(
            one.cents_by("rates_cents", (*TIERS, ALL_TIERS)),
            one.texts("lines", lines, options=FUND_LINES),
            one.choice("count_rule", COUNT_RULES, "first_of_month"),
            one.whole("retro_months", 3, most=120),
        )
