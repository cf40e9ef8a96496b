"""A plan's own example claims, decided by its terms and held against the answers that the document gives.

Publishing asks `findings_of`: everything that speaks against a plan version, its examples included.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any, NamedTuple

from tpa.engine.adjudication.compiled import compile_plan
from tpa.engine.adjudication.decision import Decision, LineDecision, Pend
from tpa.engine.adjudication.examples.dental import issue
from tpa.engine.adjudication.examples.expect import Expected
from tpa.engine.adjudication.examples.later import Rippled
from tpa.engine.adjudication.examples.order import Order, Outcome, Voided, not_there
from tpa.engine.adjudication.examples.read import Example, ExampleClaim, read_example
from tpa.engine.adjudication.facts import Claim
from tpa.engine.plan.checks import Finding, check_plan
from tpa.engine.plan.terms import PlanError, PlanTerms
from tpa.kernel.document import DocumentError
from tpa.kernel.errors import DomainError
from tpa.kernel.money import format_amount

_VOIDED = {
    **dict.fromkeys(("allowed", "paid", "member", "deductible", "copay", "coinsurance"), 0),
    "outcome": "voided",
    "moves": (),
}
"""What a claim that is taken back comes to."""


def findings_of(terms: PlanTerms, effective_on: date) -> list[Finding]:
    """All that the checks and the plan's examples say of a version that takes effect on `effective_on`, errors first."""
    findings = check_plan(terms, effective_on)
    try:
        compile_plan(terms)
    except PlanError as error:
        findings += [Finding("pricing", "error", one.where, one.message, one.remedy) for one in error.faults]
    else:
        findings += run_examples(terms)
    return sorted(findings, key=lambda finding: finding.severity != "error")


def run_examples(terms: PlanTerms) -> list[Finding]:
    """What the plan's examples say: an error for each answer that differs, and for each example that cannot be read."""
    findings: list[Finding] = []
    for n, document in enumerate(terms.examples):
        try:
            example = read_example(document, f"/examples/{n}", terms)
            findings += [
                one._replace(message=f"Example {example.name!r}: {one.message}")
                for one in play(example, terms).differences
            ]
        except DomainError as fault:
            findings.append(Finding("example_format", "error", fault.where, fault.message, fault.remedy))
    return findings


class Step(NamedTuple):
    """A claim of an example with its outcome. `again`: it was decided before."""

    claim: Claim
    outcome: Outcome
    again: bool = False


class Played(NamedTuple):
    """An example decided, step by step, and an error for each answer that differs."""

    steps: tuple[Step, ...]
    differences: tuple[Finding, ...]


def play(example: Example, terms: PlanTerms) -> Played:
    """Decide the claims of an example in their order, and hold them against its answers.

    Raises DocumentError for an instalment, or for an earlier claim, that is not there.
    """
    playing = _Playing(example, terms)
    for number, row in enumerate(example.rows, start=1):
        if isinstance(row, ExampleClaim):
            playing.claim(number, row)
        elif isinstance(row, Rippled):
            playing.ripple(row)
        else:
            playing.order.learn(row)
    playing.used_after()
    return Played(tuple(playing.steps), tuple(playing.differences))


