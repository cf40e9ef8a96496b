"""A selection of claims decided again: a preview as a job, then applied as a job, family by family.

A family is applied whole, with its claims that follow, or not at all; one that has moved on since the preview is left as
it is and counted. Killed anywhere, the job goes on where it was: what is done says its families' rows.
"""

from collections.abc import Iterable
from datetime import date, timedelta

from django.db import transaction

from tenants.models import Employer
from tenants.scope import employer_scope
from tpa.books.claims import corrections as book
from tpa.books.claims import selecting
from tpa.books.claims.models import CorrectedFamily, Correction
from tpa.books.claims.selecting import Selection, selection_from
from tpa.infra import clock, jobs
from tpa.infra.employers import open_employer
from tpa.infra.garbage import collection_paused
from tpa.infra.models import Job
from tpa.kernel.errors import ConflictError, DomainError
from tpa.kernel.ids import public_id
from tpa.kernel.periods import FOREVER
from tpa.workflows.corrections import apply_families, ask_of, check_may_apply, check_reason, finish, keep
from tpa.workflows.ripple import redecided
from tpa.workflows.wake_ups import wake

KIND = "readjudication"
FAMILIES = 50
"""Families decided again at once: what is in memory does not grow with the employer."""
UNDER_WAY = (Correction.State.PREPARING, Correction.State.APPLYING)
"""States of a correction that a job works on."""
_LOST_AFTER = timedelta(minutes=30)
"""An open job that old has lost its message, or its worker died."""


class SelectionError(DomainError):
    """The selection selects nothing that can be decided again."""

    code = "selection"


def ask_selection(*, selection: Selection, why: str, note: str, by: str, person_id: int | None = None) -> Correction:
    """Ask what it would come to if these claims were decided again now; a job answers. Inside employer_scope.

    Raises SelectionError where nothing is selected, ReasonError.
    """
    employer = open_employer()
    check_reason(why)
    if selection.starts_on >= selection.ends_before:
        raise SelectionError("The days end before they begin.", where="/ends_before", remedy="Name at least one day.")
    count = selecting.claims_count(selection)
    if not count:
        raise SelectionError("No decided claim is selected.", remedy="Select by less.")
    with transaction.atomic():
        correction = book.start(
            kind=Correction.Kind.SELECTION,
            why=why,
            note=note,
            by=by,
            at=clock.now(),
            selection=selection.as_json(),
            person_id=person_id,
        )
        return _with_job(employer, correction, "preview", count, by)


def ask_apply(
    *, correction_id: int, signature: str, by: str, alone_up_to_cents: int, person_id: int | None = None
) -> Correction:
    """Apply a selection's preview, as a job. Raises what `apply_correction` raises."""
    employer = open_employer()
    with transaction.atomic():
        correction = book.take(correction_id, Correction.State.PREVIEWED)
        check_may_apply(correction, signature, by, alone_up_to_cents, person_id)
        Correction.objects.filter(pk=correction.pk).update(state=Correction.State.APPLYING, ended_by=by[:200])
        return _with_job(employer, correction, "apply", correction.families_count, by)


def _with_job(employer: Employer, correction: Correction, step: str, total: int, by: str) -> Correction:
    job = jobs.start_job(kind=KIND, key=f"{correction.pk} {step}", total=total, requested_by=by[:100])
    Correction.objects.filter(pk=correction.pk).update(job_id=job.pk)
    wake("readjudicate", employer_id=employer.pk, job_id=job.pk)
    return book.correction(correction.pk)


def run_job(*, employer_id: int, job_id: int) -> None:
    """Do what the job asks for. One that was cut off goes on; of one that ended otherwise than done the correction ends."""
    with employer_scope(employer_id) as employer:
        job = Job.objects.get(pk=job_id, kind=KIND)
        key, step = (job.key or "0 ").split(" ")
        correction = book.correction(int(key))
        if job.state in jobs.OPEN:
            try:
                open_employer()
                if step == "preview":
                    _preview(employer, correction, job_id)
                else:
                    _apply(employer, correction, job_id)
            except DomainError as refusal:
                jobs.fail_job(job_id=job_id, error=f"{refusal} {refusal.remedy}".strip())
        _end_with(job_id, correction.pk)


