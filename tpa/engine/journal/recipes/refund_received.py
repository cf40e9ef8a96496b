"""A payee sends money back."""

from __future__ import annotations

from datetime import date
from typing import NamedTuple

from tpa.engine.journal.accounts import CASH, EMPLOYER_CONTRIBUTIONS, EMPLOYER_DEPOSITS, PROVIDER_RECEIVABLE
from tpa.engine.journal.entry import Entry, Recipe, transfer


class RefundReceived(NamedTuple):
    """`balance_id`: the balance that the money settles."""

    balance_id: int
    received_on: date
    cents: int


def refund_received(facts: RefundReceived) -> Entry:
    """Cash for what was owed; the employer's money is free again.

    ::

        cash                    |  provider receivable
        cents                   |                       cents

        employer contributions  |  employer deposits
        cents                   |                       cents
    """
    postings = transfer(CASH, PROVIDER_RECEIVABLE, facts.cents)
    postings += transfer(EMPLOYER_CONTRIBUTIONS, EMPLOYER_DEPOSITS, facts.cents)
    return Entry("refund_received", facts.received_on, "carried_balance", facts.balance_id, postings)


RECIPE = Recipe("refund_received", RefundReceived, refund_received)
