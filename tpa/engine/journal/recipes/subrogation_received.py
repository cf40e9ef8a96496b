"""A liable third party pays back what the plan has paid for an injury."""

from __future__ import annotations

from datetime import date
from typing import NamedTuple

from tpa.engine.journal.accounts import CASH, EMPLOYER_CONTRIBUTIONS, EMPLOYER_DEPOSITS, SUBROGATION_RECOVERY
from tpa.engine.journal.entry import Amount, Entry, Posting, Recipe, transfer


class SubrogationReceived(NamedTuple):
    """What came in, by the line of coverage that had borne it; below zero where a receipt is taken back."""

    recovery_id: int
    received_on: date
    amounts: tuple[Amount, ...]


def subrogation_received(facts: SubrogationReceived) -> Entry:
    """The money takes the place of what the employer had put in: that is a deposit again.

    ::

        cash                    |  subrogation recoveries (line)
        cents                   |                                 cents

        employer contributions  |  employer deposits
        cents                   |                                 cents

    What the stop-loss carrier has reimbursed too it gets back through its own receivable: the sweep lowers that.
    """
    postings: list[Posting] = []
    for line, cents in facts.amounts:
        postings += transfer(CASH, SUBROGATION_RECOVERY, cents, line)
        postings += transfer(EMPLOYER_CONTRIBUTIONS, EMPLOYER_DEPOSITS, cents, line)
    return Entry("subrogation_received", facts.received_on, "subrogation_recovery", facts.recovery_id, tuple(postings))


RECIPE = Recipe("subrogation_received", SubrogationReceived, subrogation_received)
