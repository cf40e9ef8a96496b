"""Does somebody else come first: another plan, a liable party, workers' compensation?"""

from tpa.engine.adjudication.elsewhere import payers_before
from tpa.engine.adjudication.line import LineWork
from tpa.engine.adjudication.rule import Rule
from tpa.engine.coordination.answers import prior_by_line
from tpa.engine.coordination.coverage import OrderError
from tpa.engine.plan.terms import Screen
from tpa.engine.plan.terms_coordination import Unanswered

NAME = "screens.other_party"
EMPLOYMENT = "EM"
OTHER_COVERAGE = "other_coverage"


def ask_other_party(work: LineWork) -> None:
    """Find what other plans have paid before this one; pend a claim of an accident or a work-related cause.

    Where a plan comes first and has not answered, the claim waits, is denied or is paid as the plan says.
    """
    claim, asked = work.claim, work.plan.terms.other_party
    if claim.other_payers or claim.member_id in work.work.family.elsewhere:
        _ask_other_plans(work)
    if not claim.related_causes or work.is_closed:
        return
    if EMPLOYMENT in claim.related_causes:
        if asked.work_related is Screen.PEND:
            work.pend("work_related", "subrogation")
    elif asked.accident is Screen.PEND:
        work.pend("accident", "subrogation", " ".join(claim.related_causes))


def _ask_other_plans(work: LineWork) -> None:
    claim, terms = work.claim, work.plan.terms
    try:
        answered, unanswered = payers_before(work)
    except OrderError as fault:
        work.pend("order_of_benefits", "cob", fault.message)
        return
    if terms.coordination is None:
        named = [*(one.name for one in claim.other_payers), *unanswered]
        if named and terms.other_party.other_coverage is Screen.PEND:
            work.pend(OTHER_COVERAGE, "cob", named[0])
        return
    if unanswered:
        if terms.coordination.unanswered is Unanswered.DENY:
            work.deny(NAME, "CO", "22", terms.coordination.clause, (("payer", unanswered[0]),))
        elif terms.coordination.unanswered is Unanswered.PEND:
            work.pend(OTHER_COVERAGE, "cob", unanswered[0])
    if answered and not work.is_closed:
        names = tuple(one.name for one in answered)
        found = work.work.answers.get(names)
        if found is None:
            charges = [(line.number, line.charge_cents) for line in claim.lines]
            found = work.work.answers[names] = prior_by_line(answered, charges)
        work.prior = found.get(work.line.number)


RULE = Rule(
    "Another payer or liable party is asked first.",
    ask_other_party,
    operator="{payer} comes first, and its answer is not on the claim.",
    member="Your other plan ({payer}) comes first. Send us what it has paid.",
    after=("timely_filing",),
)
