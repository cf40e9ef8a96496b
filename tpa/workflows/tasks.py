"""The tasks: thin shells that run a workflow for the employer, or the file, that the message names."""

from celery import shared_task

from tpa.infra.tasks import EmployerTask
from tpa.workflows import (
    adjudication,
    claim_intake,
    eligibility_load_intake,
    funding_requests,
    invoice_run,
    payment_files,
    payment_lives,
    pend_sweep,
    readjudication,
    stop_loss_sweep,
    stop_loss_what_if,
    subrogation,
    sweep,
    tenant_setup,
    totals,
    treatments,
    webhooks,
    what_if,
)

DECIDE_SECONDS = 60
"""Then a worker gives way to other employers' messages, far below the limit of a task."""
FILE_SECONDS = 3600
"""A large file may take this long; a second worker that gets its message meanwhile does no harm."""


@shared_task(base=EmployerTask)
def decide_claims(*, employer_id: int) -> None:
    """Decide what waits."""
    adjudication.decide_waiting(employer_id=employer_id, seconds=DECIDE_SECONDS)


@shared_task(base=EmployerTask, public=True, time_limit=FILE_SECONDS)
def read_claims_file(*, file_id: int) -> None:
    """Read a stored 837 to its end."""
    claim_intake.read_claims_file(file_id=file_id, unless_busy=True)


@shared_task(base=EmployerTask, time_limit=FILE_SECONDS)
def read_enrolment_file(*, employer_id: int, file_id: int) -> None:
    """Stage an employer's stored 834 or CSV."""
    eligibility_load_intake.read_enrolment_file(file_id=file_id)


@shared_task(base=EmployerTask, public=True)
def sweep_claims() -> None:
    """Find what a lost message left behind."""
    sweep.sweep_claims()


@shared_task(base=EmployerTask)
def resolve_pends(*, employer_id: int) -> None:
    """Let go the claims for which has come what they waited for."""
    pend_sweep.resolve_pends(employer_id=employer_id)


@shared_task(base=EmployerTask)
def fold_totals(*, employer_id: int) -> None:
    """Keep the figures' rows few."""
    totals.fold_totals(employer_id=employer_id)


@shared_task(base=EmployerTask)
def draft_invoice(*, employer_id: int, job_id: int) -> None:
    """Draft the month's invoice that the job asks for."""
    invoice_run.run_job(employer_id=employer_id, job_id=job_id)


@shared_task(base=EmployerTask, time_limit=FILE_SECONDS)
def answer_what_if(*, employer_id: int, job_id: int) -> None:
    """Decide a span of claims again under other terms, for their sums alone."""
    what_if.run_job(employer_id=employer_id, job_id=job_id)


@shared_task(base=EmployerTask, time_limit=FILE_SECONDS)
def answer_stop_loss_what_if(*, employer_id: int, job_id: int) -> None:
    """Answer what the last months would have cost under a stop-loss quote."""
    stop_loss_what_if.run_job(employer_id=employer_id, job_id=job_id)


@shared_task(base=EmployerTask, time_limit=FILE_SECONDS)
def readjudicate(*, employer_id: int, job_id: int) -> None:
    """Decide a selection of claims again, for a preview or as it was previewed."""
    readjudication.run_job(employer_id=employer_id, job_id=job_id)


@shared_task(base=EmployerTask)
def wake_readjudications(*, employer_id: int) -> None:
    """Find the selections that a lost message left behind."""
    readjudication.wake_lost(employer_id=employer_id)


@shared_task(base=EmployerTask)
def wake_what_ifs(*, employer_id: int) -> None:
    """Find the questions that a lost message left unanswered."""
    what_if.wake_lost(employer_id=employer_id)
    stop_loss_what_if.wake_lost(employer_id=employer_id)


@shared_task(base=EmployerTask)
def draft_due_invoices(*, employer_id: int) -> None:
    """Ask for the next month's invoice, if nobody has."""
    invoice_run.draft_due(employer_id=employer_id)


@shared_task(base=EmployerTask)
def age_payments(*, employer_id: int) -> None:
    """Checks that nobody cashes grow stale and are given up by the paying terms; new accounts get their prenotes."""
    payment_lives.age_payments()
    payment_files.write_prenotes()


@shared_task(base=EmployerTask)
def issue_instalments(*, employer_id: int) -> None:
    """Register the instalments of treatments that are due."""
    treatments.issue_instalments(employer_id=employer_id)


@shared_task(base=EmployerTask)
def watch_funding(*, employer_id: int) -> None:
    """Tell the desk of money that is waited for too long."""
    funding_requests.watch_requests()


@shared_task(base=EmployerTask)
def open_subrogation_cases(*, employer_id: int) -> None:
    """Open a case for every paid accident that has none, and look for what has to be given back."""
    subrogation.open_from_claims()
    subrogation.watch_recoveries()


@shared_task(base=EmployerTask)
def sweep_stop_loss(*, employer_id: int) -> None:
    """Write the stop-loss notices and receivables that are due."""
    stop_loss_sweep.sweep()


@shared_task(base=EmployerTask)
def sweep_past_stop_loss(*, employer_id: int) -> None:
    """The same of the contracts that are over as well."""
    stop_loss_sweep.sweep(past=True)


@shared_task(base=EmployerTask, public=True)
def set_up_employer(*, job_id: int) -> None:
    """Make the schema of a new employer."""
    tenant_setup.set_up_employer(job_id=job_id)


@shared_task(base=EmployerTask, public=True)
def sweep_set_ups() -> None:
    """Finish the employers that a lost message left half made."""
    tenant_setup.sweep_set_ups()


@shared_task(base=EmployerTask, public=True)
def deliver_events() -> None:
    """Send what other systems wait to hear."""
    webhooks.deliver_due()


@shared_task(base=EmployerTask, public=True)
def forget_old_events() -> None:
    """Drop what is older than 30 days."""
    webhooks.forget_old_events()
