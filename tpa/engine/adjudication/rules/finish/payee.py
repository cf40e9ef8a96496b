"""Who gets what the plan pays?"""

from tpa.engine.adjudication.line import ClaimWork
from tpa.engine.adjudication.rule import Rule
from tpa.engine.plan.terms_control import Assignment

PROVIDER, MEMBER, ORDERED = "provider", "member", "ordered"


def choose_payee(work: ClaimWork) -> None:
    """The provider where the benefits are assigned and the plan follows that; else the member, or whom a court names."""
    if work.claim.assigned and (not _only_network(work) or _is_in_network(work)):
        return
    work.payee = ORDERED if work.person is not None and work.person.pay_to else MEMBER


def _only_network(work: ClaimWork) -> bool:
    return any(plan.terms.control.assignment is Assignment.NETWORK_ONLY for plan in work.plans)


def _is_in_network(work: ClaimWork) -> bool:
    networks = {tier.name for plan in work.plans for tier in plan.terms.tiers if tier.network}
    return any(line.tier in networks for line in work.decided)


RULE = Rule(
    "The provider is paid where the benefits are assigned, else the member, or whom a court's order names.",
    choose_payee,
)
