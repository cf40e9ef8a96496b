"""Deciding one claim: every line through every rule, in the golden order."""

from __future__ import annotations

from tpa.engine.adjudication.decision import Decision, Pend
from tpa.engine.adjudication.facts import Claim, Family
from tpa.engine.adjudication.line import ClaimWork, LineWork
from tpa.engine.adjudication.order import build_program, stage_rules
from tpa.kernel.errors import must

_CLAIM = stage_rules("claim")
_SCREENS = stage_rules("screens")
_FINISH = stage_rules("finish")


def adjudicate(claim: Claim, family: Family) -> Decision | Pend:
    """Decide `claim` on the facts of its family. Pure: same facts, same decision; `family` stays as it was.

    `family.fold(claim, decision)` counts the decision, so that the family's next claim sees it. Within the claim a line
    sees the lines before it. Raises PlanError where a plan's pricing cannot be read, InvariantError on a broken invariant.
    """
    work = ClaimWork(claim, family)
    for check in _CLAIM:
        check(work)
    if not work.pends:
        person = work.person
        must(person is not None, f"claim {claim.claim_id} has no member")
        assert person is not None
        for line in claim.lines:
            one = LineWork(work, person, line)
            _apply(one)
            if not work.pends:
                one.finish()
    if not work.pends:
        for check in _FINISH:
            check(work)
    if work.pends:
        return Pend(claim.claim_id, tuple(work.pends))
    return Decision(claim.claim_id, tuple(work.decided), tuple(work.entries))


def _apply(work: LineWork) -> None:
    for screen in _SCREENS:
        screen(work)
        if work.is_closed:
            return
    for apply in work.share.program or build_program(work.share):
        apply(work)
        if work.is_closed:
            return
