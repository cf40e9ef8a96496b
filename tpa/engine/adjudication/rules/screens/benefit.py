"""Which benefit of the plan is this service?"""

from tpa.engine.adjudication.line import LineWork
from tpa.engine.adjudication.rule import Rule
from tpa.engine.plan.terms import Unlisted


def match_benefit(work: LineWork) -> None:
    """Take the benefit of highest priority that matches; a service without one is denied or waits, as the plan says."""
    line = work.line if work.alternate is None else work.alternate[1]
    share = work.plan.share(line, work.claim, work.person, work.tier)
    if share is not None:
        work.share = share
        work.tier = share.tier
        work.benefit = share.benefit.code
        return
    code = work.line.procedure or work.line.revenue_code
    if work.plan.terms.unlisted is Unlisted.PEND and work.pend("unlisted", "plans", code):
        return
    work.deny("screens.benefit", "PR", "96", "/benefits", (("code", code),))


RULE = Rule(
    "A service is paid as the benefit that it matches.",
    match_benefit,
    operator="No benefit of the plan matches {code}.",
    member="Your plan does not list this service ({code}).",
    after=("alternate",),
)
