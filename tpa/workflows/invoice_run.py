"""The invoice run: each employer's month is a job, once per (employer, month), that drafts the invoice.

The job's row is the intent: a lost message, a dead worker or a second run change nothing. Drafting and the end of the
job are one transaction. A run that is refused (a tier without a rate) fails with the reason and can be asked for again.
"""

from datetime import date, timedelta

from django.db import transaction

from tenants.scope import employer_scope
from tpa.books.agreements import selectors as agreements
from tpa.books.funding import selectors as funding
from tpa.books.funding.models import FundingInvoice
from tpa.infra import clock, jobs
from tpa.infra.employers import open_employer
from tpa.infra.models import Job
from tpa.kernel.errors import DomainError, must
from tpa.kernel.ids import public_id
from tpa.kernel.periods import Span, add_months, month_of, months_in
from tpa.workflows.invoice_board import show_missing
from tpa.workflows.month_end import draft_month, left_to_bill
from tpa.workflows.wake_ups import wake

KIND = "month_end"
_LOST_AFTER = timedelta(minutes=10)
"""An open job that old has lost its message, or its worker died."""

_ASKED_AGAIN_AFTER = timedelta(days=1)


def ask_for_draft(*, employer_id: int, month: date, requested_by: str = "") -> Job:
    """The job that drafts the month's invoice: a new one, or the one that was asked for before.

    A job that failed is queued again; one that is done stays done.
    """
    with employer_scope(employer_id), transaction.atomic():
        open_employer()
        job = jobs.start_job(kind=KIND, key=_key(month), total=1, requested_by=requested_by)
        job = jobs.reopen_job(job_id=job.pk)
        if job.state in jobs.OPEN:
            wake("draft_invoice", employer_id=employer_id, job_id=job.pk)
        return job


def run_job(*, employer_id: int, job_id: int) -> FundingInvoice | None:
    """Draft the invoice that the job asks for. A job that has ended is left alone, a refusal is its end."""
    with employer_scope(employer_id):
        job = Job.objects.get(pk=job_id, kind=KIND)
        if job.state not in jobs.OPEN:
            return None
        month = _month(job.key or "")
        try:
            with transaction.atomic():
                jobs.advance_job(job_id=job.pk, done=0, message=f"Drafting the invoice of {month:%B %Y}")
                invoice = draft_month(month=month)
                told = {
                    "invoice": public_id("inv", employer_id, invoice.pk),
                    "number": invoice.number,
                    "total_cents": invoice.total_cents,
                }
                jobs.finish_job(job_id=job.pk, result=told, message=f"Invoice {invoice.number} is drafted")
        except DomainError as refusal:
            jobs.fail_job(job_id=job.pk, error=f"{refusal} {refusal.remedy}".strip())
            return None
        return invoice


def draft_due(*, employer_id: int) -> None:
    """Ask for the next invoice that is to be drafted, wake what was left behind, and show what the board does not know.

    What was refused is asked for again a day later: by then the agreement or the rate may be there.
    """
    with employer_scope(employer_id) as employer:
        last = add_months(clock.today(employer.time_zone).replace(day=1), -1)
        month = _next_to_bill(employer_id, last)
        due = month is not None and not _was_asked_for(month)
        for job_id in jobs.lost_jobs(kind=KIND, after=_LOST_AFTER):
            wake("draft_invoice", employer_id=employer_id, job_id=job_id)
        show_missing(employer_id)
    if month is not None and due:
        ask_for_draft(employer_id=employer_id, month=month)


def _next_to_bill(employer_id: int, last: date) -> date | None:
    """The earliest month after the latest invoice and up to `last` that is to be billed; None while that invoice is open.

    The first invoice is of the month in which the agreement began, or of the one that its terms name. So months that
    nobody has billed, because the employer came late, nothing ran or the month before was not final, come in their order.
    """
    latest = funding.invoices().first()
    if latest is not None and latest.state != FundingInvoice.State.FINAL:
        return None
    first = (
        add_months(latest.month, 1) if latest else agreements.first_billed_month(employer_id, month_of(last).last_day)
    )
    months = months_in(Span(first, add_months(last, 1))) if first is not None and first <= last else []
    agreed = (month for month in months if agreements.agreed_in(employer_id, month_of(month)))
    return next(agreed, None) or next((month for month in months[-1:] if _is_billed(employer_id, month)), None)


def _was_asked_for(month: date) -> bool:
    """Whether there is a job for it that has not failed, or not long ago."""
    jobs_of_month = Job.objects.filter(kind=KIND, key=_key(month))
    return jobs_of_month.exclude(state=Job.State.FAILED, ended_at__lte=clock.now() - _ASKED_AGAIN_AFTER).exists()


def _is_billed(employer_id: int, month: date) -> bool:
    """Whether an agreement held in the month, or the run-out of an earlier one has something to bill."""
    if agreements.agreed_in(employer_id, month_of(month)):
        return True
    return agreements.has_begun(employer_id, month) and left_to_bill(month=month)


def _key(month: date) -> str:
    must(month.day == 1, "a month is named by its first day")
    return f"{month:%Y-%m}"


def _month(key: str) -> date:
    return date.fromisoformat(f"{key}-01")
