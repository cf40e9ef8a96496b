"""Does the claim replace or take back an earlier one?"""

from tpa.engine.adjudication.line import ClaimWork
from tpa.engine.adjudication.rule import Rule

REPLACES = {"7": "replacement", "8": "void"}
_ORIGINALS = frozenset("12349")
"""A whole claim, or the first, next or last part of one (UB-04 form locator 4)."""


def ask_replacement(work: ClaimWork) -> None:
    """Pend a claim of frequency 7 (replacement) or 8 (void): the earlier decision must be reversed with it.

    And one that asks for no payment, for late charges, or for anything else that is no claim by itself.
    """
    kind = REPLACES.get(work.claim.frequency)
    if kind is not None:
        work.pend(kind, "adjustments", f"of {work.claim.original_reference or 'a claim that is not named'}")
    elif work.claim.frequency not in _ORIGINALS:
        work.pend("frequency", "review", f"frequency {work.claim.frequency}")


RULE = Rule(
    "A replacement or void goes together with the claim that it corrects.", ask_replacement, after=("structure",)
)
