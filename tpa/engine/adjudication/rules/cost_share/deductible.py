"""The deductible, until the person's or the family's is met."""

from tpa.engine.adjudication.line import LineWork
from tpa.engine.adjudication.rule import Rule

NAME = "cost_share.deductible"
STEP = "deductible"


def take_deductible(work: LineWork, step: str = STEP) -> None:
    """Take what is left of the deductible that `step` names, and file it there and in those that it feeds."""
    found = work.share.deductibles.get(step)
    if found is None or not work.open_cents:
        return
    counter, fills = found
    left = work.left(counter)
    if left:
        inputs = (("deductible", counter.name), ("left_cents", left), ("subject_cents", work.open_cents))
        work.deductible_cents += work.member_pays(NAME, "1", left, fills, counter.clause, inputs)


RULE = Rule(
    "The member pays the deductible first.",
    take_deductible,
    operator="Deductible {deductible}: {left_cents} was left to meet on {subject_cents}.",
    member="{cents} goes towards your deductible, of which {left_cents} was still to be met.",
    after=("first_amount", "first_visits"),
    may_be_set_aside=True,
)
