"""Has the person been covered long enough for this benefit?"""

from datetime import timedelta

from tpa.engine.adjudication.compiled import CompiledPlan
from tpa.engine.adjudication.line import LineWork
from tpa.engine.adjudication.rule import Rule
from tpa.kernel.periods import add_months


def deny_waiting(work: LineWork) -> None:
    """Deny what is served before the benefit's waiting period is over, counted from the begin of unbroken coverage."""
    for one in work.share.waiting:
        accident = work.claim.accident_on is not None or bool({"AA", "OA"} & set(work.claim.related_causes))
        if (one.except_accident and accident) or (one.except_emergency and work.line.emergency):
            continue
        since_on = work.covered_since()
        if one.not_if_covered_by is not None and since_on <= one.not_if_covered_by:
            continue
        covered_on = add_months(since_on, one.months) + timedelta(days=one.days)
        if work.line.from_on < covered_on:
            inputs = (("covered_since_on", since_on.isoformat()), ("covered_on", covered_on.isoformat()))
            work.deny("screens.waiting_period", "PR", "179", one.clause, inputs)
            return


def _has_waiting_periods(plan: CompiledPlan) -> bool:
    return bool(plan.terms.waiting_periods)


RULE = Rule(
    "Some benefits begin only after a waiting period.",
    deny_waiting,
    operator="Covered since {covered_since_on}; this benefit begins on {covered_on}.",
    member="Your plan pays for this service from {covered_on} on.",
    after=("exclusion",),
    may_be_set_aside=True,
    asked_by=_has_waiting_periods,
)
