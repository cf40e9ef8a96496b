"""Jobs: work with progress that a person or a program can follow."""

from datetime import timedelta
from typing import Any

from django.db.models import F, Value
from django.db.models.functions import Coalesce, Concat

from tenants.scope import current_employer
from tpa.infra import clock
from tpa.infra.models import Job
from tpa.kernel.errors import ConflictError, DomainError, NotFoundError

OPEN = (Job.State.QUEUED, Job.State.RUNNING)
"""States of a job that has not ended."""


class JobCancelled(DomainError):
    """Somebody has called the job off; the work stops at its next report of progress."""

    code = "job_cancelled"
    status = 409


def start_job(
    *, kind: str, employer_id: int | None = None, total: int = 0, key: str | None = None, requested_by: str = ""
) -> Job:
    """A new job, queued. With a `key`, the one job of that kind, employer and key: an existing one is given back.

    `employer_id` is taken from the bound employer if it is left out.
    """
    if employer_id is None and (employer := current_employer()) is not None:
        employer_id = employer.pk
    values = {"total_count": total, "requested_by": requested_by}
    if key is None:
        return Job.objects.create(employer_id=employer_id, kind=kind, **values)
    return Job.objects.get_or_create(employer_id=employer_id, kind=kind, key=key, defaults=values)[0]


def advance_job(*, job_id: int, done: int, total: int | None = None, message: str = "", log: str = "") -> None:
    """Report progress: `done` of `total` steps. The first report starts the job. Raises JobCancelled.

    It becomes visible with the caller's transaction: report between chunks.
    """
    started_at = Coalesce(F("started_at"), Value(clock.now()))
    changes: dict[str, Any] = {"state": Job.State.RUNNING, "done_count": done, "started_at": started_at}
    if total is not None:
        changes["total_count"] = total
    if message:
        changes["message"] = message[:300]
    if log:
        changes["log"] = Concat(F("log"), Value(log.rstrip("\n") + "\n"))
    if Job.objects.filter(pk=job_id, state__in=OPEN).update(**changes):
        return
    state = Job.objects.filter(pk=job_id).values_list("state", flat=True).first()
    if state == Job.State.CANCELLED:
        raise JobCancelled("The job was called off.")
    raise ConflictError(f"The job is {state}." if state else "There is no such job.")


def finish_job(*, job_id: int, result: Any = None, message: str = "Done") -> None:
    """The job is done, with a result as JSON. A job that has ended already stays as it is."""
    _end(job_id, state=Job.State.DONE, done_count=F("total_count"), result=result, message=message[:300])


def fail_job(*, job_id: int, error: str) -> None:
    """The job came to nothing; `error` says why and what to do."""
    _end(job_id, state=Job.State.FAILED, error=error, message=error[:300])


def cancel_job(*, job_id: int) -> Job:
    """Call the job off. Raises NotFoundError, and ConflictError where it has ended."""
    _end(job_id, state=Job.State.CANCELLED, message="Called off")
    job = Job.objects.filter(pk=job_id).first()
    if job is None:
        raise NotFoundError("There is no such job.")
    if job.state != Job.State.CANCELLED:
        raise ConflictError(f"The job is {job.state}.")
    return job


def reopen_job(*, job_id: int) -> Job:
    """Queue a job again that failed or was called off; any other stays as it is. Raises NotFoundError."""
    Job.objects.filter(pk=job_id, state__in=(Job.State.FAILED, Job.State.CANCELLED)).update(
        state=Job.State.QUEUED, done_count=0, message="", error="", started_at=None, ended_at=None
    )
    job = Job.objects.filter(pk=job_id).first()
    if job is None:
        raise NotFoundError("There is no such job.")
    return job


def _end(job_id: int, **changes: Any) -> None:
    Job.objects.filter(pk=job_id, state__in=OPEN).update(ended_at=clock.now(), **changes)


def lost_jobs(*, kind: str, after: timedelta) -> list[int]:
    """Jobs of a kind that were asked for longer ago than `after` and have not ended: their message may be lost."""
    lost = Job.objects.filter(kind=kind, state__in=OPEN, created_at__lt=clock.now() - after)
    return list(lost.values_list("pk", flat=True))
