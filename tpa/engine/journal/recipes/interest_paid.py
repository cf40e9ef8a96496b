"""A claim is paid late, and interest with it."""

from __future__ import annotations

from datetime import date
from typing import NamedTuple

from tpa.engine.journal.accounts import (
    EMPLOYER_CONTRIBUTIONS,
    EMPLOYER_DEPOSITS,
    INTEREST,
    INTEREST_EXPENSE,
    OUTSTANDING_PAYMENTS,
)
from tpa.engine.journal.entry import Entry, Recipe, transfer


class InterestPaid(NamedTuple):
    """`cents`: below zero where a correction takes interest back that was paid before."""

    claim_payment_id: int
    issued_on: date
    cents: int


def interest_paid(facts: InterestPaid) -> Entry:
    """An expense of its own, no claim's: stop-loss never counts it.

    ::

        interest on claims      |  outstanding payments
        cents                   |                       cents

        employer deposits       |  employer contributions
        cents                   |                       cents
    """
    postings = transfer(INTEREST_EXPENSE, OUTSTANDING_PAYMENTS, facts.cents, INTEREST)
    postings += transfer(EMPLOYER_DEPOSITS, EMPLOYER_CONTRIBUTIONS, facts.cents, INTEREST)
    return Entry("interest_paid", facts.issued_on, "claim_payment", facts.claim_payment_id, postings)


RECIPE = Recipe("interest_paid", InterestPaid, interest_paid)
