"""What comes out: a Decision with its moves, which are the explanation, or a Pend with its reasons."""

from __future__ import annotations

from typing import NamedTuple

from tpa.engine.accumulators.balances import AccumulatorEntry

Inputs = tuple[tuple[str, int | str], ...]
"""(name, value) of the figures that a rule used; names end in their unit: `_cents`, `_bp`, `_milli`, `_on`."""


class Move(NamedTuple):
    """`cents` that a rule took out of the open charge, as X12 names it: group CO, PR, OA or PI and a reason code (CARC).

    `rule` is stage.file of the rule, `clause` the place in the plan document. The JSON form is the plain list.
    """

    rule: str
    group: str
    carc: str
    cents: int
    clause: str = ""
    inputs: Inputs = ()


class LineDecision(NamedTuple):
    """One line decided: charge = paid + sum of moves. `benefit` and `tier` are names of the plan document."""

    number: int
    plan_version_id: int
    """0 where no plan covered the line."""
    coverage_line: str
    benefit: str
    tier: str
    denied: bool
    charge_cents: int
    allowed_cents: int
    paid_cents: int
    deductible_cents: int
    copay_cents: int
    coinsurance_cents: int
    member_cents: int
    """What the member owes: the moves of group PR."""
    moves: tuple[Move, ...]
    stop_loss: str = ""
    """As what stop-loss counts the line: `drug` under a medical plan, `none`; "" is its own line of coverage."""

    @property
    def stop_loss_class(self) -> str:
        """The line of coverage as which stop-loss counts it, or `none`."""
        return self.stop_loss or self.coverage_line


class Decision(NamedTuple):
    """A claim decided."""

    claim_id: int
    lines: tuple[LineDecision, ...]
    entries: tuple[AccumulatorEntry, ...]
    is_estimate: bool = False
    """A predetermination: it says what would be paid."""
    payee: str = "provider"
    """Who gets what the plan pays: provider, member, or `ordered`: whom a court's order names."""

    @property
    def charge_cents(self) -> int:
        """The charge of all lines."""
        return sum(line.charge_cents for line in self.lines)

    @property
    def allowed_cents(self) -> int:
        """The allowed amount of all lines."""
        return sum(line.allowed_cents for line in self.lines)

    @property
    def paid_cents(self) -> int:
        """What the plan pays."""
        return sum(line.paid_cents for line in self.lines)

    @property
    def member_cents(self) -> int:
        """What the member owes."""
        return sum(line.member_cents for line in self.lines)

    @property
    def outcome(self) -> str:
        """`denied` if every line was denied as a whole, else `paid` (which may be nothing: all the member's share).

        `estimate` for a predetermination.
        """
        if self.is_estimate:
            return "estimate"
        return "denied" if all(line.denied for line in self.lines) else "paid"


class PendReason(NamedTuple):
    """Why a claim waits, and in whose queue. `line_number` 0 is the whole claim."""

    code: str
    queue: str
    line_number: int = 0
    detail: str = ""


class Pend(NamedTuple):
    """A claim that a person must look at before it can be decided."""

    claim_id: int
    reasons: tuple[PendReason, ...]
