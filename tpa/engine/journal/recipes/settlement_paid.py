"""What a settlement owes somebody is paid out."""

from __future__ import annotations

from datetime import date
from typing import NamedTuple

from tpa.engine.journal.accounts import CASH, SETTLEMENT_PAYABLE
from tpa.engine.journal.entry import Entry, Recipe, transfer


class SettlementPaid(NamedTuple):
    """`party`: employer, tpa, carrier or tax. `cents` below zero: tax that came back."""

    payout_id: int
    paid_on: date
    party: str
    cents: int


def settlement_paid(facts: SettlementPaid) -> Entry:
    """The surplus leaves the fund.

    ::

        settlement payable (party)  |  cash
        cents                       |        cents
    """
    postings = transfer(SETTLEMENT_PAYABLE, CASH, facts.cents, facts.party)
    return Entry("settlement_paid", facts.paid_on, "settlement_payout", facts.payout_id, postings)


RECIPE = Recipe("settlement_paid", SettlementPaid, settlement_paid)
