"""A plan's own example claims, decided by its terms and held against the answers that the document gives.

Publishing asks `findings_of`: everything that speaks against a plan version, its examples included.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any, NamedTuple

from tpa.engine.accumulators.balances import AccumulatorEntry, Balances
from tpa.engine.accumulators.counter import (
    Counter,
    deductible_counter,
    limit_counter,
    out_of_pocket_counter,
    savings_counter,
)
from tpa.engine.adjudication.adjudicate import adjudicate
from tpa.engine.adjudication.compiled import compile_plan
from tpa.engine.adjudication.decision import Decision, LineDecision, Pend
from tpa.engine.adjudication.examples_dental import Climbed, Rolled, brought_along, issue, place_counter
from tpa.engine.adjudication.examples_read import PLAN_ID, Example, ExampleClaim, Expected, read_example
from tpa.engine.adjudication.facts import Claim, DatedPlan, Family
from tpa.engine.plan.checks import Finding, check_plan
from tpa.engine.plan.terms import PlanError, PlanTerms
from tpa.engine.pricing.price import PriceBook
from tpa.kernel.errors import DomainError
from tpa.kernel.money import format_amount


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
            findings += play(read_example(document, f"/examples/{n}", terms), terms).differences
        except DomainError as fault:
            findings.append(Finding("example_format", "error", fault.where, fault.message, fault.remedy))
    return findings


class Played(NamedTuple):
    """An example decided: the outcome of each claim, and an error for each answer that differs."""

    outcomes: tuple[Decision | Pend, ...]
    differences: tuple[Finding, ...]


def play(example: Example, terms: PlanTerms) -> Played:
    """Decide the claims of an example in their order, and hold them against its answers."""
    family = _family(example, terms)
    outcomes: list[Decision | Pend] = []
    differences: list[Finding] = []
    decided: list[Claim] = []
    for n, one in enumerate(example.claims):
        claim = one.claim
        if one.issued is not None:
            of = one.issued.of
            claim = issue(one.issued, decided[of], outcomes[of], n + 1, f"{one.where}/instalment")
        outcome = adjudicate(claim, family)
        decided.append(claim)
        outcomes.append(outcome)
        differences += (
            _of_pend(example, one, outcome) if isinstance(outcome, Pend) else _of_claim(example, one, outcome)
        )
        if isinstance(outcome, Decision):
            family.fold(claim, outcome)
    last_on = decided[-1].lines[-1].from_on
    for used in example.used_after:
        found = _counter(terms, used.code).used(family.balances, used.member_id, last_on)
        if found != used.amount:
            differences.append(_finding(example, used.where, str(used.amount), str(found), ""))
    return Played(tuple(outcomes), tuple(differences))


def _of_claim(example: Example, one: ExampleClaim, decision: Decision) -> Iterator[Finding]:
    for expected, line in zip(one.lines, decision.lines, strict=True):
        yield from _compare(example, expected, _line_values(line), _told(line))
    yield from _compare(example, one.whole, _claim_values(decision), "")


def _family(example: Example, terms: PlanTerms) -> Family:
    first_on = example.claims[0].claim.lines[0].from_on
    counters = [(used, _counter(terms, used.code)) for used in example.used]
    entries = [
        AccumulatorEntry(used.member_id, counter.code, counter.key_on(first_on), used.amount)
        for used, counter in counters
    ]
    family = Family(
        family_id=1,
        people=example.people,
        coverages=example.coverages,
        plans={PLAN_ID: (DatedPlan(1, date.min, terms),)},
        prices=PriceBook(example.prices),
        balances=Balances(),
        elsewhere=example.elsewhere,
        authorizations=example.authorizations,
    )
    family.balances.add(entries)
    return family


def _counter(terms: PlanTerms, code: str) -> Counter | Rolled | Climbed:
    """What a key of `used` means."""
    key = code.removeprefix(f"{terms.line}:")
    place = place_counter(terms, key)
    found = place[1] if place else brought_along(terms).get(key)
    return found or _counters(terms)[code]


def _counters(terms: PlanTerms) -> dict[str, Counter]:
    found = [
        *(deductible_counter(terms, one) for one in terms.deductibles),
        *(out_of_pocket_counter(terms, one) for one in terms.out_of_pockets),
        *(limit_counter(terms, one) for one in terms.limits),
        savings_counter(terms),
    ]
    return {counter.code: counter for counter in found}


def _of_pend(example: Example, one: ExampleClaim, pend: Pend) -> Iterator[Finding]:
    codes = tuple(dict.fromkeys(reason.code for reason in pend.reasons))
    wanted = one.whole.values
    if wanted.get("outcome") != "pended":
        because = "; ".join(f"{reason.code} {reason.detail}".strip() for reason in pend.reasons)
        yield _finding(example, f"{one.where}/expect/outcome", wanted.get("outcome", "a decision"), "pended", because)
    elif wanted.get("pends", codes) != codes:
        yield _finding(example, f"{one.where}/expect/pends", ", ".join(wanted["pends"]), ", ".join(codes), "")


def _compare(example: Example, expected: Expected, found: dict[str, Any], told: str) -> Iterator[Finding]:
    for name, wanted in expected.values.items():
        value = found.get(name)
        if value != wanted:
            yield _finding(example, f"{expected.where}/{name}", _shown(wanted), _shown(value), told)


def _finding(example: Example, where: str, wanted: str, found: str, told: str) -> Finding:
    because = f" {told}" if told else ""
    return Finding(
        "example",
        "error",
        where,
        f"Example {example.name!r}: expected {wanted}, decided {found}.{because}",
        "Correct the rule, or the answer where it is the answer that is wrong.",
    )


def _shown(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return format_amount(value)
    if isinstance(value, tuple):
        return ", ".join(value) or "no moves"
    return str(value)


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
