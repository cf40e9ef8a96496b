"""Running cases, and what to say of them: a line a case, the differences, the moves where they are asked for."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from tpa.engine.adjudication.decision import Pend
from tpa.engine.adjudication.examples.order import Outcome, Voided
from tpa.engine.adjudication.examples.play import Step, play
from tpa.engine.adjudication.explain import auditor_claim, explain, explain_waiting
from tpa.engine.cases.lines import line_of
from tpa.engine.cases.question import Question, plain, shown
from tpa.engine.cases.read import Case, case_error
from tpa.kernel.document import DocumentError
from tpa.kernel.money import format_amount


class Difference(NamedTuple):
    """An answer that differs: its place in the file, the line of it (0 where the text is not known), what differs."""

    where: str
    line: int
    message: str

    def __str__(self) -> str:
        return f"line {self.line}, {self.where}: {self.message}" if self.line else f"{self.where}: {self.message}"


class Result(NamedTuple):
    """A case and how it came out: each answer that differs, and each claim with its outcome."""

    case: Case | Question
    differences: tuple[Difference, ...]
    steps: tuple[Step, ...] = ()

    @property
    def passed(self) -> bool:
        """Every answer is as expected."""
        return not self.differences


def run_case(case: Case | Question, text: str = "") -> Result:
    """Decide a case; a question has its answers already. `text` is the file's.

    Raises CaseError where the case names an instalment or an earlier claim that is not there.
    """
    if isinstance(case, Question):
        return Result(case, tuple(_difference(text, *one) for one in case.differences()))
    try:
        played = play(case.example, case.terms)
    except DocumentError as fault:
        raise case_error(case.file, text, fault) from fault
    found = (_difference(text, one.path, one.message) for one in played.differences)
    return Result(case, tuple(found), played.steps)


def _difference(text: str, where: str, message: str) -> Difference:
    return Difference(where, line_of(text, where) if text else 0, message)


def told(result: Result, *, explained: bool = False) -> Iterator[str]:
    """The lines of a result for people."""
    case = result.case
    yield f"{'pass' if result.passed else 'FAIL'}  {case.file}: {case.name}"
    yield from (f"      {one}" for one in result.differences)
    if not explained:
        return
    if isinstance(case, Question):
        yield from (f"      {key}: {shown(answer)}" for key, answer in case.found.items())
        yield from (f"      {line}" for line in case.explained)
        return
    for step in result.steps:
        again = ", decided again" if step.again else ""
        yield f"      claim {step.claim.claim_id} of member {step.claim.member_id}{again}"
        yield from (f"        {text}" for text in _explained(step.outcome))


def as_json(result: Result) -> dict[str, Any]:
    """A result as JSON values: the differences, and every decision with its steps or every answer (amounts in cents)."""
    case = result.case
    told_json = {
        "file": case.file,
        "case": case.name,
        "source": case.source,
        "passed": result.passed,
        "differences": [one._asdict() for one in result.differences],
    }
    if isinstance(case, Question):
        answers = {key: plain(answer) for key, answer in case.found.items()}
        return {**told_json, "answers": answers, **({"explained": case.explained} if case.explained else {})}
    return {**told_json, "claims": [_step_json(step) for step in result.steps]}


def _explained(outcome: Outcome) -> Iterator[str]:
    if isinstance(outcome, Voided):
        yield "voided"
        return
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


def _step_json(step: Step) -> dict[str, Any]:
    return {"claim": step.claim.claim_id, "again": step.again, **_outcome_json(step.outcome)}


def _outcome_json(outcome: Outcome) -> dict[str, Any]:
    if isinstance(outcome, Voided):
        return {"outcome": "voided"}
    if isinstance(outcome, Pend):
        return {
            "outcome": "pended",
            "reasons": [{**reason._asdict(), "member": explain_waiting(reason.code)} for reason in outcome.reasons],
        }
    return auditor_claim(outcome)
