"""Appeals: one or two levels, as the plan says, and external review after them; a reversal leads to the claim's correction.

External review comes earlier beside an urgent appeal, and where the plan has let its own time pass.

appeal = file_appeal(claim_id=4, filed_by="member", grounds="...", at=instant, by=person)
decide(appeal_id=appeal.pk, outcome="reversed", rationale="...", by=another, orders=[order], authority_cents=50_000)
"""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.db import transaction

from tpa.books.agreements import selectors as agreements
from tpa.books.audit import services as audit
from tpa.books.claims import appeals as book
from tpa.books.claims import selectors
from tpa.books.claims.examining import Appeal, AppealNote
from tpa.books.claims.overrides import Person
from tpa.engine.adjudication.overrides import Override
from tpa.engine.clocks import appeal as law
from tpa.engine.clocks.claim import Kind
from tpa.infra import clock, locks, work_items
from tpa.infra.employers import open_employer
from tpa.kernel.errors import ConflictError, DomainError
from tpa.workflows import corrections, overrides
from tpa.workflows.appeal_windows import AppealError, Window, window

WORK, FILE, QUEUE = "appeal", "review_file", "appeals"
NOTES = tuple(kind for kind in AppealNote.Kind.values if kind != AppealNote.Kind.ASSIGNED)
"""What people log; assignments are logged by themselves."""
_REVERSING = (Appeal.Outcome.REVERSED, Appeal.Outcome.PARTLY)
_REVIEWED = (Appeal.Outcome.UPHELD, Appeal.Outcome.REVERSED, Appeal.Outcome.PARTLY)


class AppealLateError(AppealError):
    """The time to appeal is over."""

    code = "appeal_late"
    remedy = "Say why it is taken all the same, if it is."


class NewDeciderError(DomainError):
    """Who took part before does not decide the appeal."""

    code = "new_decider_needed"
    status = 403
    remedy = "Let somebody decide who had no part in it."


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
    is_external: bool = False,
) -> Appeal:
    """Take an appeal, or after the plan's own levels a request for external review, that came at an instant.

    `is_external`: external review is asked for, be the plan's own levels over or not. Raises AppealError, AppealLateError
    where its time is over and nothing says why it is taken, ConflictError where one is open or was heard.
    """
    employer = open_employer()
    locks.lock(f"appeal:{claim_id}")
    claim = selectors.claim(claim_id)
    if not grounds.strip():
        raise AppealError("An appeal says why.", where="/grounds")
    if at > clock.now():
        raise AppealError("This lies in the future.", where="/received_at")
    found = window(employer, claim_id, notified_on=notified_on, is_external=is_external)
    stages = {one.stage for one in book.appeals(state=book.OPEN, claim_id=claim_id)}
    if found.stage in stages or (stages and not found.exhausted_by):
        raise ConflictError("An appeal of this claim is open.", remedy="Log what came with that one.")
    if book.was_had(claim_id, found.stage):
        raise ConflictError("This decision was appealed at that level, and that was decided.")
    local = at.astimezone(ZoneInfo(employer.time_zone))
    if local.date() < found.notified_on:
        raise AppealError("It came before the claimant was told.", where="/received_at")
    if local.date() > found.last_on and not late_reason.strip():
        raise AppealLateError(f"The last day was {found.last_on}.", where="/late_reason")
    decision = selectors.standings([claim_id])[claim_id].decision
    assert decision is not None
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
        exhausted_by=found.exhausted_by,
        due_on=due_on,
        due_at=due_at,
        barred_ids=[] if found.stage == Appeal.Stage.EXTERNAL else book.persons_before(claim_id),
        recorded_at=clock.now(),
        recorded_by=by.name[:200],
    )
    _open_item(row)
    _tell(row, "appeal.filed", by, row.grounds)
    return row


def _due(found: Window, local: datetime) -> tuple[date, datetime | None, date | None]:
    """The last day for the decision, its last instant if hours count, and the last day of a preliminary review."""
    if found.stage == Appeal.Stage.EXTERNAL:
        outside = law.external_clock(local, local.date(), is_expedited=found.kind is Kind.URGENT)
        return outside.due_on, outside.due_at, outside.preliminary_on
    own = law.appeal_clock(found.kind, found.levels_count, local, local.date())
    return own.due_on, own.due_at, None


def _open_item(row: Appeal) -> None:
    """What stands in the queue: the next deadline of it, and of an external review the plan's file, until it is sent."""
    deadline, due_on, due_at = "appeal", row.due_on, row.due_at
    if row.stage == Appeal.Stage.EXTERNAL:
        deadline = "external review"
    if row.preliminary_on and row.assigned_at is None:
        # Of a day: the hours of an expedited review are those of the decision.
        deadline, due_on, due_at = "preliminary review", row.preliminary_on, None
    title = f"{row.get_stage_display()}, {row.kind.replace('_', ' ')}"
    decision = selectors.decision(row.decision_id)
    cents = decision.charge_cents - decision.paid_cents
    items = [work_items.Item(WORK, QUEUE, row.pk, title, cents, due_on, row.received_at, due_at, deadline)]
    if row.file_by_on:
        told = f"Send the plan's file to {row.reviewer}"
        items.append(
            work_items.Item(FILE, QUEUE, row.pk, told[:200], None, row.file_by_on, row.received_at, None, "review file")
        )
    work_items.open_items(items)


