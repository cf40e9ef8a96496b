"""Does somebody else come first: another plan, a liable party, workers' compensation?"""

from tpa.engine.adjudication.line import LineWork
from tpa.engine.adjudication.rule import Rule
from tpa.engine.plan.terms import Screen

EMPLOYMENT = "EM"


def ask_other_party(work: LineWork) -> None:
    """Pend a claim that names another payer, an accident or a work-related cause, where the plan says so."""
    claim, asked = work.claim, work.plan.terms.other_party
    if claim.other_payers and asked.other_coverage is Screen.PEND:
        work.pend("other_coverage", "cob", claim.other_payers[0].name)
    if not claim.related_causes:
        return
    if EMPLOYMENT in claim.related_causes:
        if asked.work_related is Screen.PEND:
            work.pend("work_related", "subrogation")
    elif asked.accident is Screen.PEND:
        work.pend("accident", "subrogation", " ".join(claim.related_causes))


RULE = Rule("Another payer or liable party is asked first.", ask_other_party, after=("timely_filing",))
