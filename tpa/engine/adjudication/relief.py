"""Giving back what was moved to the member, where another plan has paid: the last move first, as negative moves.

So the trace shows the plan's normal decision and then what coordination made of it; charge = paid + moves holds all along.
"""

from __future__ import annotations

from tpa.engine.accumulators.balances import AccumulatorEntry
from tpa.engine.accumulators.carry_over import late_code
from tpa.engine.accumulators.counter import Counter
from tpa.engine.adjudication.compiled import Fills
from tpa.engine.adjudication.decision import Inputs, Move
from tpa.engine.adjudication.line import MEMBER, LineWork

_FIELDS = {"1": "deductible_cents", "2": "coinsurance_cents", "3": "copay_cents"}


def relieve(work: LineWork, rule: str, cents: int, clause: str, inputs: Inputs, *, uncounted: bool) -> None:
    """Take `cents` back from the member's moves; what is left is the member's in the order of the calculation.

    `uncounted`: it does not count to deductibles and maximums either.
    """
    for move in reversed([one for one in work.moves if one.group == MEMBER]):
        back = min(cents, move.cents)
        if back <= 0:
            continue
        cents -= back
        _reverse(work, rule, move, back, clause, inputs)
        if uncounted:
            _uncount(work, move, back)


def reopen(work: LineWork, rule: str, group: str, carc: str, cents: int, clause: str, inputs: Inputs) -> None:
    """Put `cents` of an adjustment back into the open charge."""
    if cents:
        work.open_cents += cents
        work.moves.append(Move(rule, group, carc, -cents, clause, inputs))


def give_back(work: LineWork, counter: Counter, cents: int) -> None:
    """File `cents` less under a counter, for this line."""
    line, claim = work.line, work.work
    key_on = counter.key_on(line.from_on)
    codes = [counter.code]
    if counter.carry_over is not None and counter.carries(line.from_on):
        codes.append(late_code(counter.code))
    claim.entries += [AccumulatorEntry(work.person.member_id, code, key_on, -cents, line.number) for code in codes]
    # What is left is worked out anew: a person who was over the limit of the family may still be.
    claim.left.pop((counter.code, key_on), None)


def _reverse(work: LineWork, rule: str, move: Move, cents: int, clause: str, inputs: Inputs) -> None:
    reopen(work, rule, MEMBER, move.carc, cents, clause, inputs)
    work.member_cents -= cents
    field = _FIELDS.get(move.carc)
    if field is not None:
        setattr(work, field, getattr(work, field) - cents)


def _uncount(work: LineWork, move: Move, cents: int) -> None:
    """Take it back from every counter that it was filed under, never more than this line filed there."""
    fills = _fills(work, move)
    for counter in (*fills.caps, *fills.fed):
        filed = sum(
            one.amount for one in work.work.entries if one.code == counter.code and one.line_number == work.line.number
        )
        if filed > 0:
            give_back(work, counter, min(cents, filed))


def _fills(work: LineWork, move: Move) -> Fills:
    share = work.share
    if move.carc == "2":
        return share.coinsurance
    if move.carc == "3":
        return share.copay
    name = dict(move.inputs).get("deductible")
    return next((fills for counter, fills in share.deductibles.values() if counter.name == name), Fills())
