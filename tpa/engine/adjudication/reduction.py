"""A price that other procedures of the same session lower."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from tpa.engine.adjudication.decision import Inputs
from tpa.engine.adjudication.line import LineWork
from tpa.engine.plan.terms_edits import ASSISTANTS, Edits

SEVERAL_PROCEDURES = "59"
LEFT, RIGHT = "LT", "RT"


def is_assistant(modifiers: Sequence[str]) -> bool:
    """Whether a line is that of the assistant at surgery."""
    return not ASSISTANTS.isdisjoint(modifiers)


def sessions(lines: Sequence[LineWork]) -> list[tuple[Edits, list[LineWork]]]:
    """The claim's lines with prices that may be lowered, by day and by surgeon or assistant."""
    found: dict[tuple[object, ...], tuple[Edits, list[LineWork]]] = defaultdict()
    for work in lines:
        edits = work.tier.edits
        if edits is not None and work.package is None and not work.is_final:
            key = (work.tier_name, work.version_id, work.line.from_on, is_assistant(work.line.modifiers))
            found.setdefault(key, (edits, []))[1].append(work)
    return list(found.values())


def pairs_of_sides(edits: Edits, works: Sequence[LineWork]) -> list[tuple[LineWork, LineWork]]:
    """Lines of one code for the left and the right side, where the plan says what both are paid."""
    pairs = []
    waiting: dict[tuple[str, str], LineWork] = {}
    for work in works:
        code, modifiers = work.line.procedure, work.line.modifiers
        side = LEFT if LEFT in modifiers else RIGHT if RIGHT in modifiers else ""
        if not side or (LEFT in modifiers and RIGHT in modifiers) or edits.both_sides_bp(code) is None:
            continue
        other = waiting.pop((code, RIGHT if side == LEFT else LEFT), None)
        if other is None:
            waiting.setdefault((code, side), work)
        else:
            pairs.append((other, work))
    return pairs


def reduce_price(work: LineWork, rule: str, cents: int, clause: str, inputs: Inputs) -> None:
    """Lower the price to `cents`; the charge may be less already, and then less or nothing is moved."""
    before = work.allowed_cents
    work.priced_cents = cents
    work.allowed_cents = min(before, cents)
    taken = min(before - work.allowed_cents, work.open_cents)
    work.move(rule, work.tier.excess_group, SEVERAL_PROCEDURES, taken, clause, inputs)
