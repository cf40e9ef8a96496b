"""Codes that are not paid beside each other (NCCI procedure-to-procedure edits)."""

from collections.abc import Iterator

from tpa.engine.adjudication.compiled import CompiledPlan
from tpa.engine.adjudication.compiled_edits import is_set_apart
from tpa.engine.adjudication.line import LineWork
from tpa.engine.adjudication.rule import Rule

NAME = "screens.code_pairs"
NOT_TOGETHER = "236"


def deny_second(work: LineWork) -> None:
    """Deny a code of column 2 beside its code of column 1, of the same member, provider and day.

    Where column 2 was paid by an earlier claim, the line of column 1 waits for a person.
    """
    edits = work.plan.edits
    if edits is None or not work.line.procedure:
        return
    kept, code, day = work.work.family.edit_tables, work.line.procedure, work.line.from_on
    for other, modifiers in _beside(work):
        pair = edits.pair(kept, (other, code), day)
        if pair is not None and not is_set_apart(pair, modifiers, work.line.modifiers):
            inputs = (("column_1", other), ("column_2", code), ("modifier", pair.modifier))
            work.deny(NAME, "CO", NOT_TOGETHER, edits.clause, inputs)
            return
    for prior in work.same_visit():
        pair = edits.pair(kept, (code, prior.procedure), day)
        if pair is not None and not is_set_apart(pair, work.line.modifiers, prior.modifiers):
            work.pend("code_pair_paid", "review", f"{prior.procedure} was paid by claim {prior.claim_id} beside {code}")
            return


def _beside(work: LineWork) -> Iterator[tuple[str, tuple[str, ...]]]:
    """The other procedures of this provider on this day, with their modifiers: of this claim, and paid before."""
    for line in work.claim.lines:
        if line.from_on == work.line.from_on and line.number != work.line.number:
            yield line.procedure, line.modifiers
    for prior in work.same_visit():
        yield prior.procedure, prior.modifiers


def _has_edits(plan: CompiledPlan) -> bool:
    return plan.edits is not None


RULE = Rule(
    "A code that is a part of another one is not paid beside it.",
    deny_second,
    operator="{column_2} (column 2) is not paid beside {column_1} (column 1); modifier indicator {modifier}.",
    member="This service ({column_2}) is a part of another one of the same day ({column_1}).",
    after=("network",),
    may_be_set_aside=True,
    asked_by=_has_edits,
)
