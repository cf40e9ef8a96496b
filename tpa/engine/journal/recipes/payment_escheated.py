"""A check that nobody cashed is given up: the money falls back to the plan, or goes to the state."""

from __future__ import annotations

from datetime import date
from typing import Literal, NamedTuple

from tpa.engine.journal.accounts import (
    CASH,
    EMPLOYER_CONTRIBUTIONS,
    EMPLOYER_DEPOSITS,
    FORFEITED_PAYMENTS,
    OUTSTANDING_PAYMENTS,
)
from tpa.engine.journal.entry import Amount, Entry, Recipe, transfers


class PaymentEscheated(NamedTuple):
    """`to`: plan (the plan document says that unclaimed benefits are forfeited) or state (unclaimed property law)."""

    payment_id: int
    escheated_on: date
    to: Literal["plan", "state"]
    amounts: tuple[Amount, ...]


def payment_escheated(facts: PaymentEscheated) -> Entry:
    """Nobody waits for the money any more.

    ::

        state:  outstanding payments    |  cash
        plan:   outstanding payments    |  forfeited payments
                employer contributions  |  employer deposits
    """
    if facts.to == "state":
        postings = transfers(OUTSTANDING_PAYMENTS, CASH, facts.amounts)
    else:
        postings = transfers(OUTSTANDING_PAYMENTS, FORFEITED_PAYMENTS, facts.amounts)
        postings += transfers(EMPLOYER_CONTRIBUTIONS, EMPLOYER_DEPOSITS, facts.amounts)
    return Entry("payment_escheated", facts.escheated_on, "payment", facts.payment_id, postings)


RECIPE = Recipe("payment_escheated", PaymentEscheated, payment_escheated)
