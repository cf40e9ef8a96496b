"""Appeals in the claims book: filed, noted, extended, decided once; read."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import QuerySet

from tpa.books.claims.examining import Appeal, AppealNote, Override
from tpa.books.claims.models import Decision, Pend
from tpa.books.claims.overrides import Person
from tpa.engine.clocks.appeal import ExternalClock
from tpa.kernel.errors import ConflictError, NotFoundError

OPEN, DECIDED = "open", "decided"
STATES = (OPEN, DECIDED)
"""Of an appeal."""


def appeals(*, state: str = "", claim_id: int | None = None) -> QuerySet[Appeal]:
    """Appeals, the latest first: open or decided, of a claim."""
    found = Appeal.objects.all()
    if state:
        found = found.filter(decided_at__isnull=state == OPEN)
    return found if claim_id is None else found.filter(claim_id=claim_id)


def appeal(appeal_id: int) -> Appeal:
    """One appeal. Raises NotFoundError."""
    found = Appeal.objects.filter(pk=appeal_id).first()
    if found is None:
        raise NotFoundError("There is no such appeal.")
    return found


def take(appeal_id: int) -> Appeal:
    """The open appeal, locked until the transaction ends. Raises NotFoundError, ConflictError where it is decided."""
    found = Appeal.objects.select_for_update().filter(pk=appeal_id).first()
    if found is None:
        raise NotFoundError("There is no such appeal.")
    if found.decided_at is not None:
        raise ConflictError("The appeal is decided.")
    return found


def last_decided(claim_id: int) -> Appeal | None:
    """The claim's last appeal that was decided by the plan."""
    rows = Appeal.objects.filter(claim_id=claim_id, decided_at__isnull=False).exclude(stage=Appeal.Stage.EXTERNAL)
    return rows.exclude(outcome=Appeal.Outcome.WITHDRAWN).order_by("-id").first()


def was_had(claim_id: int, stage: str) -> bool:
    """Whether the claim's live decision was appealed at a level already, and that was heard."""
    live = Decision.objects.filter(claim_id=claim_id).order_by("-version").values("pk")[:1]
    rows = Appeal.objects.filter(claim_id=claim_id, decision_id__in=live, stage=stage)
    return rows.exclude(outcome__in=[Appeal.Outcome.WITHDRAWN, Appeal.Outcome.NOT_ELIGIBLE]).exists()


def persons_before(claim_id: int) -> list[int]:
    """Everybody who took part in what was decided about a claim so far: they do not decide its appeal."""
    pends = Pend.objects.filter(claim_id=claim_id, resolved_by_id__isnull=False).values_list(
        "resolved_by_id", flat=True
    )
    overrides = Override.objects.filter(claim_id=claim_id, in_force_at__isnull=False)
    decided = Appeal.objects.filter(claim_id=claim_id, decided_by_id__isnull=False)
    found = {*pends, *decided.values_list("decided_by_id", flat=True)}
    for proposed, approved in overrides.values_list("proposed_by_id", "approved_by_id"):
        found |= {proposed, approved}
    return sorted(key for key in found if key is not None)


def note(*, appeal_id: int, kind: str, text: str, reference: str, at: datetime, by: str) -> AppealNote:
    """Log what was said, sent or received."""
    return AppealNote.objects.create(
        appeal_id=appeal_id, kind=kind, text=text[:2000], reference=reference[:200], at=at, by=by[:200]
    )


def assignments() -> list[str]:
    """The review organizations that external reviews were given to, in the order in which they were."""
    given = AppealNote.objects.filter(kind=AppealNote.Kind.ASSIGNED).order_by("id")
    return list(given.values_list("reference", flat=True))


def assign(row: Appeal, *, reviewer: str, at: datetime, due: ExternalClock) -> None:
    """Give it to a review organization, whose time begins."""
    row.reviewer, row.assigned_at, row.due_on, row.due_at, row.file_by_on = (
        reviewer,
        at,
        due.due_on,
        due.due_at,
        due.file_on,
    )
    row.save(update_fields=["reviewer", "assigned_at", "due_on", "due_at", "file_by_on"])


def extend(row: Appeal, *, due_on: date, on: date, reason: str) -> None:
    """More time, told to the claimant on a day."""
    row.due_on, row.extended_on, row.extension_reason = due_on, on, reason[:400]
    row.save(update_fields=["due_on", "extended_on", "extension_reason"])


def stand_still(row: Appeal, *, on: date, until_on: date) -> None:
    """From a day on the claimant may answer: the time for the decision stands still as long as he may."""
    row.due_on, row.paused_until_on = row.due_on + (until_on - on), until_on
    row.save(update_fields=["due_on", "paused_until_on"])


def go_on(row: Appeal, *, on: date) -> None:
    """The claimant has answered: what is left of his time does not lengthen the plan's."""
    assert row.paused_until_on is not None
    row.due_on, row.paused_until_on = row.due_on - max(timedelta(), row.paused_until_on - on), None
    row.save(update_fields=["due_on", "paused_until_on"])


def decide(row: Appeal, *, outcome: str, rationale: str, by: Person, at: datetime, **more: Any) -> None:
    """Decide it. The database refuses somebody who took part before, and a second decision."""
    row.outcome, row.rationale, row.decided_at = outcome, rationale[:2000], at
    row.decided_by_id, row.decided_by = by.person_id, by.name[:200]
    for name, value in more.items():
        setattr(row, name, value)
    row.save(update_fields=["outcome", "rationale", "decided_at", "decided_by_id", "decided_by", *more])


def overrides_of(appeal_ids: Sequence[int]) -> QuerySet[Override]:
    """The overrides that follow from these appeals."""
    return Override.objects.filter(appeal_id__in=list(appeal_ids)).order_by("id")
