"""A funded year is settled after its run-out."""

from __future__ import annotations

from datetime import date
from typing import NamedTuple

from tpa.engine.journal.accounts import (
    CLAIMS_RESERVE,
    EMPLOYER_DEPOSITS,
    FUNDING_INVOICED,
    FUNDING_RECEIVABLE,
    SETTLEMENT_PAYABLE,
)
from tpa.engine.journal.entry import Amount, Entry, Recipe, transfer, transfers


class YearSettled(NamedTuple):
    """`payable`: what is owed out of the deposits, by party (employer, tpa, carrier, tax). `billed`: with its tax.

    What is credited or set against the next deposits is a credit of the next invoice, with an entry of its own.
    """

    settlement_id: int
    settled_on: date
    payable: tuple[Amount, ...] = ()
    to_reserve: int = 0
    reserve_used: int = 0
    billed: int = 0


def year_settled(facts: YearSettled) -> Entry:
    """A surplus leaves the deposits, a deficit is taken from the reserve or asked for.

    ::

        surplus:  employer deposits           |  settlement payable (party)
                  employer deposits           |  claims fluctuation reserve
        deficit:  claims fluctuation reserve  |  employer deposits
                  funding receivable          |  funding invoiced
    """
    postings = transfers(EMPLOYER_DEPOSITS, SETTLEMENT_PAYABLE, facts.payable)
    postings += transfer(EMPLOYER_DEPOSITS, CLAIMS_RESERVE, facts.to_reserve)
    postings += transfer(CLAIMS_RESERVE, EMPLOYER_DEPOSITS, facts.reserve_used)
    postings += transfer(FUNDING_RECEIVABLE, FUNDING_INVOICED, facts.billed)
    return Entry("year_settled", facts.settled_on, "settlement", facts.settlement_id, postings)


RECIPE = Recipe("year_settled", YearSettled, year_settled)
