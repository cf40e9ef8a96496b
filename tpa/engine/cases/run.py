"""Running cases, and what to say of them: a line a case, the differences, the moves where they are asked for."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from tpa.engine.adjudication.decision import Decision, Pend
from tpa.engine.adjudication.examples import play
from tpa.engine.adjudication.explain import auditor_claim, explain, explain_waiting
from tpa.engine.cases.question import Question, plain, shown
from tpa.engine.cases.read import Case
from tpa.kernel.money import format_amount


class Result(NamedTuple):
    """A case and how it came out: (place, difference) for each answer that differs, and the outcome of each claim."""

    case: Case | Question
    differences: tuple[tuple[str, str], ...]
    outcomes: tuple[Decision | Pend, ...] = ()

    @property
    def passed(self) -> bool:
        """Every answer is as expected."""
        return not self.differences


def run_case(case: Case | Question) -> Result:
    """Decide a case; a question has its answers already."""
    if isinstance(case, Question):
        return Result(case, tuple(case.differences()))
    played = play(case.example, case.terms)
    return Result(case, tuple((one.path, one.message) for one in played.differences), played.outcomes)


def told(result: Result, *, explained: bool = False) -> Iterator[str]:
    """The lines of a result for people."""
    case = result.case
    yield f"{'pass' if result.passed else 'FAIL'}  {case.file}: {case.name}"
    for path, message in result.differences:
        yield f"      {path}: {message}"
    if not explained:
        return
    if isinstance(case, Question):
        yield from (f"      {key}: {shown(answer)}" for key, answer in case.found.items())
        return
    for one, outcome in zip(case.example.claims, result.outcomes, strict=True):
        yield f"      claim {one.claim.claim_id} of member {one.claim.member_id}"
        yield from (f"        {text}" for text in _explained(outcome))


def as_json(result: Result) -> dict[str, Any]:
    """A result as JSON values: the differences, and every decision with its steps or every answer (amounts in cents)."""
    case = result.case
    told_json = {
        "file": case.file,
        "case": case.name,
        "source": case.source,
        "passed": result.passed,
        "differences": [{"where": path, "message": message} for path, message in result.differences],
    }
    if isinstance(case, Question):
        return {**told_json, "answers": {key: plain(answer) for key, answer in case.found.items()}}
    return {**told_json, "claims": [_outcome_json(outcome) for outcome in result.outcomes]}


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
        return {
            "outcome": "pended",
            "reasons": [{**reason._asdict(), "member": explain_waiting(reason.code)} for reason in outcome.reasons],
        }
    return auditor_claim(outcome)
