"""The stop-loss (or other) premium of an invoice."""

from __future__ import annotations

from datetime import date
from typing import NamedTuple

from tpa.engine.journal.accounts import PREMIUM_EXPENSE, PREMIUM_PAYABLE
from tpa.engine.journal.entry import Amount, Entry, Recipe, transfers


class PremiumCharged(NamedTuple):
    """`amounts`: by premium code. A retroactive reduction is negative."""

    invoice_id: int
    charged_on: date
    amounts: tuple[Amount, ...]


def premium_charged(facts: PremiumCharged) -> Entry:
    """The plan owes the carrier its premium.

    ::

        premium expense (premium)  |  premium payable
        amount                     |                  amount
    """
    postings = transfers(PREMIUM_EXPENSE, PREMIUM_PAYABLE, facts.amounts)
    return Entry("premium_charged", facts.charged_on, "invoice", facts.invoice_id, postings)


RECIPE = Recipe("premium_charged", PremiumCharged, premium_charged)
