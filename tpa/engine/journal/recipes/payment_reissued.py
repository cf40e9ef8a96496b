"""Another check or transfer takes the place of one that did not arrive."""

from __future__ import annotations

from datetime import date
from typing import NamedTuple

from tpa.engine.journal.accounts import OUTSTANDING_PAYMENTS
from tpa.engine.journal.entry import Amount, Entry, Recipe, transfers


class PaymentReissued(NamedTuple):
    """`payment_id`: the one that is replaced; `amounts` as it was issued. The claims stay paid since the first day."""

    payment_id: int
    reissued_on: date
    amounts: tuple[Amount, ...]


def payment_reissued(facts: PaymentReissued) -> Entry:
    """The same money is outstanding under another number.

    ::

        outstanding payments  |  outstanding payments
        amount                |                       amount
    """
    postings = transfers(OUTSTANDING_PAYMENTS, OUTSTANDING_PAYMENTS, facts.amounts)
    return Entry("payment_reissued", facts.reissued_on, "payment", facts.payment_id, postings)


RECIPE = Recipe("payment_reissued", PaymentReissued, payment_reissued)
