"""The opposite of a decision: with it, everything that the decision did to the books adds up to nothing."""

from __future__ import annotations

from tpa.engine.adjudication.decision import Decision, LineDecision

_CENTS = tuple(name for name in LineDecision._fields if name.endswith("_cents"))


def reversal_of(decision: Decision) -> Decision:
    """The decision with the sign of every amount turned: lines, moves and accumulator entries. Twice gives it back."""
    return decision._replace(
        lines=tuple(_turned(line) for line in decision.lines),
        entries=tuple(entry._replace(amount=-entry.amount) for entry in decision.entries),
    )


def _turned(line: LineDecision) -> LineDecision:
    moves = tuple(move._replace(cents=-move.cents) for move in line.moves)
    return line._replace(**{name: -getattr(line, name) for name in _CENTS}, moves=moves)


def is_same_outcome(one: Decision, other: Decision) -> bool:
    """Whether two decisions of a claim come to the same for everybody.

    The same money by the same reasons to the same payee, the same benefits, the same accumulators. The figures that a
    rule looked at, and the version of the plan that said so, may differ.
    """
    return (one.payee, one.entries) == (other.payee, other.entries) and [_essence(line) for line in one.lines] == [
        _essence(line) for line in other.lines
    ]


def _essence(line: LineDecision) -> LineDecision:
    moves = tuple(move._replace(rule="", clause="", inputs=()) for move in line.moves)
    return line._replace(plan_version_id=0, moves=moves)
