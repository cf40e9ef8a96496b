"""What consecutive stop-loss contracts cover: once, twice, not at all."""

from __future__ import annotations

from collections.abc import Mapping

from tpa.engine.cases.question import Answer, Kind
from tpa.engine.cases.stop_loss_read import proposed
from tpa.engine.stoploss.gaps import Windows, covering, doubled, told, uncovered
from tpa.kernel.document import DocumentError, Section
from tpa.kernel.periods import Span


def solve(row: Section) -> Mapping[str, Answer]:
    """`uncovered` and `doubled` stretches of service and payment in words, and by whom single services are covered."""
    contracts = [_windows(one) for one in row.sections("contracts")]
    if not contracts:
        raise DocumentError("A contract or more is wanted.", where=row.at("contracts"))
    whole = Span(min(one.incurred.starts_on for one in contracts), max(one.incurred.ends_before for one in contracts))
    service = row.span("service", whole)
    covered: dict[str, tuple[str, ...]] = {}
    for one in row.sections("services"):
        with one:
            name = one.text("name", f"{one.day('incurred_on')} {one.day('paid_on')}")
            covered[name] = covering(contracts, one.day("incurred_on"), one.day("paid_on"))
    return {
        "uncovered": tuple(told(one) for one in uncovered(contracts, service)),
        "doubled": tuple(told(one) for one in doubled(contracts, service)),
        "covered_by": covered,
    }


def _windows(row: Section) -> Windows:
    with row as one:
        name, policy = one.text("name"), one.span("policy")
        basis = one.text("basis", None)
        incurred, paid = proposed(basis, policy, one.at("basis")) if basis else (policy, policy)
        return Windows(name, one.span("incurred", incurred), one.span("paid", paid))


KIND = Kind("What consecutive stop-loss contracts cover.", solve)
