"""The stop-loss carrier has paid more than it owes, or that has changed."""

from __future__ import annotations

from datetime import date
from typing import NamedTuple

from tpa.engine.journal.accounts import STOP_LOSS_PAYABLE, STOP_LOSS_RECEIVABLE
from tpa.engine.journal.entry import Entry, Recipe, transfer


class StopLossOverpaid(NamedTuple):
    """`cents`: the change of what is owed back; negative where the carrier owes more again. `kind`: the cover."""

    overpayment_id: int
    found_on: date
    kind: str
    cents: int


def stop_loss_overpaid(facts: StopLossOverpaid) -> Entry:
    """A receivable below zero is a debt.

    ::

        stop-loss receivable (kind)  |  owed back to the carrier (kind)
        cents                        |                              cents
    """
    postings = transfer(STOP_LOSS_RECEIVABLE, STOP_LOSS_PAYABLE, facts.cents, facts.kind)
    return Entry("stop_loss_overpaid", facts.found_on, "overpayment", facts.overpayment_id, postings)


RECIPE = Recipe("stop_loss_overpaid", StopLossOverpaid, stop_loss_overpaid)
