"""A stop-loss contract, read from its document.

::

    policy = { starts_on = 2026-01-01, ends_before = 2027-01-01 }
    incurred = { starts_on = 2026-01-01, ends_before = 2027-01-01 }
    paid = { starts_on = 2026-01-01, ends_before = 2027-04-01 }
    label = "12/15"                                  # shown, never computed with
    run_in = { per_person_cents = 2_500_000, total_cents = 10_000_000 }
    exclusions = [{ reason = "experimental", codes = ["0790T"] }]
    terminal_liability = { run_out_days = 90, attachment_months = 3, elected = false }
    notices = { share_bp = 5_000, diagnoses = ["C*"], confinement_days = 7, within_days = 30 }
    filing = { within_days = 90, further_when = "monthly", further_cents = 50_000 }
    renewal = { no_new_lasers = true, rate_cap_bp = 5_000 }

    [specific]
    deductible_cents = 10_000_000
    unit = "person"                                  # or certificate, employee: both mean the family
    lines = ["medical", "drug"]
    aggregating_cents = 5_000_000
    transfer = "current_group"                       # what somebody accumulated under another group goes on
    lasers = [
        { unit_id = "mem_...", deductible_cents = 25_000_000 },
        { unit_id = "mem_...", excluded = true, when = { codes = ["38240"], diagnoses = ["C90*"] } },
    ]
    advance = { least_cents = 100_000, days_before_end = 15, pay_within_days = 5 }

    [aggregate]
    lines = ["medical", "drug"]
    minimum_first_month_bp = 9_500                   # of the first month's attachment, times the months of the policy
    factors = [{ code = "medical", lines = ["medical"], corridor_bp = 12_500, expected_cents = { EE = 20_000 } }]
    accommodation = { minimum = "prorated", retained_cents = 300_000, repaid = "year_end" }
    loss_limit_cents = 10_000_000                    # the most that counts of one person
    paid = { starts_on = 2026-01-01, ends_before = 2027-01-01 }     # and `incurred`: where they are not the specific's

A unit is named by `unit_id`, a member or a family as the specific counts; an exclusion's is a member. Keys that are
left out have the values that the classes of `contract` and the calls below show.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

from tpa.engine.plan.terms_values import patterns
from tpa.engine.stoploss.contract import (
    ACCOMMODATION_MINIMUMS,
    FURTHER,
    REPAID,
    TRANSFERS,
    UNITS,
    Accommodation,
    Advance,
    Aggregate,
    Condition,
    Contract,
    Exclusion,
    Factor,
    Filing,
    Laser,
    Notices,
    Premium,
    Renewal,
    RunIn,
    Specific,
    TerminalLiability,
)
from tpa.engine.stoploss.windows import usually
from tpa.kernel.coverage import ALL_TIERS, FUND_LINES, TIERS
from tpa.kernel.document import DocumentError, Section
from tpa.kernel.errors import DomainError
from tpa.kernel.ids import read_public_id
from tpa.kernel.money import BASIS_POINTS, portion
from tpa.kernel.periods import Span

COUNT_RULES = ("first_of_month", "fifteen_day", "wash")
_MOST_CORRIDOR_BP = 5 * BASIS_POINTS
_MOST_KEY = 2**42
_MOST_DAYS = 3_660
_DAYS = Span(date(1900, 1, 1), date(2200, 1, 1))
"""No contract has other days; what is reckoned from its days, such as the last one for filing, is a date as well."""

NameUnit = Callable[[Section, str], int]
"""(a table that names a unit, kind of its public id) -> the unit's key."""


def unit_by_id(section: Section, kind: str) -> int:
    """The unit under `unit_id`: a public id of that kind, or the bare key. Raises DocumentError."""
    found = section.value("unit_id")
    if isinstance(found, str):
        try:
            return read_public_id(found, kind).key
        except DomainError as fault:
            raise DocumentError(f"This is no id of the kind {kind}_.", where=section.at("unit_id")) from fault
    return section.whole("unit_id", least=1, most=_MOST_KEY)


def parse_contract(document: Any) -> Contract:
    """The contract of a document. Raises DocumentError with the path of the first fault, unknown keys included."""
    with Section(document) as section:
        return read_contract(section, unit_by_id)


def read_contract(section: Section, unit: NameUnit) -> Contract:
    """The contract of a table, whose units `unit` reads. Raises DocumentError; unknown keys are the caller's to refuse."""
    _propose_windows(section)
    contract = Contract(
        section.span("policy"),
        section.span("incurred"),
        section.span("paid"),
        section.text("label", ""),
        section.text("carrier", ""),
        _specific(section.section("specific"), unit) if _has(section, "specific") else None,
        _aggregate(section.section("aggregate")) if _has(section, "aggregate") else None,
        _run_in(section),
        tuple(_exclusion(one, unit) for one in section.sections("exclusions")),
        section.flag("external_review", False),
        _terminal_liability(section),
        _notices(section),
        _filing(section),
        _renewal(section),
    )
    if contract.specific is None and contract.aggregate is None:
        raise DocumentError("A stop-loss contract is specific, aggregate or both.", where=section.where)
    if contract.specific is None and len(contract.views) > 1:
        raise DocumentError("Without a specific cover the windows are the contract's.", where=section.at("aggregate"))
    for view, place in zip(contract.views, (section.where, section.at("aggregate")), strict=False):
        _check_windows(view, place)
    return contract


