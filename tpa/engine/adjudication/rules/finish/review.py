"""Does the plan pay so much that a person has to look first?"""

from tpa.engine.adjudication.line import ClaimWork
from tpa.engine.adjudication.rule import Rule
from tpa.kernel.money import format_amount


def ask_review(work: ClaimWork) -> None:
    """Pend a claim that would pay more than the plan lets pass unseen."""
    most = None if work.plan is None else work.plan.terms.review_over_cents
    if most is not None:
        paid_cents = sum(line.paid_cents for line in work.decided)
        if paid_cents > most:
            work.pend("review_amount", "review", f"the plan pays {format_amount(paid_cents)}")


RULE = Rule("A large payment is looked at by a person.", ask_review)
