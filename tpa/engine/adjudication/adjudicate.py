"""Deciding one claim: its lines through every rule, in the golden order.

Two passes: every line is screened and priced before the first one shares cost, so that a rule can weigh the claim's
priced lines against each other (stage `claim_pricing`).
"""

from __future__ import annotations

from collections.abc import Callable

from tpa.engine.adjudication.decision import Decision, Pend
from tpa.engine.adjudication.facts import Claim, Family, Person
from tpa.engine.adjudication.line import ClaimWork, LineWork
from tpa.engine.adjudication.order import build_program, build_screens, screens_before_plan, stage_rules
from tpa.kernel.errors import must

_CLAIM = stage_rules("claim")
_SCREENS = screens_before_plan()
_CLAIM_PRICING = stage_rules("claim_pricing")
_OVERRIDES = stage_rules("overrides")
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
        _share_cost(work, _price(work, person))
    if not work.pends:
        for check in _FINISH:
            check(work)
    if work.pends:
        return Pend(claim.claim_id, tuple(work.pends))
    return Decision(claim.claim_id, tuple(work.decided), tuple(work.entries), claim.predetermination, work.payee)


def _price(work: ClaimWork, person: Person) -> list[LineWork]:
    """Every line of the claim, screened and priced, those that are denied among them."""
    lines = [LineWork(work, person, line) for line in work.claim.lines]
    is_weighed = False
    for one in lines:
        _apply(one, _SCREENS)
        if not one.is_closed:
            _apply(one, one.plan.screens or build_screens(one.plan))
        if not one.is_closed:
            program = one.share.program or build_program(one.share)
            is_weighed = is_weighed or program.is_weighed
            _apply(one, program.pricing)
    if is_weighed and not work.pends:
        for weigh in _CLAIM_PRICING:
            weigh([one for one in lines if not one.is_closed])
    if work.claim.overrides and not work.pends:
        for one in lines:
            if not one.is_closed:
                _apply(one, _OVERRIDES)
    return lines


def _share_cost(work: ClaimWork, lines: list[LineWork]) -> None:
    if work.pends:
        return
    for one in lines:
        if not one.is_closed:
            work.use_plan(one.coverage, one.plan)
            program = one.share.program or build_program(one.share)
            _apply(one, program.sharing)
        if not work.pends:
            one.finish()


def _apply(one: LineWork, rules: tuple[Callable[..., None], ...]) -> None:
    for apply in rules:
        apply(one)
        if one.is_closed:
            return
