"""A decision step by step, rendered from its moves: nothing is computed again but the running balance.

Three voices: `operator` (rule, inputs, before and after), `member` (plain words), `auditor` (everything, as JSON values).
"""

from __future__ import annotations

from typing import Any, NamedTuple

from tpa.engine.adjudication.decision import Decision, LineDecision, Move
from tpa.engine.adjudication.order import ORDER
from tpa.engine.adjudication.overrides import SET_ASIDE
from tpa.kernel.money import format_amount

WHO = {"CO": "provider", "PR": "member", "OA": "other", "PI": "payer"}
"""Who bears a move of a group."""


_GIVEN_BACK = (
    "Set aside by an examiner, {cents} are given back: {set_aside_for}.",
    "After a person has looked at it, this does not count: {cents} less are taken.",
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
    """A line from its charge to what is paid."""

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
    )


def explain_moves(charge_cents: int, moves: tuple[Move, ...]) -> tuple[Step, ...]:
    """The steps from a charge through its moves, as recorded."""
    steps = []
    before = charge_cents
    for rule, group, carc, cents, clause, inputs in moves:
        after = before - cents
        known = ORDER.get(rule)
        words = {"cents": format_amount(cents), **{name: shown(name, value) for name, value in inputs}}
        texts = (known.operator, known.member) if known else ("", "")
        if SET_ASIDE in words:
            words["cents"], texts = format_amount(-cents), _GIVEN_BACK
        operator, member = (_say(text, words) for text in texts)
        if "stopped_by" in words:
            operator += f" Stopped at {words['stopped_by']}."
            member += " You have reached a maximum of your plan, so you pay no more than this."
        bearer = WHO.get(group, group)
        steps.append(Step(rule, clause, group, carc, bearer, cents, before, after, operator, member, inputs))
        before = after
    return tuple(steps)


def auditor(line: LineDecision) -> dict[str, Any]:
    """A line as JSON values: rule, plan version, clause, amounts, inputs, balance before and after."""
    explained = explain_line(line)._asdict()
    explained["steps"] = [{**step._asdict(), "inputs": dict(step.inputs)} for step in explain_line(line).steps]
    return explained


def shown(name: str, value: int | str) -> str:
    """An input as people read it: its unit is in its name."""
    if isinstance(value, int) and name.endswith("_cents"):
        return format_amount(value)
    if isinstance(value, int) and name.endswith("_bp"):
        return f"{format_amount(value).rstrip('0').rstrip('.')}%"
    return str(value)


def _say(text: str, words: dict[str, str]) -> str:
    """The text with its inputs; a text that asks for one that an older decision did not record stays as it is."""
    try:
        return text.format_map(words)
    except KeyError:
        return text
