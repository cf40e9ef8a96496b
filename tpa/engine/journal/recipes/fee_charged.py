"""The TPA's fees of an invoice."""

from __future__ import annotations

from datetime import date
from typing import NamedTuple

from tpa.engine.journal.accounts import FEE_EXPENSE, FEE_PAYABLE
from tpa.engine.journal.entry import Amount, Entry, Recipe, transfers


class FeeCharged(NamedTuple):
    """`amounts`: by fee code. A retroactive reduction is negative."""

    invoice_id: int
    charged_on: date
    amounts: tuple[Amount, ...]


def fee_charged(facts: FeeCharged) -> Entry:
    """The plan owes the TPA its fees.

    ::

        fee expense (fee)  |  fee payable
        amount             |              amount
    """
    postings = transfers(FEE_EXPENSE, FEE_PAYABLE, facts.amounts)
    return Entry("fee_charged", facts.charged_on, "invoice", facts.invoice_id, postings)


RECIPE = Recipe("fee_charged", FeeCharged, fee_charged)