class _Playing:
    """An example while it is decided."""

    def __init__(self, example: Example, terms: PlanTerms) -> None:
        self.example = example
        self.last_on = next(row.claim.lines[0].from_on for row in example.rows if isinstance(row, ExampleClaim))
        self.order = Order(example, terms, self.last_on)
        self.steps: list[Step] = []
        self.differences: list[Finding] = []
        self._latest: dict[int, Step] = {}
        """What is decided of each claim so far, by its number."""

    def claim(self, number: int, row: ExampleClaim) -> None:
        """Decide a claim, an instalment, a replacement or a void."""
        claim = row.claim
        if row.issued is not None:
            treatment, where = self._latest[row.issued.of], f"{row.where}/instalment"
            if not self.order.stands(row.issued.of):
                raise DocumentError(f"Claim {row.issued.of} is not decided, or was taken back.", where=where)
            claim = issue(row.issued, treatment.claim, treatment.outcome, number, where)
        if row.replaces is None:
            outcome: Outcome = self.order.decide(claim)
        else:
            outcome = self.order.correct(claim, row.replaces, f"{row.where}/replaces")
        self._latest[number] = step = Step(claim, outcome)
        self.steps.append(step)
        self.last_on = claim.lines[-1].from_on
        self.differences += _of_claim(row.lines, row.whole, outcome)

    def ripple(self, row: Rippled) -> None:
        """Decide everything again."""
        found = {claim.claim_id: Step(claim, outcome, again=True) for claim, outcome in self.order.decide_again()}
        self._latest |= found
        self.steps += found.values()
        for where, number, expected in row.rows:
            if number not in found:
                raise not_there(number, f"{where}/claim")
            self.differences += _of_claim((), expected, found[number].outcome)

    def used_after(self) -> None:
        """Hold what is used after the last claim, in the period of its last line, against the answers."""
        for used in self.example.used_after:
            found = used.found(self.order.family.balances, self.last_on)
            if found != used.amount:
                one = _finding(used.where, used.shown(used.amount), used.shown(found), "")
                self.differences.append(one)


def _of_claim(lines: Sequence[Expected], whole: Expected, outcome: Outcome) -> Iterator[Finding]:
    if isinstance(outcome, Pend):
        yield from _of_pend(whole, outcome)
    elif isinstance(outcome, Voided):
        for expected in (*lines, whole):
            yield from _compare(expected, _VOIDED, "")
    else:
        for expected, line in zip(lines, outcome.lines, strict=False):
            yield from _compare(expected, _line_values(line), _told(line))
        yield from _compare(whole, _claim_values(outcome), "")


def _of_pend(whole: Expected, pend: Pend) -> Iterator[Finding]:
    codes = tuple(dict.fromkeys(reason.code for reason in pend.reasons))
    wanted = whole.values
    if wanted.get("outcome") != "pended":
        because = "; ".join(f"{reason.code} {reason.detail}".strip() for reason in pend.reasons)
        yield _finding(f"{whole.where}/outcome", wanted.get("outcome", "a decision"), "pended", because)
    elif set(wanted.get("pends", codes)) != set(codes):
        yield _finding(f"{whole.where}/pends", ", ".join(wanted["pends"]), ", ".join(codes), "")


def _compare(expected: Expected, found: Mapping[str, Any], told: str) -> Iterator[Finding]:
    for name, wanted in expected.values.items():
        value = found.get(name)
        if value != wanted:
            yield _finding(f"{expected.where}/{name}", _shown(wanted), _shown(value), told)


def _finding(where: str, wanted: str, found: str, told: str) -> Finding:
    because = f" {told}" if told else ""
    return Finding(
        "example",
        "error",
        where,
        f"expected {wanted}, decided {found}.{because}",
        "Correct the rule, or the answer where it is the answer that is wrong.",
    )


def _shown(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return format_amount(value)
    if isinstance(value, tuple):
        return ", ".join(value) or "none"
    return "none" if value is None else str(value)


def _line_values(line: LineDecision) -> dict[str, Any]:
    return {
        "allowed": line.allowed_cents,
        "paid": line.paid_cents,
        "member": line.member_cents,
        "deductible": line.deductible_cents,
        "copay": line.copay_cents,
        "coinsurance": line.coinsurance_cents,
        "denied": line.denied,
        "benefit": line.benefit,
        "stop_loss": line.stop_loss_class,
        "moves": _moves(line),
    }


def _moves(line: LineDecision) -> tuple[str, ...]:
    return tuple(f"{move.group}-{move.carc} {format_amount(move.cents)}" for move in line.moves)


def _told(line: LineDecision) -> str:
    return f"Moves: {_shown(_moves(line))}."


def _claim_values(decision: Decision) -> dict[str, Any]:
    return {
        "allowed": decision.allowed_cents,
        "paid": decision.paid_cents,
        "member": decision.member_cents,
        "deductible": sum(line.deductible_cents for line in decision.lines),
        "copay": sum(line.copay_cents for line in decision.lines),
        "coinsurance": sum(line.coinsurance_cents for line in decision.lines),
        "outcome": decision.outcome,
        "pends": (),
        "payee": decision.payee,
    }
