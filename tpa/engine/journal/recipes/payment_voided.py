"""A payment that has not left the fund is taken back, whole."""

from __future__ import annotations

from datetime import date
from typing import NamedTuple

from tpa.engine.journal.accounts import (
    CLAIMS_FUNDED,
    EMPLOYER_CONTRIBUTIONS,
    EMPLOYER_DEPOSITS,
    INTEREST_EXPENSE,
    OUTSTANDING_PAYMENTS,
    PROVIDER_RECEIVABLE,
)
from tpa.engine.journal.entry import Amount, Entry, Recipe, transfers


class PaymentVoided(NamedTuple):
    """By line of coverage, all above zero.

    `owed`: claims that are to be paid again. `gone`: claims that were taken back since they were paid, so that nobody is
    owed them. `offset`: what the payment had set off, which the payee owes as before. `interest`: paid with the claims, or
    taken back of them (below zero); what it comes to when they are paid, the next payment reckons anew.
    """

    payment_id: int
    voided_on: date
    owed: tuple[Amount, ...] = ()
    gone: tuple[Amount, ...] = ()
    offset: tuple[Amount, ...] = ()
    interest: tuple[Amount, ...] = ()


def payment_voided(facts: PaymentVoided) -> Entry:
    """As if it had not been issued.

    ::

        owed:    outstanding payments    |  claims funded
        gone:    outstanding payments    |  provider receivable
                 employer contributions  |  employer deposits
        offset:  provider receivable     |  outstanding payments
                 employer deposits       |  employer contributions
        interest:  outstanding payments    |  interest on claims
                   employer contributions  |  employer deposits
    """
    postings = transfers(OUTSTANDING_PAYMENTS, CLAIMS_FUNDED, facts.owed)
    postings += transfers(OUTSTANDING_PAYMENTS, PROVIDER_RECEIVABLE, facts.gone)
    postings += transfers(EMPLOYER_CONTRIBUTIONS, EMPLOYER_DEPOSITS, facts.gone)
    postings += transfers(PROVIDER_RECEIVABLE, OUTSTANDING_PAYMENTS, facts.offset)
    postings += transfers(EMPLOYER_DEPOSITS, EMPLOYER_CONTRIBUTIONS, facts.offset)
    postings += transfers(OUTSTANDING_PAYMENTS, INTEREST_EXPENSE, facts.interest)
    postings += transfers(EMPLOYER_CONTRIBUTIONS, EMPLOYER_DEPOSITS, facts.interest)
    return Entry("payment_voided", facts.voided_on, "payment", facts.payment_id, postings)


RECIPE = Recipe("payment_voided", PaymentVoided, payment_voided)
