"""What the stop-loss carrier had refused is not owed any more: the refusal goes with it."""

from __future__ import annotations

from datetime import date
from typing import NamedTuple

from tpa.engine.journal.accounts import STOP_LOSS_RECEIVABLE, STOP_LOSS_RECOVERY
from tpa.engine.journal.entry import Entry, Recipe, transfer


class StopLossRefusalTakenBack(NamedTuple):
    """`cents`: the change of what is taken back; negative where the refusal stands again. `kind`: the cover."""

    taken_back_id: int
    on: date
    kind: str
    cents: int


def stop_loss_refusal_taken_back(facts: StopLossRefusalTakenBack) -> Entry:
    """The refusal's entry the other way round: a claim that is reversed has lowered the receivable once already.

    ::

        stop-loss receivable (kind)  |  stop-loss recoveries (kind)
        cents                        |                              cents
    """
    postings = transfer(STOP_LOSS_RECEIVABLE, STOP_LOSS_RECOVERY, facts.cents, facts.kind)
    return Entry("stop_loss_refusal_taken_back", facts.on, "refusal_taken_back", facts.taken_back_id, postings)


RECIPE = Recipe("stop_loss_refusal_taken_back", StopLossRefusalTakenBack, stop_loss_refusal_taken_back)
