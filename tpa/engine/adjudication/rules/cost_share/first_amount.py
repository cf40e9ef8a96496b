"""The first dollars of a plan year may share cost in another way: "the first 500 at 100 %"."""

from tpa.engine.adjudication.compiled import CompiledShare
from tpa.engine.adjudication.line import LineWork
from tpa.engine.adjudication.rule import Rule


def count_amount(work: LineWork) -> None:
    """Say how much of the line belongs to the first dollars, and count it."""
    counter = work.share.first_amount
    if counter is None:
        return
    first_cents = min(work.left(counter), work.open_cents)
    if first_cents > 0:
        work.fill(counter, first_cents)
    work.first_cents = max(first_cents, 0)


def _has_first_amount(share: CompiledShare) -> bool:
    return share.first_amount is not None


RULE = Rule(
    "The first dollars of a year may share cost in another way.",
    count_amount,
    wanted=_has_first_amount,
    after=("maintenance_of_benefits",),
)
