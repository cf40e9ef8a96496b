"""A decision step by step, rendered from its moves: nothing is computed again but the running balance.

Three voices: `operator` (rule, inputs, before and after), `member` (plain words), `auditor` (everything, as JSON values).
"""

from __future__ import annotations

from typing import Any, NamedTuple

from tpa.engine.adjudication.decision import Decision, LineDecision, Move
from tpa.engine.adjudication.order import ORDER
from tpa.engine.adjudication.overrides import SET_ASIDE
from tpa.engine.adjudication.pends import PENDS, UNKNOWN
from tpa.engine.adjudication.rule import Rule
from tpa.engine.journal.accounts import claims_expense
from tpa.kernel.money import format_amount

WHO = {"CO": "provider", "PR": "member", "OA": "other", "PI": "payer"}
"""Who bears a move of a group."""
PAYEES = {
    "provider": ("Paid to the provider: the benefits are assigned.", "Your plan pays the provider."),
    "member": ("Paid to the member: the benefits are not assigned, or not followed.", "Your plan pays you."),
    "ordered": ("Paid to whom a court's order names.", "Your plan pays whom a court's order names."),
}
"""Payee of a decision -> why, to the desk and to the member."""

ESTIMATE = "finish.predetermination"
"""The rule that pays nothing of an estimate: what it moves is what the plan would pay."""

_GIVEN_BACK = (
    "Set aside by an examiner, {cents} are given back: {set_aside_for}.",
    "A person has looked at this service and set the step before aside: {cents} less are taken.",
)
"""How the opposite move of a rule that was set aside is told to the desk and to the member."""


class Step(NamedTuple):
    """One move: what was open before it and after it, and why in two voices."""

    rule: str
    clause: str
    group: str
    carc: str
    bearer: str
    cents: int
    open_before_cents: int
    open_after_cents: int
    operator: str
    member: str
    inputs: tuple[tuple[str, int | str], ...]


class LineExplanation(NamedTuple):
    """A line from its charge to what is paid. `summary` is what it comes to, in plain words for the member."""

    number: int
    benefit: str
    tier: str
    plan_version_id: int
    denied: bool
    charge_cents: int
    allowed_cents: int
    paid_cents: int
    member_cents: int
    steps: tuple[Step, ...]
    summary: str


def explain(decision: Decision) -> tuple[LineExplanation, ...]:
    """Every line of a decision with its steps."""
    return tuple(explain_line(line) for line in decision.lines)


def explain_line(line: LineDecision) -> LineExplanation:
    """One decided line with its steps, in the order of the calculation."""
    return LineExplanation(
        line.number,
        line.benefit,
        line.tier,
        line.plan_version_id,
        line.denied,
        line.charge_cents,
        line.allowed_cents,
        line.paid_cents,
        line.member_cents,
        explain_moves(line.charge_cents, line.moves),
        summarise(line.charge_cents, line.paid_cents, line.member_cents, anticipated(line.moves)),
    )


def anticipated(moves: tuple[Move, ...]) -> int | None:
    """What the plan would pay by an estimate, in cents; None where the moves are of no estimate."""
    return next((move.cents for move in moves if move.rule == ESTIMATE), None)


def summarise(charge_cents: int, paid_cents: int, member_cents: int, would_pay_cents: int | None = None) -> str:
    """What a line or a claim comes to, for the member; or would come to, by an estimate (`would_pay_cents`)."""
    paid_cents = paid_cents if would_pay_cents is None else would_pay_cents
    charge, paid = format_amount(charge_cents), format_amount(paid_cents) if paid_cents else "nothing"
    owed = format_amount(member_cents) if member_cents else "nothing"
    if would_pay_cents is not None:
        return f"Of a charge of {charge} your plan would pay {paid} and you would owe {owed}."
    return f"Of the charge of {charge} your plan pays {paid} and you owe {owed}."