def _propose_windows(section: Section) -> None:
    """Where a window is missing the refusal says what the label usually means, for a person to confirm."""
    missing = next((key for key in ("incurred", "paid") if not _has(section, key)), None)
    if missing is None or not _has(section, "label"):
        return
    label, policy = section.text("label"), section.span("policy")
    try:
        told = usually(label, policy)
    except DomainError:
        return
    raise DocumentError(
        f"The key {missing!r} is missing.", where=section.at(missing), remedy=f"{told}: enter what the contract says."
    )


def _check_windows(contract: Contract, where: str) -> None:
    for name in ("policy", "incurred", "paid"):
        span = getattr(contract, name)
        if span.starts_on < _DAYS.starts_on or span.ends_before > _DAYS.ends_before:
            raise DocumentError(f"Days from {_DAYS.starts_on} to {_DAYS.last_day} are wanted.", where=f"{where}/{name}")
    if not contract.incurred.overlaps(contract.policy) or not contract.paid.overlaps(contract.policy):
        raise DocumentError("The windows must touch the policy period.", where=f"{where}/incurred")
    if contract.paid.ends_before <= contract.incurred.starts_on:
        raise DocumentError("Nothing can be paid before it is incurred.", where=f"{where}/paid")


def _has(section: Section, key: str) -> bool:
    return section.value(key, None) is not None


def _table(section: Section, key: str) -> Section:
    """The table under `key`; an empty one where the document has none."""
    return section.section(key) if _has(section, key) else type(section)({}, section.at(key))


def _specific(section: Section, unit_of: NameUnit) -> Specific:
    with section as one:
        unit = one.choice("unit", UNITS)
        lines = one.texts("lines", options=FUND_LINES)
        found = Specific(
            one.cents("deductible_cents"),
            unit,
            lines,
            one.rate_bp("reimbursement_bp", BASIS_POINTS),
            one.cents("maximum_per_unit_cents", None),
            one.cents("maximum_cents", None),
            one.cents("aggregating_cents", 0),
            _lasers(one, UNITS[unit], unit_of),
            _premium(one, lines),
            one.cents("family_deductible_cents", None),
            one.choice("transfer", TRANSFERS, "individual"),
            one.flag("nets_rebates", False),
            _advance(one),
        )
    if found.family_deductible_cents is not None and unit != "person":
        raise DocumentError(
            "Only a deductible per person has one per family above it.", where=one.at("family_deductible_cents")
        )
    return found


def _lasers(section: Section, kind: str, unit_of: NameUnit) -> dict[int, Laser]:
    lasers: dict[int, Laser] = {}
    for one in section.sections("lasers"):
        with one as laser:
            unit_id = unit_of(laser, kind)
            excluded = laser.flag("excluded", False)
            deductible = laser.cents("deductible_cents", None)
            when = _whole_condition(laser.section("when")) if _has(laser, "when") else None
        if excluded == (deductible is not None):
            raise DocumentError("A laser is a deductible or excluded = true.", where=one.where)
        if unit_id in lasers:
            raise DocumentError("This unit has a laser already.", where=one.at("unit_id"))
        lasers[unit_id] = Laser(deductible, when)
    return lasers


def _whole_condition(section: Section) -> Condition:
    with section as one:
        found = _condition(one)
    if found is None:
        raise DocumentError("Codes or diagnoses are wanted.", where=section.where)
    return found


def _condition(section: Section) -> Condition | None:
    codes, diagnoses = patterns(section, "codes"), patterns(section, "diagnoses")
    return Condition(codes, diagnoses) if codes or diagnoses else None


def _advance(section: Section) -> Advance | None:
    if not _has(section, "advance"):
        return None
    with section.section("advance") as one:
        return Advance(
            one.cents("least_cents", 0),
            one.whole("days_before_end", 15, most=_MOST_DAYS),
            one.whole("pay_within_days", 5, most=_MOST_DAYS),
        )


