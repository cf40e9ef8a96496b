"""Units without the authorization that the plan asks for: denied in proportion, or a penalty on the allowed amount."""

from tpa.engine.adjudication.compiled import CompiledShare
from tpa.engine.adjudication.line import LineWork
from tpa.engine.adjudication.penalty import take_penalty
from tpa.engine.adjudication.rule import Rule
from tpa.engine.plan.terms_access import PenaltyOf
from tpa.kernel.money import divide_rounded

NAME = "limits.authorization"


def cut_unauthorized(work: LineWork) -> None:
    """Cut the units that are not authorized, or take the penalty that the plan takes before the cost sharing."""
    found = work.unauthorized
    if found is None:
        return
    if found.terms.penalty is None:
        kept_cents = divide_rounded(work.open_cents * (found.of_milli - found.missing_milli), found.of_milli)
        inputs = (("needs", found.terms.code), ("missing_milli", found.missing_milli), ("of_milli", found.of_milli))
        group = "CO" if found.terms.borne_by_provider else "PR"
        work.move(NAME, group, found.carc, work.open_cents - kept_cents, found.terms.clause, inputs)
    elif found.terms.penalty.of is PenaltyOf.ALLOWED:
        take_penalty(work, NAME)


def _is_asked(share: CompiledShare) -> bool:
    return bool(share.authorizations)


RULE = Rule(
    "Units that are not authorized are not paid; a penalty on the allowed amount comes before the cost sharing.",
    cut_unauthorized,
    operator="{needs}: {cents} for what is not authorized.",
    member="This service needed an authorization. It was not asked for in full: {cents} are not paid.",
    after=("benefit_limit",),
    wanted=_is_asked,
    may_be_set_aside=True,
)
