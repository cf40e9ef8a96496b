"""Both sides of a body on two lines (RT and LT)."""

from collections.abc import Sequence

from tpa.engine.adjudication.compiled import CompiledShare
from tpa.engine.adjudication.line import LineWork
from tpa.engine.adjudication.reduction import pairs_of_sides, reduce_price, sessions
from tpa.engine.adjudication.rule import Rule
from tpa.kernel.money import BASIS_POINTS, portion

NAME = "claim_pricing.bilateral"


def price_other_side(lines: Sequence[LineWork]) -> None:
    """The second of two lines for the two sides is paid what both sides are above the first (R-A21)."""
    for edits, works in sessions(lines):
        for _, second in pairs_of_sides(edits, works):
            both_bp = edits.both_sides_bp(second.line.procedure) or 0
            rest_bp = max(0, both_bp - BASIS_POINTS)
            inputs = (("both_bp", both_bp), ("rest_bp", rest_bp), ("price_cents", second.priced_cents))
            cents = min(second.priced_cents, portion(second.priced_cents, rest_bp))
            reduce_price(second, NAME, cents, edits.clause, inputs)


def _has_sides(share: CompiledShare) -> bool:
    edits = share.tier.edits
    return edits is not None and bool(edits.bilateral or "50" in edits.modifiers_bp)


RULE = Rule(
    "The two sides of one procedure are paid as much on two lines as on one.",
    price_other_side,
    operator="The other side of the same procedure: both are {both_bp} of one, so this one is {rest_bp} of {price_cents}.",
    member="The same procedure on the other side of the body is allowed at {rest_bp} of its price.",
    wanted=_has_sides,
    after=("package",),
)