@transaction.atomic
def note(
    *, appeal_id: int, kind: str, text: str, reference: str = "", by: Person, until_on: date | None = None
) -> AppealNote:
    """Log a note, a document that came, or evidence shared with the claimant. A decided appeal takes notes, too.

    `until_on`, of evidence that is shared: how long the claimant may answer; where that is longer than the plan's own time,
    it stands still until he answers. Raises AppealError where the law does not let it.
    """
    employer = open_employer()
    row = book.appeal(appeal_id)
    if not text.strip():
        raise AppealError("A note says something.", where="/text")
    if until_on is not None and kind != AppealNote.Kind.SHARED:
        raise AppealError(
            "Only of evidence that is shared is it said until when it may be answered.", where="/until_on"
        )
    today = clock.today(employer.time_zone)
    if until_on is not None:
        _stand_still(book.take(appeal_id), today, until_on, is_new_evidence=True)
    if kind == AppealNote.Kind.ANSWERED and row.decided_at is None:
        row = book.take(appeal_id)
        if row.paused_until_on:
            book.go_on(row, on=today)
            _open_item(row)
    if kind == AppealNote.Kind.SENT:
        work_items.close_items(FILE, [row.pk])
    return book.note(
        appeal_id=row.pk, kind=kind, text=text.strip(), reference=reference.strip(), at=clock.now(), by=by.name
    )


def _stand_still(row: Appeal, today: date, until_on: date, *, is_new_evidence: bool) -> None:
    """Let the appeal's time stand still from today until the claimant answers, or until a day if he does not."""
    if until_on <= today:
        raise AppealError("The claimant has some time to answer.", where="/until_on")
    if is_new_evidence and until_on <= row.due_on:
        return
    if row.stage == Appeal.Stage.EXTERNAL or not law.may_wait_for_answer(
        Kind(row.kind), is_new_evidence=is_new_evidence
    ):
        raise AppealError("The law does not let the time of this appeal stand still for that.", where="/until_on")
    if today > row.due_on or (row.paused_until_on and row.paused_until_on > today):
        raise AppealError("Its time is over, or stands still already.", where="/until_on")
    book.stand_still(row, on=today, until_on=until_on)
    _open_item(row)


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
    book.assign(row, reviewer=chosen, at=now, due=due)
    told = reason.strip() or "Its turn"
    book.note(appeal_id=row.pk, kind=AppealNote.Kind.ASSIGNED, text=told, reference=chosen, at=now, by=by.name)
    _open_item(row)
    _tell(row, "appeal.assigned", by, f"{chosen}: {told}")
    return row


@transaction.atomic
def extend(*, appeal_id: int, reason: str, by: Person, until_on: date | None = None) -> Appeal:
    """More time, told today, where the law allows it: once, and before the time is over. Raises AppealError.

    `until_on`: it is needed for information that the claimant is asked for, and has until then to send.
    """
    employer = open_employer()
    row = book.take(appeal_id)
    today = clock.today(employer.time_zone)
    days = 0
    if row.stage != Appeal.Stage.EXTERNAL:
        own = law.appeal_clock(Kind(row.kind), row.levels_count, row.received_at, row.received_on)
        days = own.may_extend_days
    if not days or row.extended_on is not None:
        raise AppealError("The law gives this appeal no more time.")
    if today > row.due_on:
        raise AppealError(f"An extension had to be told by {row.due_on}.")
    if not reason.strip():
        raise AppealError("An extension needs its reason.", where="/reason")
    book.extend(row, due_on=row.due_on + timedelta(days=days), on=today, reason=reason.strip())
    if until_on is not None:
        _stand_still(row, today, until_on, is_new_evidence=False)
    _open_item(row)
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
    somebody who took part before, or reports to somebody who did: 29 CFR 2560.503-1(h)(3)(ii); AppealError, ConflictError
    where it is decided.
    """
    open_employer()
    row = book.take(appeal_id)
    _check_decision(row, outcome, rationale, by, orders)
    more: dict[str, object] = {}
    if outcome in _REVERSING and not orders:
        found = corrections.preview_claims(
            claim_ids=[row.claim_id], why="appeal", note=rationale, by=by.name, person_id=by.person_id
        )
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
    work_items.close_items(FILE, [row.pk])
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
    if not set(by.superior_ids).isdisjoint(row.barred_ids):
        raise NewDeciderError("Somebody to whom you report took part in what is appealed.")


def _tell(row: Appeal, action: str, by: Person, reason: str) -> None:
    told = {"claim": row.claim_id, "decision": row.decision_id, "stage": row.stage, "due_on": row.due_on.isoformat()}
    audit.record_events([audit.Act(by.name, action, "appeal", row.pk, reason[:400], after=told)])
