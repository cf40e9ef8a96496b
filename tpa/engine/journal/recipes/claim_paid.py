"""A check or transfer is issued for a funded claim."""

from __future__ import annotations

from datetime import date
from typing import NamedTuple

from tpa.engine.journal.accounts import CLAIMS_FUNDED, OUTSTANDING_PAYMENTS
from tpa.engine.journal.entry import Amount, Entry, Recipe, transfers


class ClaimPaid(NamedTuple):
    """`issued_on` is the paid date of a stop-loss contract: the day of issue, not of the decision.

    `claim_payment_id`: a decision whose payment is voided is paid again, and booked again.
    """

    claim_payment_id: int
    issued_on: date
    amounts: tuple[Amount, ...]


def claim_paid(facts: ClaimPaid) -> Entry:
    """The debt moves from the claim to the payment that is on its way.

    ::

        claims funded  |  outstanding payments
        amount         |                       amount
    """
    postings = transfers(CLAIMS_FUNDED, OUTSTANDING_PAYMENTS, facts.amounts)
    return Entry("claim_paid", facts.issued_on, "claim_payment", facts.claim_payment_id, postings)


RECIPE = Recipe("claim_paid", ClaimPaid, claim_paid)
