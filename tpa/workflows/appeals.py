"""Appeals: one or two levels, as the plan says, and external review after them; a reversal leads to the claim's correction.

appeal = file_appeal(claim_id=4, filed_by="member", grounds="...", at=instant, by=person)
decide(appeal_id=appeal.pk, outcome="reversed", rationale="...", by=another, orders=[order], authority_cents=50_000)
"""

from collections.abc import Sequence
from datetime import date, datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo

from django.db import transaction

from tenants.models import Employer
from tpa.books.agreements import selectors as agreements
from tpa.books.audit import services as audit
from tpa.books.claims import appeals as book
from tpa.books.claims import selectors
from tpa.books.claims.clocks import clocks_of
from tpa.books.claims.examining import Appeal, AppealNote
from tpa.books.claims.models import Decision
from tpa.books.claims.overrides import Person
from tpa.books.plans import selectors as plans
from tpa.engine.adjudication.overrides import Override
from tpa.engine.clocks import appeal as law
from tpa.engine.clocks.claim import Kind
from tpa.infra import clock, locks, work_items
from tpa.infra.employers import open_employer
from tpa.kernel.errors import ConflictError, DomainError
from tpa.workflows import corrections, overrides

WORK, QUEUE = "appeal", "appeals"
NOTES = tuple(kind for kind in AppealNote.Kind.values if kind != AppealNote.Kind.ASSIGNED)
"""What people log; assignments are logged by themselves."""
_REVERSING = (Appeal.Outcome.REVERSED, Appeal.Outcome.PARTLY)
_REVIEWED = (Appeal.Outcome.UPHELD, Appeal.Outcome.REVERSED, Appeal.Outcome.PARTLY)
_FINAL = (Appeal.Outcome.UPHELD, Appeal.Outcome.PARTLY)


class AppealError(DomainError):
    """The appeal cannot be taken, or decided, so."""

    code = "appeal"


class AppealLateError(AppealError):
    """The time to appeal is over."""

    code = "appeal_late"
    remedy = "Say why it is taken all the same, if it is."


class NewDeciderError(DomainError):
    """Who took part before does not decide the appeal."""

    code = "new_decider_needed"
    status = 403
    remedy = "Let somebody decide who had no part in it."


class Window(NamedTuple):
    """What may be filed about a claim now: at which stage, since when the claimant knows, and the last day for it."""

    stage: Appeal.Stage
    levels_count: int
    kind: Kind
    notified_on: date
    last_on: date


def window(employer: Employer, claim_id: int, *, notified_on: date | None = None) -> Window:
    """What may be appealed now. Without `notified_on` the claimant was told on the day of the decision.

    After the plan's own levels it is external review. Raises AppealError where there is nothing to appeal.
    """
    live = selectors.standings([claim_id])[claim_id].decision
    if live is None or live.outcome == Decision.Outcome.REVERSED:
        raise AppealError("There is no decision that stands.", where="/claim")
    if live.paid_cents == live.charge_cents:
        raise AppealError("The plan pays the whole charge: there is nothing to appeal.", where="/claim")
    kind, levels_count = clocks_of([claim_id], employer.time_zone)[claim_id].filed.kind.of_appeal, _levels(live)
    last = book.last_decided(claim_id)
    is_new = last is None or last.outcome not in _FINAL or (last.outcome == "upheld" and last.decision_id != live.pk)
    told_at = live.decided_at if is_new or last is None else last.decided_at
    assert told_at is not None
    told_on = told_at.astimezone(ZoneInfo(employer.time_zone)).date()
    since_on = notified_on or told_on
    if since_on < told_on:
        raise AppealError(f"It was decided on {told_on}, not before.", where="/notified_on")
    if is_new or last is None:
        stage = Appeal.Stage.FIRST
    elif last.stage == Appeal.Stage.FIRST and levels_count > 1:
        stage = Appeal.Stage.SECOND
    else:
        return Window(Appeal.Stage.EXTERNAL, levels_count, kind, since_on, law.last_day_for_external(since_on))
    return Window(stage, levels_count, kind, since_on, law.last_day_to_appeal(kind, since_on))


def _levels(decision: Decision) -> int:
    """The most levels of the plans that decided the lines."""
    keys = {line.plan_version_id for line in selectors.lines_of(decision.pk)} - {0}
    plan_ids = {plans.version(key).plan_id: key for key in keys}
    terms = plans.published_terms(plan_ids)
    return max(
        (one.terms.appeal_levels for dated in terms.values() for one in dated if one.version_id in keys), default=1
    )


