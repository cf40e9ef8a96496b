"""The penalty for a missing authorization that is taken from what the plan would pay."""

from tpa.engine.adjudication.compiled import CompiledShare
from tpa.engine.adjudication.line import LineWork
from tpa.engine.adjudication.penalty import take_penalty
from tpa.engine.adjudication.rule import Rule
from tpa.engine.plan.terms_access import PenaltyOf


def reduce_benefit(work: LineWork) -> None:
    """Take the penalty from the benefit; it counts to neither deductible nor out-of-pocket maximum (R-A07)."""
    found = work.unauthorized
    if found is not None and found.terms.penalty is not None and found.terms.penalty.of is PenaltyOf.BENEFIT:
        take_penalty(work, "maximums.penalty")


def _is_asked(share: CompiledShare) -> bool:
    return bool(share.authorizations)


RULE = Rule(
    "Without a needed authorization the plan pays less.",
    reduce_benefit,
    operator="{needs}: the penalty on {subject_cents} is {cents}.",
    member="Without the authorization that your plan asks for it pays {cents} less.",
    wanted=_is_asked,
    may_be_set_aside=True,
)
