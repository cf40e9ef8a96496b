"""Fees go to the TPA and premium to the carrier, out of the employer's deposits."""

from __future__ import annotations

from datetime import date
from typing import NamedTuple

from tpa.engine.journal.accounts import (
    CASH,
    EMPLOYER_CONTRIBUTIONS,
    EMPLOYER_DEPOSITS,
    FEE_PAYABLE,
    PREMIUM_PAYABLE,
)
from tpa.engine.journal.entry import Amount, Entry, Posting, Recipe, transfer


class FixedCostsPaid(NamedTuple):
    """`fees` by fee code, `premiums` by premium code: what is sent on for the invoice."""

    invoice_id: int
    paid_on: date
    fees: tuple[Amount, ...] = ()
    premiums: tuple[Amount, ...] = ()


def fixed_costs_paid(facts: FixedCostsPaid) -> Entry:
    """What is owed goes out, and as much of the deposits counts as contributed.

    ::

        fee payable, premium payable  |  cash
        amount                        |                         amount

        employer deposits             |  employer contributions
        amount                        |                         amount
    """
    postings: list[Posting] = []
    for payable, amounts in (
        (FEE_PAYABLE, facts.fees),
        (PREMIUM_PAYABLE, facts.premiums),
    ):
        for code, cents in amounts:
            postings += transfer(payable, CASH, cents, code)
            postings += transfer(EMPLOYER_DEPOSITS, EMPLOYER_CONTRIBUTIONS, cents, code)
    return Entry("fixed_costs_paid", facts.paid_on, "invoice", facts.invoice_id, tuple(postings))


RECIPE = Recipe("fixed_costs_paid", FixedCostsPaid, fixed_costs_paid)
