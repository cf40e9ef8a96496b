"""Next year's cost from this year's: the chain from paid claims to rates, and steps that stand for themselves."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from tpa.engine.cases import renewal_steps as steps
from tpa.engine.cases.question import Answer, Kind
from tpa.engine.cases.words import Words
from tpa.kernel.document import DocumentError

STEPS: dict[str, Callable[[Words], dict[str, Answer]]] = {
    "completion": steps.completed,
    "leveraged_trend": steps.leveraged,
    "funding": steps.funded,
    "cobra": steps.continued,
    "budget": steps.budgeted,
    "compare": steps.compared,
}


def solve(row: Words) -> Mapping[str, Answer]:
    """The answers of every step that the question has. Claims that are not given are those that `completion` finds."""
    answers: dict[str, Answer] = {}
    for key, step in STEPS.items():
        if key in row:
            with row.section(key) as one:
                answers |= step(one)
        row.value(key, None)
    incurred = answers.get("incurred")
    if "claims" in row or isinstance(incurred, int):
        claims = int(row.cents("claims")) if "claims" in row else int(str(incurred))
        row.value("claims", None)
        answers |= steps.experience(row, claims)
    elif not answers:
        raise DocumentError(f"Claims or a step is wanted: {', '.join(STEPS)}.", where=row.where)
    return answers


KIND = Kind("Next year's cost.", solve)
