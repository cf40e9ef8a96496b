"""The copay: once a visit (member, provider, day), or once a line where the plan says so."""

from tpa.engine.adjudication.line import LineWork
from tpa.engine.adjudication.rule import Rule

NAME = "cost_share.copay"


def take_copay(work: LineWork) -> None:
    """Take what is left of the visit's copay; an open amount below it is all that is due (R-A03)."""
    share = work.share
    copay_cents = share.share.copay_cents
    taken_cents = 0
    if not share.share.copay_per_line:
        for prior in work.same_visit():
            if prior.copay_cents and _same_group(work, prior.benefit):
                taken_cents += prior.copay_cents
    wanted = copay_cents - taken_cents
    if wanted > 0:
        inputs = (("copay_cents", copay_cents), ("taken_before_cents", taken_cents))
        work.copay_cents += work.member_pays(NAME, "3", wanted, share.copay, share.share.clause, inputs)


def _same_group(work: LineWork, benefit: str) -> bool:
    return benefit == work.benefit or work.plan.copay_group(benefit) == work.share.benefit.copay_group


RULE = Rule(
    "A copay is owed once a visit.",
    take_copay,
    operator="Copay of {copay_cents}, {taken_before_cents} of it taken before at this visit.",
    member="Your copay for this visit is {copay_cents}.",
    after=("first_visits",),
)