def _aggregate(section: Section) -> Aggregate:
    with section as one:
        lines = one.texts("lines", options=FUND_LINES)
        return Aggregate(
            lines,
            _factors(one, lines),
            one.rate_bp("reimbursement_bp", BASIS_POINTS),
            one.cents("maximum_cents", None),
            one.cents("minimum_cents", 0),
            one.rate_bp("minimum_first_month_bp", 0),
            one.flag("counts_laser_excess", False),
            one.flag("counts_aggregating_retention", False),
            _premium(one, lines),
            one.flag("net_of_specific", True),
            one.flag("nets_rebates", True),
            _accommodation(one),
            one.cents("loss_limit_cents", None),
            one.span("incurred") if _has(one, "incurred") else None,
            one.span("paid") if _has(one, "paid") else None,
        )


def _accommodation(section: Section) -> Accommodation | None:
    if not _has(section, "accommodation"):
        return None
    with section.section("accommodation") as one:
        return Accommodation(
            one.choice("minimum", ACCOMMODATION_MINIMUMS, "prorated"),
            one.cents("retained_cents", 0),
            one.cents("least_cents", 0),
            one.choice("repaid", REPAID, "year_end"),
        )


def _factors(section: Section, lines: tuple[str, ...]) -> tuple[Factor, ...]:
    rows = section.sections("factors")
    factors = tuple(_factor(row, lines) for row in rows)
    known: dict[tuple[str, Any], Factor] = {}
    for row, factor in zip(rows, factors, strict=True):
        if (factor.code, factor.starts_on) in known:
            raise DocumentError("Two rows of one code need different starts_on.", where=row.at("starts_on"))
        first = next((one for (code, _), one in known.items() if code == factor.code), factor)
        if (factor.lines, factor.count_rule) != (first.lines, first.count_rule):
            raise DocumentError("Rows of one code have the same lines and count_rule.", where=row.where)
        known[factor.code, factor.starts_on] = factor
    return factors


def _factor(section: Section, lines: tuple[str, ...]) -> Factor:
    tiers = (*TIERS, ALL_TIERS)
    with section as one:
        code, own_lines = one.text("code"), one.texts("lines", lines, options=lines)
        count_rule, starts_on = one.choice("count_rule", COUNT_RULES, "first_of_month"), one.day("starts_on", None)
        if ("factors_cents" in one) == ("expected_cents" in one):
            raise DocumentError("Either factors, or expected claims with a corridor, are wanted.", where=one.where)
        if "factors_cents" in one:
            return Factor(code, own_lines, count_rule, one.cents_by("factors_cents", tiers), None, starts_on)
        corridor = one.rate_bp("corridor_bp", most=_MOST_CORRIDOR_BP)
        expected = one.cents_by("expected_cents", tiers)
        factors = {tier: portion(cents, corridor) for tier, cents in expected.items()}
        return Factor(code, own_lines, count_rule, factors, expected, starts_on)


def _premium(section: Section, lines: tuple[str, ...]) -> Premium | None:
    if not _has(section, "premium"):
        return None
    with section.section("premium") as one:
        return Premium(
            one.cents_by("rates_cents", (*TIERS, ALL_TIERS)),
            one.texts("lines", lines, options=FUND_LINES),
            one.choice("count_rule", COUNT_RULES, "first_of_month"),
            one.whole("retro_months", 3, most=120),
        )


def _run_in(section: Section) -> RunIn:
    if not _has(section, "run_in"):
        return RunIn(None, None)
    with section.section("run_in") as one:
        return RunIn(one.cents("per_person_cents", None), one.cents("total_cents", None))


def _exclusion(section: Section, unit_of: NameUnit) -> Exclusion:
    with section as one:
        names_unit = "unit_id" in one
        found = Exclusion(
            one.text("reason"),
            one.texts("lines", (), options=FUND_LINES),
            _condition(one),
            unit_of(one, "mem") if names_unit else one.value("unit_id", None),
        )
    if not found.lines and found.condition is None and found.member_id is None:
        raise DocumentError("Codes, diagnoses, lines or a person are wanted.", where=section.where)
    return found


def _terminal_liability(section: Section) -> TerminalLiability | None:
    if not _has(section, "terminal_liability"):
        return None
    with section.section("terminal_liability") as one:
        return TerminalLiability(
            one.whole("run_out_days", 90, most=_MOST_DAYS),
            one.whole("attachment_months", 3, most=24),
            one.flag("elected", False),
        )


def _notices(section: Section) -> Notices:
    with _table(section, "notices") as one:
        return Notices(
            one.rate_bp("share_bp", 5_000),
            patterns(one, "diagnoses"),
            one.whole("confinement_days", 7, most=_MOST_DAYS),
            one.whole("within_days", 30, most=_MOST_DAYS),
        )


def _filing(section: Section) -> Filing:
    with _table(section, "filing") as one:
        return Filing(
            one.whole("within_days", 90, most=_MOST_DAYS),
            one.choice("further_when", FURTHER, "any"),
            one.cents("further_cents", 0),
        )


def _renewal(section: Section) -> Renewal:
    with _table(section, "renewal") as one:
        return Renewal(one.flag("no_new_lasers", False), one.rate_bp("rate_cap_bp", None))
