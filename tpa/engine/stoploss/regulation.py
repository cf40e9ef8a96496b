"""Whether a contract may be written where the employer is: least attachment points and bans, as dated data."""

from __future__ import annotations

from datetime import date
from typing import NamedTuple

from tpa.engine.statute import Value, statute
from tpa.engine.stoploss.contract import Contract
from tpa.kernel.money import format_amount, portion
from tpa.kernel.periods import add_months

MODEL_LAW = "NAIC"
"""Where a jurisdiction has no row of its own the model law is the yardstick, as a warning."""


class Group(NamedTuple):
    """The employer: situs (CA), eligible employees, covered members; expected yearly aggregate claims, where known.

    `attachment_cents`: the yearly aggregate attachment point that the lives of today give, where known.
    """

    jurisdiction: str
    employee_count: int
    member_count: int
    expected_cents: int | None = None
    attachment_cents: int | None = None


class Breach(NamedTuple):
    """What the law or the model law wants otherwise. `binding`: the contract must not be saved."""

    law: str
    binding: bool
    path: str
    message: str
    source: str


def breaches(contract: Contract, group: Group, day: date) -> list[Breach]:
    """Everything in which the contract falls short of the jurisdiction's minimums on `day`."""
    return [
        Breach(row["law"], row["binding"], path, f"{row['law']}: {message}", row.source)
        for row in _rows(group, day)
        for path, message in (
            *_bans(row, contract),
            *_specific_faults(row, contract),
            *_aggregate_faults(row, contract, group),
        )
    ]


def _rows(group: Group, day: date) -> list[Value]:
    size = group.employee_count
    fitting = [
        row
        for row in statute("us/stop_loss_minimums").values_on(day)
        if row["group_from_count"] <= size <= row.get("group_to_count", size)
    ]
    own = [row for row in fitting if row["jurisdiction"] == group.jurisdiction]
    return own or [row for row in fitting if row["jurisdiction"] == MODEL_LAW]


def _bans(row: Value, contract: Contract) -> list[tuple[str, str]]:
    found = []
    if row.get("forbidden"):
        found.append(("", "no stop-loss for a group of this size"))
    if row.get("lasers_forbidden") and contract.specific and contract.specific.lasers:
        found.append(("/specific/lasers", "no lasers for a group of this size"))
    if row.get("both_coverages") and not (contract.specific and contract.aggregate):
        found.append(("", "a contract has to be both specific and aggregate"))
    months = row.get("run_out_months", 0)
    ends = min(view.paid.ends_before for view in contract.views)
    if months and ends < add_months(contract.policy.ends_before, months):
        found.append(("/paid", f"claims paid within {months} months after the policy have to be covered"))
    return found


def _specific_faults(row: Value, contract: Contract) -> list[tuple[str, str]]:
    least = row.get("specific_cents")
    if contract.specific is None or least is None or contract.specific.deductible_cents >= least:
        return []
    given = format_amount(contract.specific.deductible_cents)
    message = f"the specific deductible {given} is below the least, {format_amount(least)}"
    return [("/specific/deductible_cents", message)]


def _aggregate_faults(row: Value, contract: Contract, group: Group) -> list[tuple[str, str]]:
    if contract.aggregate is None or group.attachment_cents is None:
        return []
    least = _least_attachment(row, group)
    if group.attachment_cents >= least:
        return []
    given = format_amount(group.attachment_cents)
    return [("/aggregate/factors", f"the attachment {given} is below the least, {format_amount(least)}")]


def _least_attachment(row: Value, group: Group) -> int:
    """The greatest of the measures that the law names."""
    measures: list[int] = [
        row.get("aggregate_cents", 0),
        row.get("aggregate_per_member_cents", 0) * group.member_count,
        row.get("aggregate_per_employee_cents", 0) * group.employee_count,
        portion(group.expected_cents or 0, row.get("aggregate_expected_bp", 0)),
    ]
    return max(measures)


class Least(NamedTuple):
    """The least points for a group: 0 where nothing is said of them."""

    specific_cents: int
    attachment_cents: int


def least(group: Group, day: date) -> Least:
    """The least specific deductible and aggregate attachment of a year, by every row that holds for the group."""
    rows = _rows(group, day)
    return Least(
        max((row.get("specific_cents", 0) for row in rows), default=0),
        max((_least_attachment(row, group) for row in rows), default=0),
    )
