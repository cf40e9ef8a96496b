"""Does the line look like one that was decided before?"""

from tpa.engine.adjudication.compiled import CompiledPlan
from tpa.engine.adjudication.line import LineWork
from tpa.engine.adjudication.rule import Rule
from tpa.engine.plan.terms import Screen
from tpa.engine.plan.terms_edits import ASSISTANTS, SEPARATE

REPEATED = frozenset({"76", "77"})
APART = SEPARATE | REPEATED | ASSISTANTS | {"26", "TC", "50", "62", "66"}
"""Modifiers in which two lines of one code differ by right: side, part, surgeon, or a service done again."""


def ask_duplicate(work: LineWork) -> None:
    """Pend a line of a procedure that another claim brought for this person, provider and day (R-A24).

    An exact duplicate was denied before this. A line that says by a modifier, tooth, surface or area that it stands apart
    is no duplicate.
    """
    if work.plan.terms.suspected_duplicates is Screen.PAY:
        return
    line, claim = work.line, work.claim
    history = work.work.family.history.get((claim.member_id, line.from_on))
    if not history or not line.procedure or claim.instalment:
        return
    if not (SEPARATE | REPEATED).isdisjoint(line.modifiers):
        return
    for prior in history:
        if (
            prior.paid
            and prior.claim_id != claim.claim_id
            and prior.procedure == line.procedure
            and prior.provider == claim.provider
            and prior.is_there(line)
            and APART.isdisjoint({*prior.modifiers} ^ {*line.modifiers})
        ):
            work.pend("suspected_duplicate", "review", f"{line.procedure} is on claim {prior.claim_id} already")
            return


def _asks(plan: CompiledPlan) -> bool:
    return plan.terms.suspected_duplicates is not Screen.PAY


RULE = Rule(
    "What looks like a service that was paid is looked at by a person.",
    ask_duplicate,
    after=("duplicate",),
    asked_by=_asks,
)
