"""The stop-loss carrier pays."""

from __future__ import annotations

from datetime import date
from typing import NamedTuple

from tpa.engine.journal.accounts import (
    CASH,
    EMPLOYER_CONTRIBUTIONS,
    EMPLOYER_DEPOSITS,
    STOP_LOSS_RECEIVABLE,
)
from tpa.engine.journal.entry import Entry, Recipe, transfer


class StopLossReceived(NamedTuple):
    """`kind`: specific or aggregate."""

    filing_event_id: int
    received_on: date
    kind: str
    cents: int


def stop_loss_received(facts: StopLossReceived) -> Entry:
    """The carrier's cash takes the place of money that the employer had put in: that is a deposit again.

    ::

        cash                    |  stop-loss receivable (kind)
        cents                   |                              cents

        employer contributions  |  employer deposits
        cents                   |                              cents
    """
    postings = transfer(CASH, STOP_LOSS_RECEIVABLE, facts.cents, facts.kind)
    postings += transfer(EMPLOYER_CONTRIBUTIONS, EMPLOYER_DEPOSITS, facts.cents, facts.kind)
    return Entry("stop_loss_received", facts.received_on, "filing_event", facts.filing_event_id, postings)


RECIPE = Recipe("stop_loss_received", StopLossReceived, stop_loss_received)
