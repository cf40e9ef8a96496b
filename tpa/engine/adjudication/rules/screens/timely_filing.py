"""Did the claim arrive in time?"""

from tpa.engine.adjudication.compiled import CompiledPlan
from tpa.engine.adjudication.line import LineWork
from tpa.engine.adjudication.rule import Rule
from tpa.kernel.periods import add_months


def deny_late(work: LineWork) -> None:
    """Deny a line received after the plan's filing time, counted in calendar months from the last day of service.

    Where another payer has answered first, the time runs from its answer.
    """
    months = work.plan.terms.timely_filing_months
    received_on, through_on = work.claim.received_on, work.line.through_on
    for payer in work.claim.other_payers:
        if payer.answered_on is not None and payer.answered_on > through_on:
            through_on = payer.answered_on
    # Most claims come within weeks: a month has at least 28 days.
    if months is None or (received_on - through_on).days <= 28 * months:
        return
    last_on = add_months(through_on, months)
    if received_on > last_on:
        inputs = (("received_on", received_on.isoformat()), ("last_on", last_on.isoformat()), ("months", months))
        work.deny("screens.timely_filing", "CO", "29", "/timely_filing_months", inputs)


def _has_time(plan: CompiledPlan) -> bool:
    return plan.terms.timely_filing_months is not None


RULE = Rule(
    "A claim must arrive within the plan's filing time.",
    deny_late,
    operator="Received on {received_on}; the last day to file was {last_on} ({months} months after service, or after the"
    " other payer's answer).",
    member="The provider sent this claim too late: it had to arrive by {last_on}.",
    after=("duplicate",),
    may_be_set_aside=True,
    asked_by=_has_time,
)
