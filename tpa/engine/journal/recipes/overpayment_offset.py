"""What a payee had been paid too much is set off against a payment to it."""

from __future__ import annotations

from datetime import date
from typing import NamedTuple

from tpa.engine.journal.accounts import (
    EMPLOYER_CONTRIBUTIONS,
    EMPLOYER_DEPOSITS,
    OUTSTANDING_PAYMENTS,
    PROVIDER_RECEIVABLE,
)
from tpa.engine.journal.entry import Amount, Entry, Recipe, transfers


class OverpaymentOffset(NamedTuple):
    """`amounts`: what was paid for the decision that was taken back, above zero, by line of coverage."""

    claim_payment_id: int
    issued_on: date
    amounts: tuple[Amount, ...]


def overpayment_offset(facts: OverpaymentOffset) -> Entry:
    """The payment is smaller by what the payee owed; the employer's money that went into the claim is free again.

    ::

        outstanding payments    |  provider receivable
        amount                  |                       amount

        employer contributions  |  employer deposits
        amount                  |                       amount
    """
    postings = transfers(OUTSTANDING_PAYMENTS, PROVIDER_RECEIVABLE, facts.amounts)
    postings += transfers(EMPLOYER_CONTRIBUTIONS, EMPLOYER_DEPOSITS, facts.amounts)
    return Entry("overpayment_offset", facts.issued_on, "claim_payment", facts.claim_payment_id, postings)


RECIPE = Recipe("overpayment_offset", OverpaymentOffset, overpayment_offset)
