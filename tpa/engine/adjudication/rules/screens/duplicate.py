"""Was exactly this service decided before?"""

from tpa.engine.adjudication.line import LineWork
from tpa.engine.adjudication.rule import Rule


def deny_duplicate(work: LineWork) -> None:
    """Deny a line that another claim of this person, provider and day already brought: same codes, tooth, units, charge."""
    claim, line = work.claim, work.line
    for prior in work.work.family.history.get((claim.member_id, line.from_on), ()):
        if (
            prior.paid
            and prior.claim_id != claim.claim_id
            and prior.charge_cents == line.charge_cents
            and prior.procedure == line.procedure
            and prior.revenue_code == line.revenue_code
            and prior.modifiers == line.modifiers
            and prior.tooth == line.tooth
            and prior.units_milli == line.units_milli
            and prior.provider == claim.provider
        ):
            work.deny("screens.duplicate", "OA", "18", inputs=(("claim", prior.claim_id),))
            return


RULE = Rule(
    "The same service is paid once.",
    deny_duplicate,
    operator="Exact duplicate of a line of claim {claim}.",
    member="This service was already decided in an earlier claim. You owe nothing on this one.",
    after=("dependent_age",),
    may_be_set_aside=True,
)
