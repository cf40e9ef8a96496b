"""Playing the year: month by month the files come in, are decided, and the month is closed. Progress is in the rows."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from tenants.models import Employer
from tenants.scope import desk_scope, employer_scope
from tpa.books.claims.models import Work
from tpa.books.edi.models import InboundFile
from tpa.books.funding import selectors as funding
from tpa.books.payments import selectors as payments
from tpa.infra import jobs
from tpa.infra.models import Job
from tpa.kernel.errors import DomainError
from tpa.kernel.periods import add_months
from tpa.workflows.demo.bank import close_books, take_statement
from tpa.workflows.demo.book import DemoYear
from tpa.workflows.demo.carrier import meet_carrier
from tpa.workflows.demo.door import Door
from tpa.workflows.demo.files import claim_files, enrolment_file
from tpa.workflows.demo.next_year import compare_next_year, is_compared
from tpa.workflows.demo.population import PLAN_YEAR
from tpa.workflows.demo.set_up import BY, sign_stop_loss, two_persons
from tpa.workflows.deposits import receive_deposit
from tpa.workflows.month_end import approve_invoice, draft_month, issue_invoice, review_invoice
from tpa.workflows.payment_run import approve_payments, propose_payments, release_payments
from tpa.workflows.stop_loss_sweep import sweep

KIND = "demo_year"
PATIENCE_SECONDS = 180
LOOK_EVERY_SECONDS = 0.2
Books = list[tuple[DemoYear, Employer]]
Say = Callable[[str, int, int], None]
"""Called with (what is being done, done, of how many)."""


class WaitedTooLongError(DomainError):
    """The workers did not finish in time."""

    code = "demo_waited"
    remedy = "See var/worker.log and var/web.log for the reason."


def set_clock(clock_file: Path, instant: datetime) -> None:
    """Set the demo's clock; every process reads it from this file."""
    clock_file.write_text(instant.isoformat(), encoding="ascii")


def wait_until(done: Callable[[], bool], what: str) -> None:
    """Look at the rows until they say so. Raises WaitedTooLongError."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not done():
        if time.monotonic() > deadline:
            raise WaitedTooLongError(f"{what} took more than {PATIENCE_SECONDS} seconds.")
        time.sleep(LOOK_EVERY_SECONDS)


def was_played() -> bool:
    """Whether the year has been played to its end on this installation."""
    with desk_scope():
        return Job.objects.filter(kind=KIND, state=Job.State.DONE).exists()


def play_year(books: Books, door: Door, clock_file: Path, say: Say) -> None:
    """Everything, from enrolment to the twelfth invoice."""
    with desk_scope():
        job = jobs.start_job(kind=KIND, key=str(PLAN_YEAR), total=12)
    set_clock(clock_file, datetime(PLAN_YEAR - 1, 12, 20, 15, tzinfo=UTC))
    for number, (year, employer) in enumerate(books, 1):
        say(f"Enrolling {employer.name}", number - 1, len(books))
        enrol(year, employer, door, number)
    groups = {year.employer.prefix: year.employer.group for year, _ in books}
    for number in range(1, 13):
        play_month(books, groups, number, door, clock_file, say)
        with desk_scope():
            jobs.advance_job(job_id=job.pk, done=number)
    for _, employer in books:
        say(f"What if: {employer.name}", 12, 12)
        with employer_scope(employer):
            compare_next_year(date(PLAN_YEAR, 1, 1), by=BY)
            wait_until(is_compared, f"Deciding the year of {employer.name} again")
    with desk_scope():
        jobs.finish_job(job_id=job.pk)


def enrol(year: DemoYear, employer: Employer, door: Door, number: int) -> None:
    """The employer's full file, then the stop-loss contract, whose laser names a member."""
    at = datetime(PLAN_YEAR - 1, 12, 20, 9, tzinfo=UTC)
    name = year.employer
    load_file(
        enrolment_file(year.families, employer=name.name, group=name.group, at=at, number=number),
        f"{name.code}-full.834",
        employer,
        door,
    )
    sign_stop_loss(year, employer)


