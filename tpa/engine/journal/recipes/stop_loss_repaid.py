"""The stop-loss carrier gets back what it has paid too much."""

from __future__ import annotations

from datetime import date
from typing import NamedTuple

from tpa.engine.journal.accounts import CASH, EMPLOYER_CONTRIBUTIONS, EMPLOYER_DEPOSITS, STOP_LOSS_PAYABLE
from tpa.engine.journal.entry import Entry, Recipe, transfer


class StopLossRepaid(NamedTuple):
    """`kind`: specific or aggregate."""

    overpayment_id: int
    repaid_on: date
    kind: str
    cents: int


def stop_loss_repaid(facts: StopLossRepaid) -> Entry:
    """The receipt taken back: the money leaves, and the employer's takes its place.

    ::

        owed back to the carrier (kind)  |  cash
        cents                            |      cents

        employer deposits                |  employer contributions
        cents                            |                      cents
    """
    postings = transfer(STOP_LOSS_PAYABLE, CASH, facts.cents, facts.kind)
    postings += transfer(EMPLOYER_DEPOSITS, EMPLOYER_CONTRIBUTIONS, facts.cents, facts.kind)
    return Entry("stop_loss_repaid", facts.repaid_on, "overpayment", facts.overpayment_id, postings)


RECIPE = Recipe("stop_loss_repaid", StopLossRepaid, stop_loss_repaid)
