"""What may be appealed now, at which level, and until when; and what brings external review sooner."""

from datetime import date
from typing import NamedTuple
from zoneinfo import ZoneInfo

from tenants.models import Employer
from tpa.books.claims import appeals as book
from tpa.books.claims import selectors
from tpa.books.claims.clocks import Clocked, clocks_of
from tpa.books.claims.examining import Appeal
from tpa.books.claims.models import Decision
from tpa.books.plans import selectors as plans
from tpa.engine.clocks import appeal as law
from tpa.engine.clocks.claim import Kind
from tpa.engine.plan.terms import PlanTerms
from tpa.infra import clock
from tpa.kernel.errors import DomainError

URGENT, PLAN_LATE = "urgent", "plan_late"
"""What lets a claimant ask for external review before the plan's own levels are over."""
_FINAL = (Appeal.Outcome.UPHELD, Appeal.Outcome.PARTLY)


class AppealError(DomainError):
    """The appeal cannot be taken, or decided, so."""

    code = "appeal"


class Window(NamedTuple):
    """What may be filed about a claim now: at which stage, since when the claimant knows, and the last day for it."""

    stage: Appeal.Stage
    levels_count: int
    kind: Kind
    notified_on: date
    last_on: date
    exhausted_by: str = ""


def window(employer: Employer, claim_id: int, *, notified_on: date | None = None, is_external: bool = False) -> Window:
    """What may be appealed now. The time runs from the day on which the claimant got the notice: `notified_on`, else the day
    that is noted at the claim's clock, else that of the decision.

    After the plan's own levels it is external review, and before them where it is asked for and may be (`is_external`).
    Raises AppealError where there is nothing to appeal.
    """
    live = selectors.standings([claim_id])[claim_id].decision
    if live is None or live.outcome == Decision.Outcome.REVERSED:
        raise AppealError("There is no decision that stands.", where="/claim")
    if live.paid_cents == live.charge_cents:
        raise AppealError("The plan pays the whole charge: there is nothing to appeal.", where="/claim")
    clocked = clocks_of([claim_id], employer.time_zone)[claim_id]
    kind, levels_count = clocked.filed.kind.of_appeal, levels_of(live)
    last = book.last_decided(claim_id)
    is_new = last is None or last.outcome not in _FINAL or (last.outcome == "upheld" and last.decision_id != live.pk)
    decided_at = live.decided_at if is_new or last is None else last.decided_at
    assert decided_at is not None
    zone = ZoneInfo(employer.time_zone)
    decided_on = decided_at.astimezone(zone).date()
    since_on = notified_on or (clocked.told_since(decided_at) or decided_at).astimezone(zone).date()
    if since_on < decided_on:
        raise AppealError(f"It was decided on {decided_on}, not before.", where="/notified_on")
    exhausted_by = _exhausted_by(claim_id, clocked, employer) if is_external else ""
    if exhausted_by:
        until_on = law.last_day_for_external(since_on)
        return Window(Appeal.Stage.EXTERNAL, levels_count, kind, since_on, until_on, exhausted_by)
    if is_new or last is None:
        stage = Appeal.Stage.FIRST
    elif last.stage == Appeal.Stage.FIRST and levels_count > 1:
        stage = Appeal.Stage.SECOND
    else:
        return Window(Appeal.Stage.EXTERNAL, levels_count, kind, since_on, law.last_day_for_external(since_on))
    if is_external:
        raise AppealError(
            "External review comes after the plan's own levels.",
            where="/is_external",
            remedy="Before them it may be asked for beside an open urgent appeal, or where the plan was late.",
        )
    return Window(stage, levels_count, kind, since_on, law.last_day_to_appeal(kind, since_on))


def _exhausted_by(claim_id: int, clocked: Clocked, employer: Employer) -> str:
    """What lets the claimant ask for external review now, the plan's own levels not being over; empty for nothing.

    29 CFR 2590.715-2719(d)(3)(i)(A): the claim is urgent, and the appeal is filed. (b)(2)(ii)(F): the plan has not kept to
    its time, for the claim or for the appeal.
    """
    own = book.appeals(state=book.OPEN, claim_id=claim_id).exclude(stage=Appeal.Stage.EXTERNAL).first()
    if own is not None and Kind(own.kind) is Kind.URGENT:
        return URGENT
    now, today = clock.now(), clock.today(employer.time_zone)
    is_late = own is not None and (now > own.due_at if own.due_at else today > own.due_on)
    return PLAN_LATE if is_late or clocked.was_late else ""


def levels_of(decision: Decision) -> int:
    """The most levels of the plans that decided the lines."""
    return max((one.appeal_levels for one in terms_of(decision).values()), default=1)


def terms_of(decision: Decision) -> dict[int, PlanTerms]:
    """Plan version -> its terms, of those that decided the lines."""
    keys = {line.plan_version_id for line in selectors.lines_of(decision.pk)} - {0}
    found = plans.published_terms(plans.plans_of(keys), known_at=decision.decided_at)
    return {one.version_id: one.terms for dated in found.values() for one in dated if one.version_id in keys}
