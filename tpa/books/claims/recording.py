"""Writing decisions: four kinds of rows by COPY, for a whole chunk of families at once."""

import json
from collections.abc import Sequence
from datetime import date, datetime
from functools import lru_cache
from typing import Any, NamedTuple

from tpa.engine.adjudication import decision as engine
from tpa.engine.adjudication import facts
from tpa.infra.copy import copy_rows

_encode = json.JSONEncoder(separators=(",", ":"), ensure_ascii=False).encode

DECISION_COLUMNS = (
    "id",
    "claim_id",
    "version",
    "family_id",
    "family_seq",
    "place",
    "member_id",
    "outcome",
    "specialty",
    "network",
    "price_list_id",
    "payee",
    "charge_cents",
    "allowed_cents",
    "paid_cents",
    "member_responsibility_cents",
    "decided_at",
    "decided_on",
)
LINE_COLUMNS = (
    "decision_id",
    "number",
    "service_on",
    "plan_version_id",
    "line_of_coverage",
    "stop_loss",
    "benefit",
    "tier",
    "denied",
    "charge_cents",
    "allowed_cents",
    "paid_cents",
    "deductible_cents",
    "copay_cents",
    "coinsurance_cents",
    "member_responsibility_cents",
    "moves",
)


REVERSED = "reversed"


class Decided(NamedTuple):
    """A decision on its way into the books: under which key, as which version, as which number of its family.

    `place` is the family's number whose place it takes; None where that is its own. A reversal carries the amounts of
    the decision that it takes back with the sign turned.
    """

    decision_id: int
    version: int
    family_id: int
    family_seq: int
    claim: facts.Claim
    decision: engine.Decision
    place: int | None = None
    is_reversal: bool = False

    @property
    def outcome(self) -> str:
        """As it is kept."""
        return REVERSED if self.is_reversal else self.decision.outcome


@lru_cache(maxsize=8192)
def moves_text(moves: tuple[engine.Move, ...]) -> str:
    """The moves of a line as they are kept: the same moves give the same text. Most lines of a day repeat another's."""
    return _encode(moves)


def read_moves(text: str) -> tuple[engine.Move, ...]:
    """The moves of a recorded line."""
    return tuple(
        engine.Move(rule, group, carc, cents, clause, tuple((name, value) for name, value in inputs))
        for rule, group, carc, cents, clause, inputs in json.loads(text)
    )


def line_row(decision_id: int, line: engine.LineDecision, service_on: date) -> tuple[object, ...]:
    """A decided line as its row, in the order of the columns; the proof compares rows with it."""
    return (
        decision_id,
        line.number,
        service_on,
        line.plan_version_id,
        line.coverage_line,
        line.stop_loss,
        line.benefit,
        line.tier,
        line.denied,
        line.charge_cents,
        line.allowed_cents,
        line.paid_cents,
        line.deductible_cents,
        line.copay_cents,
        line.coinsurance_cents,
        line.member_cents,
        moves_text(line.moves),
    )


def read_line(row: Sequence[Any]) -> engine.LineDecision:
    """A decided line from its row, in the order of the columns: what `line_row` made a row of."""
    return engine.LineDecision._make((row[1], *row[3:5], *row[6:-1], read_moves(row[-1]), row[5]))


def decision_row(one: Decided, decided_at: datetime, decided_on: date) -> tuple[object, ...]:
    """A decision as its row, in the order of the columns."""
    decision = one.decision
    return (
        one.decision_id,
        one.claim.claim_id,
        one.version,
        one.family_id,
        one.family_seq,
        one.place,
        one.claim.member_id,
        one.outcome,
        one.claim.specialty,
        one.claim.network,
        one.claim.price_list_id,
        decision.payee,
        decision.charge_cents,
        decision.allowed_cents,
        decision.paid_cents,
        decision.member_cents,
        decided_at,
        decided_on,
    )


def record_decisions(*, decided: Sequence[Decided], decided_at: datetime, decided_on: date) -> None:
    """Write decisions and their lines, under the families' locks. Two statements.

    The database refuses a second decision of the same version, and a number that its family has given before.
    """
    headers, lines = [], []
    for one in decided:
        decision = one.decision
        days = {line.number: line.from_on for line in one.claim.lines}
        rows = [line_row(one.decision_id, line, days[line.number]) for line in decision.lines]
        lines += rows
        headers.append(decision_row(one, decided_at, decided_on))
    copy_rows("claims_decision", DECISION_COLUMNS, headers)
    copy_rows("claims_decisionline", LINE_COLUMNS, lines)
