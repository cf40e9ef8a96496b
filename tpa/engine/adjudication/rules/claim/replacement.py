"""Does the claim replace or take back an earlier one?"""

from tpa.engine.adjudication.line import ClaimWork
from tpa.engine.adjudication.rule import Rule

REPLACES = {"7": "replacement", "8": "void"}


def ask_replacement(work: ClaimWork) -> None:
    """Pend a claim of frequency 7 (replacement) or 8 (void): the earlier decision must be reversed with it."""
    kind = REPLACES.get(work.claim.frequency)
    if kind is not None:
        work.pend(kind, "adjustments", f"of {work.claim.original_reference or 'a claim that is not named'}")


RULE = Rule(
    "A replacement or void goes together with the claim that it corrects.", ask_replacement, after=("structure",)
)
