"""An employer comes, is closed for a time, or goes.

Coming is a job: the employer's row and the job are committed together, a worker makes the schema. A lost message or a
dead worker is made good by the sweep; making it twice changes nothing.
"""

from datetime import timedelta

from django.db import transaction

from tenants import services
from tenants.errors import EmployerError
from tenants.models import Employer
from tenants.scope import desk_scope, employer_scope
from tpa.books.claims import selectors as claims
from tpa.books.funding import selectors as funding
from tpa.books.ledger import selectors as ledger
from tpa.infra import clock, jobs
from tpa.infra.models import Job
from tpa.kernel.errors import DomainError, must
from tpa.kernel.ids import public_id
from tpa.workflows.wake_ups import wake

KIND = "tenant_setup"
RETENTION = timedelta(days=8 * 365 + 2)
"""ERISA 107 asks for six years after filing; practice is eight."""
_STEPS = 4


class EmployerRefused(DomainError):
    """The employer cannot be made, or cannot go."""

    code = "employer"


def request_employer(
    *,
    code: str,
    name: str,
    currency: str = "USD",
    time_zone: str = "America/New_York",
    situs: str = "",
    requested_by: str = "",
) -> Job:
    """A new employer, on its way: the job that makes it, with its id as `employer_id`. Raises EmployerRefused."""
    with desk_scope(), transaction.atomic():
        try:
            employer = services.register_employer(
                code=code, name=name, currency=currency, time_zone=time_zone, situs=situs
            )
        except EmployerError as error:
            raise EmployerRefused(error.message, where="/code", remedy=error.remedy) from error
        job = jobs.start_job(kind=KIND, employer_id=employer.pk, key="setup", total=_STEPS, requested_by=requested_by)
        wake("set_up_employer", job_id=job.pk)
        return job


def set_up_employer(*, job_id: int) -> Employer:
    """Do what the job asks for: role, schema, rights, portal host. Done again, it changes nothing."""
    with desk_scope(), transaction.atomic():
        job = Job.objects.get(pk=job_id, kind=KIND)
        if job.state == Job.State.DONE:
            return Employer.objects.get(pk=job.employer_id)
        must(job.employer_id is not None, "a set-up job names its employer")
        assert job.employer_id is not None

        def report(done: int, total: int, message: str) -> None:
            jobs.advance_job(job_id=job_id, done=done, total=total, message=message)

        employer = services.build_employer(employer_id=job.employer_id, on_progress=report)
        jobs.finish_job(job_id=job_id, result={"employer": public_id("emp", 0, employer.pk)}, message="Ready")
        return employer


def sweep_set_ups() -> int:
    """Finish what a lost message left behind; how many there were."""
    with desk_scope():
        waiting = Job.objects.filter(kind=KIND, state__in=(Job.State.QUEUED, Job.State.RUNNING))
        ids = list(waiting.values_list("pk", flat=True))
        for job_id in ids:
            set_up_employer(job_id=job_id)
        return len(ids)


def remove_employer(*, employer_id: int) -> None:
    """Drop a suspended employer whose books are closed and out of retention. Raises EmployerRefused with every reason."""
    try:
        services.delete_employer(employer_id=employer_id, why_not=open_books)
    except EmployerError as error:
        raise EmployerRefused(error.message, remedy=error.remedy) from error


def open_books(employer: Employer) -> list[str]:
    """Why the employer's books cannot be thrown away yet, in words; empty if they can."""
    if employer.state == Employer.State.PROVISIONING:
        return []
    reasons = []
    with employer_scope(employer):
        for state in ("waiting", "pended"):
            if count := claims.claims(state=state).count():
                reasons.append(f"{count} claims {state}")
        if count := funding.invoices().exclude(state=funding.FINAL).count():
            reasons.append(f"{count} invoices not final")
        if ledger.entries().filter(recorded_at__gt=clock.now() - RETENTION).exists():
            reasons.append("the ledger is within its years of retention")
    return reasons
