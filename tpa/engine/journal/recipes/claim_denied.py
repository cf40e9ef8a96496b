"""A claim is decided and the plan owes nothing."""

from __future__ import annotations

from datetime import date
from typing import NamedTuple

from tpa.engine.journal.accounts import MEMO_CONTRA, MEMO_DENIED
from tpa.engine.journal.entry import Amount, Entry, Recipe, transfers


class ClaimDenied(NamedTuple):
    """`charges`: what was asked for and refused, by line of coverage."""

    decision_id: int
    decided_on: date
    charges: tuple[Amount, ...]


def claim_denied(facts: ClaimDenied) -> Entry:
    """No money moves; the refused charge stands in the memo accounts, so that denials drill down like payments.

    ::

        memo: charges denied   |  memo contra
        charge                 |              charge
    """
    postings = transfers(MEMO_DENIED, MEMO_CONTRA, facts.charges)
    return Entry("claim_denied", facts.decided_on, "decision", facts.decision_id, postings)


RECIPE = Recipe("claim_denied", ClaimDenied, claim_denied)