@transaction.atomic
def file_appeal(
    *,
    claim_id: int,
    filed_by: str,
    grounds: str,
    at: datetime,
    by: Person,
    notified_on: date | None = None,
    late_reason: str = "",
) -> Appeal:
    """Take an appeal, or after the plan's own levels a request for external review, that came at an instant.

    Raises AppealError, AppealLateError where its time is over and nothing says why it is taken, ConflictError where one is
    open.
    """
    employer = open_employer()
    locks.lock(f"appeal:{claim_id}")
    claim = selectors.claim(claim_id)
    if not grounds.strip():
        raise AppealError("An appeal says why.", where="/grounds")
    if at > clock.now():
        raise AppealError("This lies in the future.", where="/received_at")
    if book.appeals(state=book.OPEN, claim_id=claim_id).exists():
        raise ConflictError("An appeal of this claim is open.", remedy="Log what came with that one.")
    found = window(employer, claim_id, notified_on=notified_on)
    local = at.astimezone(ZoneInfo(employer.time_zone))
    if local.date() < found.notified_on:
        raise AppealError("It came before the claimant was told.", where="/received_at")
    if local.date() > found.last_on and not late_reason.strip():
        raise AppealLateError(f"The last day was {found.last_on}.", where="/late_reason")
    decision = selectors.standings([claim_id])[claim_id].decision
    assert decision is not None
    is_external = found.stage == Appeal.Stage.EXTERNAL
    due_on, due_at, preliminary_on = _due(found, local)
    row = Appeal.objects.create(
        claim_id=claim_id,
        decision_id=decision.pk,
        member_id=claim.member_id,
        stage=found.stage,
        levels_count=found.levels_count,
        kind=found.kind,
        filed_by=filed_by,
        grounds=grounds.strip()[:2000],
        notified_on=found.notified_on,
        last_on=found.last_on,
        late_reason=late_reason.strip()[:400] if local.date() > found.last_on else "",
        received_at=at,
        received_on=local.date(),
        preliminary_on=preliminary_on,
        due_on=due_on,
        due_at=due_at,
        barred_ids=[] if is_external else book.persons_before(claim_id),
        recorded_at=clock.now(),
        recorded_by=by.name[:200],
    )
    _open_item(row, decision.charge_cents - decision.paid_cents)
    _tell(row, "appeal.filed", by, row.grounds)
    return row


def _due(found: Window, local: datetime) -> tuple[date, datetime | None, date | None]:
    """The last day for the decision, its last instant if hours count, and the last day of a preliminary review."""
    if found.stage == Appeal.Stage.EXTERNAL:
        outside = law.external_clock(local, local.date(), is_expedited=found.kind is Kind.URGENT)
        return outside.due_on, outside.due_at, outside.preliminary_on
    own = law.appeal_clock(found.kind, found.levels_count, local, local.date())
    return own.due_on, own.due_at, None


def _open_item(row: Appeal, cents: int | None) -> None:
    deadline = "external review" if row.stage == Appeal.Stage.EXTERNAL else "appeal"
    title = f"{row.get_stage_display()}, {row.kind.replace('_', ' ')}"
    work_items.open_items(
        [work_items.Item(WORK, QUEUE, row.pk, title, cents, row.due_on, row.received_at, row.due_at, deadline)]
    )


@transaction.atomic
def note(*, appeal_id: int, kind: str, text: str, reference: str = "", by: Person) -> AppealNote:
    """Log a note, a document that came, or evidence shared with the claimant. A decided appeal takes notes, too."""
    open_employer()
    row = book.appeal(appeal_id)
    if not text.strip():
        raise AppealError("A note says something.", where="/text")
    return book.note(
        appeal_id=row.pk, kind=kind, text=text.strip(), reference=reference.strip(), at=clock.now(), by=by.name
    )


