"""A code that stands beside another one alone."""

from tpa.engine.adjudication.compiled import CompiledPlan
from tpa.engine.adjudication.line import LineWork
from tpa.engine.adjudication.rule import Rule
from tpa.engine.plan.terms_values import fits_any

NAME = "screens.add_on"
WITHOUT_PRIMARY = "107"


def deny_alone(work: LineWork) -> None:
    """Deny an add-on code without a primary one of the same provider and day, on the claim or paid before."""
    edits = work.plan.edits
    found = None if edits is None else edits.add_on(work.line.procedure)
    if edits is None or found is None:
        return
    day = work.line.from_on
    codes = [line.procedure for line in work.claim.lines if line.from_on == day]
    codes += [prior.procedure for prior in work.same_visit()]
    if not any(fits_any(found.primary, code) for code in codes):
        work.deny(NAME, "CO", WITHOUT_PRIMARY, edits.clause, (("code", work.line.procedure),))


def _has_edits(plan: CompiledPlan) -> bool:
    return plan.edits is not None


RULE = Rule(
    "An add-on code is paid only beside its primary procedure.",
    deny_alone,
    operator="Add-on code {code} without a primary procedure of the same day.",
    member="This service ({code}) is paid only together with another one, which was not billed.",
    after=("network",),
    may_be_set_aside=True,
    asked_by=_has_edits,
)