@transaction.atomic
def _end_with(job_id: int, correction_id: int) -> None:
    """A correction whose job was called off, or failed, ends: what is applied is applied, the other families are left."""
    job = Job.objects.get(pk=job_id)
    found = Correction.objects.select_for_update().get(pk=correction_id)
    if job.state in (*jobs.OPEN, Job.State.DONE) or found.state not in UNDER_WAY:
        return
    left = found.families.filter(state=Correction.State.PREVIEWED).update(state=Correction.State.STALE)
    is_applied = found.families.filter(state=Correction.State.APPLIED).exists()
    state = Correction.State.APPLIED if is_applied else Correction.State.STALE
    finish(found, state, found.ended_by or found.made_by, f"{job.message.rstrip('.')}: {left} families were left")


def _preview(employer: Employer, correction: Correction, job_id: int) -> None:
    selection = selection_from(correction.selection)
    last = correction.families.order_by("-family_id").first()
    after, done = last.family_id if last else 0, 0
    while by_family := selecting.claims_by_family(selection, after=after, limit=FAMILIES):
        with collection_paused(), transaction.atomic():
            found = redecided(employer.pk, [ask_of(correction.kind, key, claims) for key, claims in by_family.items()])
            keep(correction, employer, found.values(), by_family)
            done += sum(map(len, by_family.values()))
            jobs.advance_job(job_id=job_id, done=done, message=f"{done:,} claims decided again")
        after = max(by_family)
    with transaction.atomic():
        signed = book.sign(correction.pk)
        told = {"correction": public_id("cor", employer.pk, signed.pk), "payee_cents": signed.payee_cents}
        jobs.finish_job(job_id=job_id, result=told, message=f"{signed.changes_count:,} decisions would change")


def _apply(employer: Employer, correction: Correction, job_id: int) -> None:
    waiting = correction.families.filter(state=Correction.State.PREVIEWED).order_by("family_id")
    keys = list(waiting.values_list("family_id", flat=True))
    done = correction.families_count - len(keys)
    for part in (keys[start : start + FAMILIES] for start in range(0, len(keys), FAMILIES)):
        with collection_paused():
            _apply_part(employer, correction, list(waiting.filter(family_id__in=part)))
        done += len(part)
        jobs.advance_job(job_id=job_id, done=done, message=f"{done:,} families applied")
    with transaction.atomic():
        states = correction.families.values_list("state", flat=True)
        moved = sum(state == Correction.State.STALE for state in states)
        state = Correction.State.STALE if moved == correction.families_count > 0 else Correction.State.APPLIED
        note = f"{moved} families had moved on and were left" if moved else ""
        finish(correction, state, book.correction(correction.pk).ended_by, note)
        told = {"correction": public_id("cor", employer.pk, correction.pk), "left_count": moved}
        jobs.finish_job(job_id=job_id, result=told, message=note or "All families are applied")


def _apply_part(employer: Employer, correction: Correction, families: list[CorrectedFamily]) -> None:
    """All of these families in one transaction; where one has moved on or is busy, each by itself."""
    try:
        with transaction.atomic():
            moved = apply_families(employer, correction, families)
            if moved and len(families) == 1:
                _leave(correction, moved)
    except ConflictError:
        # Somebody decides for one of them this moment: a family alone is left as it is.
        moved = families
        if len(families) == 1:
            _leave(correction, moved)
    if moved and len(families) > 1:
        for one in families:
            _apply_part(employer, correction, [one])


def _leave(correction: Correction, families: Iterable[CorrectedFamily]) -> None:
    keys = [one.family_id for one in families]
    CorrectedFamily.objects.filter(correction_id=correction.pk, family_id__in=keys).update(state=Correction.State.STALE)


def ask_for_plan(
    *, plan_id: int, effective_on: date, by: str, note: str, person_id: int | None = None
) -> Correction | None:
    """What was decided by a plan for days from `effective_on` on, as a preview; None where nothing was.

    For a version that is published for days in the past.
    """
    selection = Selection(effective_on, FOREVER, plan_id)
    if not selecting.claims_count(selection):
        return None
    return ask_selection(selection=selection, why="plan_correction", note=note, by=by, person_id=person_id)


def wake_lost(*, employer_id: int) -> None:
    """Wake a worker for jobs that nobody has ended in a long time, and for what a job has left under way that has ended."""
    with employer_scope(employer_id):
        open_ids = [
            one for one in Correction.objects.filter(state__in=UNDER_WAY).values_list("job_id", flat=True) if one
        ]
        ended = Job.objects.filter(pk__in=open_ids).exclude(state__in=jobs.OPEN).values_list("pk", flat=True)
        for job_id in [*jobs.lost_jobs(kind=KIND, after=_LOST_AFTER), *ended]:
            wake("readjudicate", employer_id=employer_id, job_id=job_id)
