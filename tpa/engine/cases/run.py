"""Running cases, and what to say of them: a line a case, the differences, the moves where they are asked for."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from tpa.engine.adjudication.decision import Decision, Pend
from tpa.engine.adjudication.examples import Played, play
from tpa.engine.adjudication.explain import auditor, explain
from tpa.engine.cases.read import Case
from tpa.kernel.money import format_amount


class Result(NamedTuple):
    """A case and how it came out."""

    case: Case
    played: Played

    @property
    def passed(self) -> bool:
        """Every answer is as expected."""
        return not self.played.differences


def run_case(case: Case) -> Result:
    """Decide a case."""
    return Result(case, play(case.example, case.terms))


def told(result: Result, *, explained: bool = False) -> Iterator[str]:
    """The lines of a result for people."""
    case = result.case
    yield f"{'pass' if result.passed else 'FAIL'}  {case.file}: {case.example.name}"
    for difference in result.played.differences:
        yield f"      {difference.path}: {difference.message}"
    if explained:
        for one, outcome in zip(case.example.claims, result.played.outcomes, strict=True):
            yield f"      claim {one.claim.claim_id} of member {one.claim.member_id}"
            yield from (f"        {text}" for text in _explained(outcome))


def as_json(result: Result) -> dict[str, Any]:
    """A result as JSON values: the differences, and every decision with its steps."""
    case = result.case
    return {
        "file": case.file,
        "case": case.example.name,
        "source": case.source,
        "passed": result.passed,
        "differences": [{"where": one.path, "message": one.message} for one in result.played.differences],
        "claims": [_outcome_json(outcome) for outcome in result.played.outcomes],
    }


def _explained(outcome: Decision | Pend) -> Iterator[str]:
    if isinstance(outcome, Pend):
        for reason in outcome.reasons:
            yield f"waits: {reason.code} ({reason.queue}) {reason.detail}".rstrip()
        return
    for line in explain(outcome):
        yield f"line {line.number} {line.benefit} {line.tier}: charge {format_amount(line.charge_cents)}"
        for step in line.steps:
            yield (
                f"  {step.group}-{step.carc} {format_amount(step.cents)}, open {format_amount(step.open_after_cents)}"
                f"  {step.rule} [{step.clause}] {step.operator}"
            )
        yield f"  paid {format_amount(line.paid_cents)}, member {format_amount(line.member_cents)}"


def _outcome_json(outcome: Decision | Pend) -> dict[str, Any]:
    if isinstance(outcome, Pend):
        return {"outcome": "pended", "reasons": [reason._asdict() for reason in outcome.reasons]}
    return {"outcome": outcome.outcome, "lines": [auditor(line) for line in outcome.lines]}