@transaction.atomic
def assign(*, appeal_id: int, by: Person, reason: str = "") -> Appeal:
    """Give an external review to the organization whose turn it is; its time to decide begins.

    With a `reason` (it declines, it has a conflict) the review goes on to the next one. Raises AppealError, and
    ConflictError where an organization has it and nothing says why another one should.
    """
    employer = open_employer()
    locks.lock("review_organizations")
    row, now = book.take(appeal_id), clock.now()
    today = clock.today(employer.time_zone)
    if row.stage != Appeal.Stage.EXTERNAL:
        raise AppealError("The plan itself decides this appeal.")
    if row.reviewer and not reason.strip():
        raise ConflictError(f"{row.reviewer} has it.", remedy="Say why it goes to another organization.")
    organizations, least = agreements.review_organizations(today), law.least_organizations(today)
    if len(organizations) < least:
        raise AppealError(
            f"{len(organizations)} review organizations are under contract; the law wants {least} at least.",
            remedy="Enter them at the desk, under review organizations.",
        )
    passed_over = {one.reference for one in row.notes.all() if one.kind == AppealNote.Kind.ASSIGNED}
    chosen = law.next_in_turn(organizations, book.assignments(), passed_over)
    if chosen is None:
        raise AppealError("Every organization has had it.", remedy="Contract with another one.")
    local = now.astimezone(ZoneInfo(employer.time_zone))
    due = law.external_clock(local, local.date(), is_expedited=Kind(row.kind) is Kind.URGENT)
    book.assign(row, reviewer=chosen, at=now, due_on=due.due_on, due_at=due.due_at)
    told = reason.strip() or "Its turn"
    book.note(appeal_id=row.pk, kind=AppealNote.Kind.ASSIGNED, text=told, reference=chosen, at=now, by=by.name)
    _open_item(row, None)
    _tell(row, "appeal.assigned", by, f"{chosen}: {told}")
    return row


@transaction.atomic
def extend(*, appeal_id: int, reason: str, by: Person) -> Appeal:
    """More time, told today, where the law allows it: once, and before the time is over. Raises AppealError."""
    employer = open_employer()
    row = book.take(appeal_id)
    today = clock.today(employer.time_zone)
    own = None
    if row.stage != Appeal.Stage.EXTERNAL:
        own = law.appeal_clock(Kind(row.kind), row.levels_count, row.received_at, row.received_on, is_extended=True)
    if own is None or row.extended_on is not None or own.due_on <= row.due_on:
        raise AppealError("The law gives this appeal no more time.")
    if today > row.due_on:
        raise AppealError(f"An extension had to be told by {row.due_on}.")
    if not reason.strip():
        raise AppealError("An extension needs its reason.", where="/reason")
    book.extend(row, due_on=own.due_on, on=today, reason=reason.strip())
    _open_item(row, None)
    _tell(row, "appeal.extended", by, reason)
    return row


@transaction.atomic
def decide(
    *,
    appeal_id: int,
    outcome: str,
    rationale: str,
    by: Person,
    authority_cents: int = 0,
    orders: Sequence[Override] = (),
) -> Appeal:
    """Decide an appeal, or note what the external reviewers have decided.

    A reversal leads to the claim's correction: by the `orders`, as overrides within the decider's authority or approved by
    another person; without orders as a preview of the claim decided again, to be applied. Raises NewDeciderError for
    somebody who took part before, AppealError, ConflictError where it is decided.
    """
    open_employer()
    row = book.take(appeal_id)
    _check_decision(row, outcome, rationale, by, orders)
    more: dict[str, object] = {}
    if outcome in _REVERSING and not orders:
        found = corrections.preview_claims(claim_ids=[row.claim_id], why="appeal", note=rationale, by=by.name)
        more["correction_id"] = found.pk
    book.decide(row, outcome=outcome, rationale=rationale.strip(), by=by, at=clock.now(), **more)
    if orders:
        overrides.propose(
            claim_id=row.claim_id,
            orders=orders,
            why=overrides.APPEAL,
            note=rationale,
            by=by,
            authority_cents=authority_cents,
            appeal_id=row.pk,
        )
    work_items.close_items(WORK, [row.pk])
    _tell(row, f"appeal.{outcome}", by, rationale)
    return row


def _check_decision(row: Appeal, outcome: str, rationale: str, by: Person, orders: Sequence[Override]) -> None:
    is_external = row.stage == Appeal.Stage.EXTERNAL
    if outcome not in Appeal.Outcome.values or (outcome == Appeal.Outcome.NOT_ELIGIBLE and not is_external):
        raise AppealError(f"{outcome!r} is no outcome here.", where="/outcome")
    if not rationale.strip():
        raise AppealError("A decision says why.", where="/rationale")
    if is_external and outcome in _REVIEWED and not row.reviewer:
        raise AppealError(
            "No review organization has it.",
            where="/outcome",
            remedy="Assign it first, or say that it is not eligible.",
        )
    if orders and outcome not in _REVERSING:
        raise AppealError("Only a reversal changes how the claim is decided.", where="/orders")
    if by.person_id in row.barred_ids:
        raise NewDeciderError("You took part in what is appealed.")


def _tell(row: Appeal, action: str, by: Person, reason: str) -> None:
    told = {"claim": row.claim_id, "decision": row.decision_id, "stage": row.stage, "due_on": row.due_on.isoformat()}
    audit.record_events([audit.Act(by.name, action, "appeal", row.pk, reason[:400], after=told)])
