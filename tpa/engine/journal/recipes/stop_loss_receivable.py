"""The stop-loss carrier owes more, or less, than before."""

from __future__ import annotations

from datetime import date
from typing import NamedTuple

from tpa.engine.journal.accounts import STOP_LOSS_RECEIVABLE, STOP_LOSS_RECOVERY
from tpa.engine.journal.entry import Entry, Recipe, transfer


class StopLossReceivable(NamedTuple):
    """`cents`: the change of what is owed; negative where a decision was reversed or the carrier refused.

    `kind`: specific or aggregate.
    """

    receivable_id: int
    arose_on: date
    kind: str
    cents: int


def stop_loss_receivable(facts: StopLossReceivable) -> Entry:
    """Income as soon as it is owed.

    ::

        stop-loss receivable (kind)  |  stop-loss recoveries (kind)
        cents                        |                              cents
    """
    postings = transfer(STOP_LOSS_RECEIVABLE, STOP_LOSS_RECOVERY, facts.cents, facts.kind)
    return Entry(
        "stop_loss_receivable",
        facts.arose_on,
        "receivable",
        facts.receivable_id,
        postings,
    )


RECIPE = Recipe("stop_loss_receivable", StopLossReceivable, stop_loss_receivable)
