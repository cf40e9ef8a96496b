"""Does the provider stand on a list of excluded ones?"""

from tpa.engine.adjudication.line import LineWork
from tpa.engine.adjudication.rule import Rule
from tpa.engine.plan.terms_control import Sanctioned

NAME = "screens.sanction"
NOT_ELIGIBLE = "B7"


def ask_sanction(work: LineWork) -> None:
    """Deny or pend what an excluded provider bills, as the plan says; nobody owes what is denied."""
    listed = work.claim.sanction
    if not listed:
        return
    control = work.plan.terms.control
    if control.sanctioned is Sanctioned.DENY:
        work.deny(NAME, "CO", NOT_ELIGIBLE, "/sanctioned_providers", (("list", listed),))
    elif control.sanctioned is Sanctioned.PEND:
        work.pend("sanctioned_provider", "review", listed)


RULE = Rule(
    "A provider whom an authority has excluded is not paid unseen.",
    ask_sanction,
    operator="The provider stood on the list {list} on the day of service.",
    member="This provider was barred from payment on the day of the service.",
    after=("plan_version",),
)
