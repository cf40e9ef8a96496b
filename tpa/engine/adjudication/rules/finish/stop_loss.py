"""As what does stop-loss count a line?"""

from tpa.engine.adjudication.line import ClaimWork
from tpa.engine.adjudication.rule import Rule

DRUG, NONE = "drug", "none"


def class_lines(work: ClaimWork) -> None:
    """A drug claim counts as drugs under a medical plan too; a benefit that the plan keeps out counts as nothing.

    Which of the lines of coverage a contract covers, and from which day, the contract says.
    """
    is_drug = work.claim.form == DRUG
    if not is_drug and not any(plan.outside_stop_loss for plan in work.plans):
        return
    kept_out = frozenset[str]().union(*(plan.outside_stop_loss for plan in work.plans))
    work.decided = [
        line._replace(stop_loss=NONE)
        if line.benefit in kept_out
        else line._replace(stop_loss=DRUG)
        if is_drug and line.coverage_line not in ("", DRUG)
        else line
        for line in work.decided
    ]


RULE = Rule(
    "Each line counts to stop-loss as its line of coverage, a drug as a drug, and what the plan keeps out as nothing.",
    class_lines,
    after=("payee",),
)
