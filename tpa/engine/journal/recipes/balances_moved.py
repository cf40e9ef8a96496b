"""A payment carries on what it cannot set off, and takes what earlier ones have carried on."""

from __future__ import annotations

from datetime import date
from typing import NamedTuple

from tpa.engine.journal.accounts import (
    EMPLOYER_CONTRIBUTIONS,
    EMPLOYER_DEPOSITS,
    OUTSTANDING_PAYMENTS,
    PROVIDER_RECEIVABLE,
)
from tpa.engine.journal.entry import Entry, Recipe, transfer


class BalancesMoved(NamedTuple):
    """`carried_cents` and `taken_cents` of one payment, both above zero or zero."""

    payment_id: int
    issued_on: date
    carried_cents: int
    taken_cents: int


def balances_moved(facts: BalancesMoved) -> Entry:
    """What is carried on is owed by the payee as before, and its money has not come back to the employer yet.

    ::

        provider receivable   |  outstanding payments
        carried less taken    |                       carried less taken

        employer deposits     |  employer contributions
        carried less taken    |                       carried less taken
    """
    cents = facts.carried_cents - facts.taken_cents
    postings = transfer(PROVIDER_RECEIVABLE, OUTSTANDING_PAYMENTS, cents)
    postings += transfer(EMPLOYER_DEPOSITS, EMPLOYER_CONTRIBUTIONS, cents)
    return Entry("balances_moved", facts.issued_on, "payment", facts.payment_id, postings)


RECIPE = Recipe("balances_moved", BalancesMoved, balances_moved)
