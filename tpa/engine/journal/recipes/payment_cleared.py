"""The bank has paid a check or transfer out of the fund."""

from __future__ import annotations

from datetime import date
from typing import NamedTuple

from tpa.engine.journal.accounts import CASH, OUTSTANDING_PAYMENTS
from tpa.engine.journal.entry import Amount, Entry, Recipe, transfers


class PaymentCleared(NamedTuple):
    """`amounts`: the payment, by line of coverage as it was issued."""

    payment_id: int
    cleared_on: date
    amounts: tuple[Amount, ...]


def payment_cleared(facts: PaymentCleared) -> Entry:
    """The money has left.

    ::

        outstanding payments  |  cash
        amount                |       amount
    """
    postings = transfers(OUTSTANDING_PAYMENTS, CASH, facts.amounts)
    return Entry("payment_cleared", facts.cleared_on, "payment", facts.payment_id, postings)


RECIPE = Recipe("payment_cleared", PaymentCleared, payment_cleared)
