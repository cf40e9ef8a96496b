"""The later instalments of a treatment as claims: what a decision has deferred falls due month by month (R-B08)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import NamedTuple

from tpa.engine.adjudication.decision import Move
from tpa.engine.adjudication.facts import Claim, ServiceLine
from tpa.engine.adjudication.instalments import Instalment, instalments
from tpa.engine.adjudication.rules.limits.instalments import DEFERRED, NAME


class Deferred(NamedTuple):
    """What a decided line has put off: the terms of the instalments, as they were when it was decided."""

    line_number: int
    fee_cents: int
    months: int
    every_months: int
    initial_bp: int
    banded_on: date

    def after(self, day: date) -> tuple[Instalment, ...]:
        """The instalments due after a day."""
        parts = instalments(self.fee_cents, self.months, self.every_months, self.initial_bp, self.banded_on)
        return tuple(one for one in parts if one.due_on > day)


def deferred_in(line_number: int, moves: Iterable[Move]) -> Deferred | None:
    """What the moves of a decided line have put off; None where it is no treatment, or nothing of it is left."""
    for move in moves:
        if move.rule == NAME and move.carc == DEFERRED:
            told = dict(move.inputs)
            return Deferred(
                line_number,
                int(told["fee_cents"]),
                int(told["months"]),
                int(told["every_months"]),
                int(told["initial_bp"]),
                date.fromisoformat(str(told["banded_on"])),
            )
    return None


def instalment_claim(claim: Claim, line: ServiceLine, due: Instalment, claim_id: int) -> Claim:
    """An instalment of `line` of `claim` as a claim of its own: same person, provider and service, on its due day."""
    service = line._replace(
        number=1, from_on=due.due_on, through_on=due.due_on, charge_cents=due.cents, units_milli=1000
    )
    return claim._replace(
        claim_id=claim_id,
        received_on=due.due_on,
        lines=(service,),
        treatment=None,
        missing_teeth=(),
        predetermination=False,
        frequency="1",
        original_reference="",
        cleared=(),
        instalment=due.number,
    )
