"""A decision is taken back, whole. The decision that replaces it posts for itself."""

from __future__ import annotations

from datetime import date
from typing import Literal, NamedTuple

from tpa.engine.journal.accounts import (
    CLAIMS_FUNDED,
    CLAIMS_PAYABLE,
    EMPLOYER_CONTRIBUTIONS,
    EMPLOYER_DEPOSITS,
    MEMO_CONTRA,
    MEMO_DENIED,
    PROVIDER_RECEIVABLE,
    claims_expense,
)
from tpa.engine.journal.entry import Amount, Entry, Posting, Recipe, transfer, transfers

Stage = Literal["approved", "funded", "paid"]


class ClaimReversed(NamedTuple):
    """The reversed decision: how far its money had come, what was approved, and what was denied in it (memo).

    `stage`: approved (nothing more happened), funded (the employer's money is set aside) or paid (it is with the payee).
    """

    decision_id: int
    reversed_on: date
    stage: Stage
    amounts: tuple[Amount, ...] = ()
    denied: tuple[Amount, ...] = ()


_OWED = {
    "approved": CLAIMS_PAYABLE,
    "funded": CLAIMS_FUNDED,
    "paid": PROVIDER_RECEIVABLE,
}


def claim_reversed(facts: ClaimReversed) -> Entry:
    """The expense goes; so does the debt, or where the payee has the money it owes it back.

    ::

        approved:  claims payable       |  claims expense (line)
        funded:    claims funded        |  claims expense (line)
                   contributions        |  employer deposits
        paid:      provider receivable  |  claims expense (line)
        denied:    memo contra          |  memo: charges denied
    """
    owed, postings = _OWED[facts.stage], list[Posting]()
    for line, cents in facts.amounts:
        postings += transfer(owed, claims_expense(line), cents, line)
        if facts.stage == "funded":
            postings += transfer(EMPLOYER_CONTRIBUTIONS, EMPLOYER_DEPOSITS, cents, line)
    postings += transfers(MEMO_CONTRA, MEMO_DENIED, facts.denied)
    return Entry(
        "claim_reversed",
        facts.reversed_on,
        "decision",
        facts.decision_id,
        tuple(postings),
    )


RECIPE = Recipe("claim_reversed", ClaimReversed, claim_reversed)