def explain_moves(charge_cents: int, moves: tuple[Move, ...]) -> tuple[Step, ...]:
    """The steps from a charge through its moves, as recorded."""
    steps = []
    before, would = charge_cents, anticipated(moves) is not None
    for move in moves:
        rule, group, carc, cents, clause, inputs = move
        after = before - cents
        known = ORDER.get(rule)
        words = {"cents": format_amount(cents), **{name: shown(name, value) for name, value in inputs}}
        texts = _texts(known, move) if known else ("", "")
        if SET_ASIDE in words:
            words["cents"], texts = format_amount(-cents), _GIVEN_BACK
        general = known.says if known else ""
        operator = _say(texts[0], words, general)
        member = _say(texts[1], {name: _plain(text) for name, text in words.items()}, general)
        if "stopped_by" in words:
            operator += f" Stopped at {words['stopped_by']}."
            member += " You have reached a maximum of your plan, so you pay no more than this."
        member += _borne(group, cents, "You would owe" if would else "You owe") if member else ""
        bearer = WHO.get(group, group)
        steps.append(Step(rule, clause, group, carc, bearer, cents, before, after, operator, member, inputs))
        before = after
    return tuple(steps)


def _texts(rule: Rule, move: Move) -> tuple[str, str]:
    """What the rule says of the move to the desk and to the member; in general, where the move lacks an input."""
    try:
        return rule.told(move) if rule.told else (rule.operator, rule.member)
    except KeyError:
        return rule.says, rule.says


def auditor(line: LineDecision) -> dict[str, Any]:
    """A line as JSON values: rule, plan version, clause, amounts, inputs, balance before and after.

    `fund_account` is the account of the employer's fund that bears it, `stop_loss` as what stop-loss counts it.
    """
    explained = explain_line(line)
    return {
        **explained._asdict(),
        "coverage_line": line.coverage_line,
        "deductible_cents": line.deductible_cents,
        "copay_cents": line.copay_cents,
        "coinsurance_cents": line.coinsurance_cents,
        "fund_account": claims_expense(line.coverage_line) if line.coverage_line else "",
        "stop_loss": line.stop_loss_class,
        "steps": [{**step._asdict(), "inputs": dict(step.inputs)} for step in explained.steps],
    }


def auditor_claim(decision: Decision) -> dict[str, Any]:
    """A claim as JSON values: what it comes to, whom it pays, what it has used up, and every line as the auditor sees it."""
    return {
        "outcome": decision.outcome,
        "payee": decision.payee,
        "charge_cents": decision.charge_cents,
        "allowed_cents": decision.allowed_cents,
        "paid_cents": decision.paid_cents,
        "member_cents": decision.member_cents,
        "used": [{**entry._asdict(), "period_on": entry.period_on.isoformat()} for entry in decision.entries],
        "lines": [auditor(line) for line in decision.lines],
    }


def explain_waiting(code: str) -> str:
    """Why a claim waits, to the member, by the code of the reason."""
    kind = PENDS.get(code)
    return UNKNOWN if kind is None else kind.member


def shown(name: str, value: int | str) -> str:
    """An input as people read it: its unit is in its name."""
    if isinstance(value, int) and name.endswith("_cents"):
        return format_amount(value)
    if isinstance(value, int) and name.endswith("_bp"):
        return f"{format_amount(value).rstrip('0').rstrip('.')}%"
    return str(value)


def _borne(group: str, cents: int, you_owe: str) -> str:
    """Who bears it, to the member."""
    if group == "CO":
        return " You do not owe it." if cents > 0 else ""
    if group != "PR":
        return ""
    return f" {you_owe} {format_amount(cents)}." if cents > 0 else f" {you_owe} {format_amount(-cents)} less."


def _plain(text: str) -> str:
    """A plan's own code as words."""
    return text.replace("_", " ")


def _say(text: str, words: dict[str, str], instead: str) -> str:
    """The text with its inputs; where an older decision did not record one, what the rule says in general."""
    try:
        return text.format_map(words)
    except KeyError:
        return instead
