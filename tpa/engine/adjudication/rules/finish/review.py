"""Does the plan pay so much that a person has to look first?"""

from tpa.engine.adjudication.line import ClaimWork
from tpa.engine.adjudication.rule import Rule
from tpa.kernel.money import format_amount


def ask_review(work: ClaimWork) -> None:
    """Pend a claim that would pay more than one of the plan versions that decide it lets pass unseen."""
    amounts = [one.terms.review_over_cents for one in work.plans if one.terms.review_over_cents is not None]
    if amounts:
        paid_cents = sum(line.paid_cents for line in work.decided)
        if paid_cents > min(amounts):
            work.pend("review_amount", "review", f"the plan pays {format_amount(paid_cents)}")


RULE = Rule("A large payment is looked at by a person.", ask_review, after=("payee", "stop_loss"))
