"""A claim is decided and the plan owes something for it."""

from __future__ import annotations

from datetime import date
from typing import NamedTuple

from tpa.engine.journal.accounts import CLAIMS_PAYABLE, claims_expense
from tpa.engine.journal.entry import Amount, Entry, Posting, Recipe


class ClaimApproved(NamedTuple):
    """`amounts`: what the plan pays, by line of coverage; may be zero."""

    decision_id: int
    decided_on: date
    amounts: tuple[Amount, ...]


def claim_approved(facts: ClaimApproved) -> Entry:
    """The expense stands, and with it the debt to the payee.

    ::

        claims expense (line)   |  claims payable
        paid amount             |                  paid amount
    """
    postings: list[Posting] = []
    for line, cents in facts.amounts:
        if cents:
            postings += (
                Posting(claims_expense(line), cents, line),
                Posting(CLAIMS_PAYABLE, -cents, line),
            )
    return Entry(
        "claim_approved",
        facts.decided_on,
        "decision",
        facts.decision_id,
        tuple(postings),
    )


RECIPE = Recipe("claim_approved", ClaimApproved, claim_approved)
