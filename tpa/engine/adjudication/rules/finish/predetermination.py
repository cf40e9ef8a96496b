"""Does the claim only ask what would be paid?"""

from tpa.engine.adjudication.decision import Move
from tpa.engine.adjudication.line import ClaimWork
from tpa.engine.adjudication.rule import Rule

NAME = "finish.predetermination"
ANTICIPATED = "101"


def hold_payment(work: ClaimWork) -> None:
    """Move what would be paid out as anticipated: nothing is paid, and nothing used up unless the plan reserves it."""
    if not work.claim.predetermination:
        return
    work.decided = [
        line._replace(
            paid_cents=0, moves=(*line.moves, Move(NAME, "OA", ANTICIPATED, line.paid_cents, "/predeterminations"))
        )
        if line.paid_cents
        else line
        for line in work.decided
    ]
    if work.plan is None or not work.plan.terms.dental.estimates_reserve:
        work.entries = []


RULE = Rule(
    "A predetermination is decided like a claim and pays nothing.",
    hold_payment,
    operator="The plan would pay {cents}; a predetermination pays nothing.",
    member="Your plan would pay {cents} for this.",
    after=("audit_sample", "stop_loss"),
)
