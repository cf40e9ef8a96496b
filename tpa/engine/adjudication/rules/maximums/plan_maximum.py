"""The most that the plan itself pays in a period. It counts plan payments only, never what the member paid (R-B02)."""

from tpa.engine.adjudication.compiled import CompiledShare
from tpa.engine.adjudication.line import LineWork
from tpa.engine.adjudication.rule import Rule
from tpa.engine.plan.terms import Excess

NAME = "maximums.plan_maximum"


def apply_maximums(work: LineWork) -> None:
    """Move what the plan would pay beyond a maximum to the member, and file what it pays."""
    asked = [(held, held.counter_for(work.line, work.claim)) for held in work.share.paid_limits]
    for held, counter in asked:
        if counter is not None and held.holds and (left := work.left(counter)) < work.open_cents:
            rolled_cents = counter.rolled_over(work.work.family.balances, work.person.member_id, work.line.from_on)
            inputs = (
                ("maximum", held.limit.code),
                ("most_cents", held.limit.most + rolled_cents),
                ("left_cents", left),
            )
            group = "CO" if held.limit.excess is Excess.WRITE_OFF else "PR"
            work.move(NAME, group, "119", work.open_cents - left, held.limit.clause, inputs)
    for _, counter in asked:
        if counter is not None and (paid_cents := min(work.open_cents, work.left(counter))):
            work.fill(counter, paid_cents)


def _has_maximums(share: CompiledShare) -> bool:
    return bool(share.paid_limits)


RULE = Rule(
    "The plan pays up to its annual and lifetime maximums.",
    apply_maximums,
    operator="Maximum {maximum}: {left_cents} of {most_cents} was left to pay.",
    member="Your plan pays at most {most_cents} for these services; {left_cents} of it was left.",
    after=("penalty",),
    wanted=_has_maximums,
)
