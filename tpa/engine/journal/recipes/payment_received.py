"""The employer's money comes in."""

from __future__ import annotations

from datetime import date
from typing import NamedTuple

from tpa.engine.journal.accounts import (
    CASH,
    EMPLOYER_DEPOSITS,
    FUNDING_INVOICED,
    FUNDING_RECEIVABLE,
)
from tpa.engine.journal.entry import Entry, Recipe, transfer
from tpa.kernel.errors import must


class PaymentReceived(NamedTuple):
    """`cents` came in; `applied_cents` of it pay invoices, the rest goes to the fund without one."""

    deposit_id: int
    received_on: date
    cents: int
    applied_cents: int


def payment_received(facts: PaymentReceived) -> Entry:
    """Cash against what was invoiced; all of it is a deposit from now on.

    ::

        cash                      |  funding receivable
        cents                     |                     applied
                                  |  employer deposits
        funding invoiced          |                     cents
        applied                   |
    """
    must(
        0 <= facts.applied_cents <= facts.cents,
        "a deposit pays no more than its amount",
    )
    postings = transfer(CASH, EMPLOYER_DEPOSITS, facts.cents)
    postings += transfer(FUNDING_INVOICED, FUNDING_RECEIVABLE, facts.applied_cents)
    return Entry("payment_received", facts.received_on, "deposit", facts.deposit_id, postings)


RECIPE = Recipe("payment_received", PaymentReceived, payment_received)
