"""The bank sends a transfer back that it had paid."""

from __future__ import annotations

from datetime import date
from typing import NamedTuple

from tpa.engine.journal.accounts import CASH, OUTSTANDING_PAYMENTS
from tpa.engine.journal.entry import Amount, Entry, Recipe, transfers


class PaymentReturned(NamedTuple):
    """`amounts` as it was issued; empty where the bank had not paid it yet."""

    payment_id: int
    returned_on: date
    amounts: tuple[Amount, ...]


def payment_returned(facts: PaymentReturned) -> Entry:
    """The money is in the fund again and owed to the payee.

    ::

        cash    |  outstanding payments
        amount  |                       amount
    """
    postings = transfers(CASH, OUTSTANDING_PAYMENTS, facts.amounts)
    return Entry("payment_returned", facts.returned_on, "payment", facts.payment_id, postings)


RECIPE = Recipe("payment_returned", PaymentReturned, payment_returned)
