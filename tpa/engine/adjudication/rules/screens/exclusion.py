"""Does the plan exclude this benefit, altogether or in this tier?"""

from tpa.engine.adjudication.line import LineWork
from tpa.engine.adjudication.rule import Rule


def deny_excluded(work: LineWork) -> None:
    """Deny what the plan does not cover in the provider's tier."""
    share = work.share
    if not share.share.covered:
        inputs = (("benefit", share.benefit.label), ("tier", share.tier.tier.label))
        work.deny("screens.exclusion", "PR", "96", share.share.clause, inputs)


RULE = Rule(
    "What the plan excludes is not paid.",
    deny_excluded,
    operator="{benefit} is not covered in the tier {tier}.",
    member="Your plan does not cover this: {benefit} ({tier}).",
    after=("benefit",),
    may_be_set_aside=True,
)
