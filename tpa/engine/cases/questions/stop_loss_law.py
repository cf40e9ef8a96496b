"""Whether a stop-loss contract may be written where the employer is."""

from __future__ import annotations

from collections.abc import Mapping

from tpa.engine.cases.question import Answer, Kind
from tpa.engine.plan.terms_values import amount
from tpa.engine.stoploss.contract_read import read_contract, unit_by_id
from tpa.engine.stoploss.regulation import Group, breaches, least
from tpa.kernel.document import DocumentError, Section
from tpa.kernel.periods import Span, add_months


def solve(row: Section) -> Mapping[str, Answer]:
    """`lawful`, the laws that forbid it, what a model law or a guide would have otherwise, and the least points."""
    on = row.day("on")
    policy = Span(on, add_months(on, 12))
    specific, attachment = amount(row, "specific", None), amount(row, "attachment", None)
    if specific is None and attachment is None:
        raise DocumentError("A specific deductible or an aggregate attachment is wanted.", where=row.at("specific"))
    document = {
        "policy": _table(policy),
        "incurred": _table(policy),
        "paid": _table(Span(on, add_months(policy.ends_before, row.whole("run_out_months", 0, most=120)))),
    }
    lasers = [{"unit_id": 1, "excluded": True}] if row.flag("lasers", False) else []
    if specific is not None:
        document["specific"] = {"deductible_cents": specific, "unit": "person", "lines": ["medical"], "lasers": lasers}
    if attachment is not None:
        document["aggregate"] = {"lines": ["medical"], "minimum_cents": attachment}
    employees = row.whole("employees", least=1)
    group = Group(
        row.text("state").upper(),
        employees,
        row.whole("members", employees),
        amount(row, "expected", None),
        attachment,
    )
    found = breaches(read_contract(Section(document, "/contract"), unit_by_id), group, on)
    points = least(group, on)
    return {
        "lawful": not any(one.binding for one in found),
        "laws": _once(one.law for one in found if one.binding),
        "warnings": _once(one.law for one in found if not one.binding),
        "faults": _once(one.path or "/" for one in found if one.binding),
        "least_specific": points.specific_cents,
        "least_attachment": points.attachment_cents,
    }


def _once(texts: object) -> tuple[str, ...]:
    return tuple(dict.fromkeys(texts))  # type: ignore[call-overload]


def _table(span: Span) -> dict[str, object]:
    return {"starts_on": span.starts_on, "ends_before": span.ends_before}


KIND = Kind("Whether a stop-loss contract is lawful.", solve)