def load_file(content: bytes, name: str, employer: Employer, door: Door) -> None:
    """Send a file, wait for its load, apply it."""
    file = door.send_enrolment(content, name, employer.pk)
    found: list[dict[str, str]] = []

    def staged() -> bool:
        load = door.staged_load(file, employer.pk)
        found[:] = [load] if load else []
        return bool(found)

    wait_until(staged, f"Reading {name}")
    if found[0]["state"] == "staged":
        door.apply(found[0]["id"], employer.pk)


def play_month(books: Books, groups: dict[str, str], number: int, door: Door, clock_file: Path, say: Say) -> None:
    """The month's files on its last evening, the close on the next morning."""
    month = date(PLAN_YEAR, number, 1)
    last_evening = datetime.combine(add_months(month, 1), datetime.min.time(), UTC) - timedelta(hours=3)
    set_clock(clock_file, last_evening)
    say(f"{month:%B}: enrolment and claims", number - 1, 12)
    for year, employer in books:
        if year.late_termination is not None and number == 8:
            name = year.employer
            content = enrolment_file(
                [year.late_termination], employer=name.name, group=name.group, at=last_evening, number=900, full=False
            )
            load_file(content, f"{name.code}-late.834", employer, door)
    received = [claim for year, _ in books for claim in year.claims if _arrives_in(claim.received_on, number)]
    for n, content in enumerate(claim_files(received, groups, at=last_evening, number=number * 10), 1):
        door.send_claims(content, f"{PLAN_YEAR}-{number:02d}-{n}.837")
    wait_until(lambda: all_decided([employer for _, employer in books]), f"Deciding the claims of {month:%B}")
    set_clock(clock_file, last_evening + timedelta(hours=15))
    for _, employer in books:
        say(f"{month:%B}: closing {employer.name}", number - 1, 12)
        end_month(employer, month)


def _arrives_in(received_on: date, number: int) -> bool:
    """What arrives after the year comes with its last month."""
    return received_on.month == number if received_on.year == PLAN_YEAR else number == 12


def all_decided(employers: list[Employer]) -> bool:
    """Whether every file is read to its end and no claim waits to be decided."""
    with desk_scope():
        if InboundFile.objects.filter(state=InboundFile.State.RECEIVED).exists():
            return False
    for employer in employers:
        with employer_scope(employer):
            if Work.objects.exists():
                return False
    return True


def end_month(employer: Employer, month: date) -> None:
    """The bank's statement, the invoice and the employer's payment of it, the payment run, the stop-loss desk, the close.

    Done twice it is done once.
    """
    maker, checker = two_persons()
    with employer_scope(employer):
        take_statement(month, person_id=maker)
        invoice = funding.invoice_of(month)
        if invoice is None or invoice.state == "draft":
            invoice = review_invoice(invoice_id=draft_month(month=month).pk, person_id=maker)
        if invoice.state == "reviewed":
            invoice = approve_invoice(invoice_id=invoice.pk, person_id=checker)
        if invoice.state == "approved":
            invoice = issue_invoice(invoice_id=invoice.pk, person_id=checker)
        if invoice.amount_due_cents > 0:
            receive_deposit(
                purpose="invoice",
                received_on=add_months(month, 1),
                cents=invoice.amount_due_cents,
                reference=f"wire-{invoice.number}",
                invoice_id=invoice.pk,
            )
        _pay(maker, checker)
        sweep()
        meet_carrier(add_months(month, 1), by=BY)
        close_books(month, person_id=checker)


def _pay(maker: int, checker: int) -> None:
    run = payments.open_run() or propose_payments(person_id=maker)
    if run is None:
        return
    if run.state == "proposed":
        approve_payments(run_id=run.pk, person_id=checker)
    release_payments(run_id=run.pk, person_id=checker)
