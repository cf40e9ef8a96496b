"""Was exactly this service decided before?"""

from tpa.engine.adjudication.line import DUPLICATE, LineWork
from tpa.engine.adjudication.rule import Rule


def deny_duplicate(work: LineWork) -> None:
    """Deny a line that another claim of this person, provider and day already brought, and that was not denied there.

    What was denied is decided anew, by what is known now; where it is denied again, `LineWork.deny` says so as this rule does.
    """
    first = work.repeated(paid=True)
    if first is not None:
        work.deny_as(DUPLICATE, "OA", "18", inputs=(("claim", first.claim_id),))


RULE = Rule(
    "The same service is paid once.",
    deny_duplicate,
    operator="Exact duplicate of a line of claim {claim}.",
    member="This service was already decided in an earlier claim. You owe nothing on this one.",
    after=("dependent_age",),
    may_be_set_aside=True,
)
