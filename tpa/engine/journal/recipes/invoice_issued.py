"""A funding invoice becomes final."""

from __future__ import annotations

from datetime import date
from typing import NamedTuple

from tpa.engine.journal.accounts import (
    CREDITS_DUE,
    EMPLOYER_DEPOSITS,
    FUNDING_INVOICED,
    FUNDING_RECEIVABLE,
)
from tpa.engine.journal.entry import Entry, Recipe, transfer


class InvoiceIssued(NamedTuple):
    """`total_cents`: this month's fees, premium and claims less `credits_cents`, without the prior balance.

    The prior balance stands in the ledger already, by the invoices that it comes from. `credits_cents` is positive.
    """

    invoice_id: int
    issued_on: date
    total_cents: int
    credits_cents: int = 0


def invoice_issued(facts: InvoiceIssued) -> Entry:
    """The employer owes the total; credits that were waiting count as deposits again.

    ::

        funding receivable  |  funding invoiced
        total               |                    total

        credits due         |  employer deposits
        credits             |                    credits
    """
    postings = transfer(FUNDING_RECEIVABLE, FUNDING_INVOICED, facts.total_cents)
    postings += transfer(CREDITS_DUE, EMPLOYER_DEPOSITS, facts.credits_cents)
    return Entry("invoice_issued", facts.issued_on, "invoice", facts.invoice_id, postings)


RECIPE = Recipe("invoice_issued", InvoiceIssued, invoice_issued)
