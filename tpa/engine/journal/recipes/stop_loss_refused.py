"""The stop-loss carrier accepts less, or after an appeal more, than it was asked for."""

from __future__ import annotations

from datetime import date
from typing import NamedTuple

from tpa.engine.journal.accounts import STOP_LOSS_RECEIVABLE, STOP_LOSS_RECOVERY
from tpa.engine.journal.entry import Entry, Recipe, transfer


class StopLossRefused(NamedTuple):
    """`cents`: the change of what is refused; negative where an appeal was won. `kind`: specific or aggregate."""

    filing_event_id: int
    decided_on: date
    kind: str
    cents: int


def stop_loss_refused(facts: StopLossRefused) -> Entry:
    """What the plan has paid stays as it is; what the carrier does not accept is no receivable any more.

    ::

        stop-loss recoveries (kind)  |  stop-loss receivable (kind)
        cents                        |                              cents
    """
    postings = transfer(STOP_LOSS_RECOVERY, STOP_LOSS_RECEIVABLE, facts.cents, facts.kind)
    return Entry("stop_loss_refused", facts.decided_on, "filing_event", facts.filing_event_id, postings)


RECIPE = Recipe("stop_loss_refused", StopLossRefused, stop_loss_refused)
