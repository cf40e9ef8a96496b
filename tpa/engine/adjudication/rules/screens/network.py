"""In which network tier is the provider?"""

from tpa.engine.adjudication.compiled_tiers import is_protected
from tpa.engine.adjudication.line import LineWork
from tpa.engine.adjudication.rule import Rule

NAME = "screens.network"


def find_tier(work: LineWork) -> None:
    """Take the plan's tier of the provider's network. Outside all networks a plan without such a tier pays nothing.

    Where the law protects the member from surprise bills, cost is shared as in the network, and priced as outside it.
    """
    try:
        tier = work.plan.tier(work.claim.network)
    except KeyError:
        if work.pend("network_unknown", "plans", f"the plan has no tier {work.claim.network!r}"):
            return
        tier = work.plan.outside
    if work.plan.protected is not None and (tier is None or not tier.tier.network) and is_protected(work.line):
        work.tier = work.plan.protected
        work.tier_name = work.tier.tier.name if tier is None else tier.tier.name
        return
    if tier is None:
        work.deny(NAME, "PR", "242", "/tiers")
        return
    work.tier = tier
    work.tier_name = tier.tier.name


RULE = Rule(
    "The provider's network decides the tier of the plan.",
    find_tier,
    operator="The provider is in no network of the plan, and the plan covers nobody else.",
    member="Your plan covers only providers of its network. This provider is none of them.",
    after=("other_party",),
)
