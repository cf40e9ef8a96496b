import itertools
import threading
from datetime import date
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction

from tenants import directory
from tenants.scope import desk_scope, employer_scope
from tests.workflows.stories import Killed, agree, at, charge_fees, enrol, killed_at
from tpa.books.funding.errors import InvoiceStateError
from tpa.books.funding.models import FundingInvoice
from tpa.books.ledger import selectors as ledger
from tpa.infra.clock import clock_at
from tpa.infra.models import Job
from tpa.kernel.ids import key_of
from tpa.workflows import invoice_run
from tpa.workflows.invoice_run import ask_for_draft, draft_due, run_job
from tpa.workflows.month_end import approve_invoice, draft_month, issue_invoice

JANUARY = date(2025, 1, 1)
PEPM = ("pepm", "Administration", {"rates_cents": {"EE": 3200}})


@pytest.fixture
def books(in_employer):
    agree(in_employer)
    charge_fees(in_employer, PEPM)
    enrol("EE", count=10)
    return in_employer


@pytest.fixture
def messages(monkeypatch):
    """The messages that were sent, instead of a broker."""
    sent = []
    monkeypatch.setattr(invoice_run, "wake", lambda task, **kwargs: sent.append((task, kwargs)))
    return sent


def test_a_month_is_one_job_and_one_invoice_however_often_it_is_asked_for_and_run(books, messages):
    first = ask_for_draft(employer_id=books.pk, month=JANUARY)
    assert ask_for_draft(employer_id=books.pk, month=JANUARY) == first
    assert set(map(str, messages)) == {str(("draft_invoice", {"employer_id": books.pk, "job_id": first.pk}))}
    for _ in range(5):
        run_job(employer_id=books.pk, job_id=first.pk)
    job, invoice = Job.objects.get(), FundingInvoice.objects.get()
    assert (job.state, job.result["total_cents"], invoice.total_cents) == ("done", 32_000, 32_000)
    assert key_of(job.result["invoice"], "inv", books.pk) == invoice.pk
    assert ask_for_draft(employer_id=books.pk, month=JANUARY).state == "done"


def test_a_refused_run_says_why_and_can_be_asked_for_again(in_employer, messages):
    job = ask_for_draft(employer_id=in_employer.pk, month=JANUARY)
    assert run_job(employer_id=in_employer.pk, job_id=job.pk) is None
    job.refresh_from_db()
    assert job.state == "failed"
    assert job.error.startswith("No ASO agreement has begun by 2025-01-31. Enter the agreement")
    assert not FundingInvoice.objects.exists()
    agree(in_employer)
    again = ask_for_draft(employer_id=in_employer.pk, month=JANUARY)
    assert (again.pk, again.state, again.error) == (job.pk, "queued", "")
    assert run_job(employer_id=in_employer.pk, job_id=job.pk).number == "ACME-2025-01"


def test_a_run_that_dies_leaves_nothing_and_the_next_one_finishes(books, messages, monkeypatch):
    job = ask_for_draft(employer_id=books.pk, month=JANUARY)

    def die(**kwargs):
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(invoice_run.jobs, "finish_job", die)
        with pytest.raises(KeyboardInterrupt):
            run_job(employer_id=books.pk, job_id=job.pk)
    assert not FundingInvoice.objects.exists()
    assert run_job(employer_id=books.pk, job_id=job.pk).total_cents == 32_000


def test_killed_at_any_statement_a_month_is_still_closed_once(books, messages):
    deaths = 0

    def close():
        with transaction.atomic():
            invoice = draft_month(month=JANUARY)
            if invoice.state == "draft":
                approve_invoice(invoice_id=invoice.pk)
                issue_invoice(invoice_id=invoice.pk)

    for n in itertools.count(1):
        try:
            with killed_at(n):
                close()
            break
        except Killed:
            deaths += 1
            assert not FundingInvoice.objects.exists()
            assert not ledger.entries().exists()
    assert deaths > 20
    close()
    invoice = FundingInvoice.objects.get()
    assert (invoice.state, invoice.total_cents) == ("final", 32_000)
    assert [entry.event for entry in ledger.entries().order_by("id")] == [
        "fee_charged",
        "premium_charged",
        "invoice_issued",
    ]


def test_last_month_is_asked_for_once_and_a_lost_message_is_sent_again(books, messages):
    with clock_at(at(2025, 2, 1)):
        draft_due(employer_id=books.pk)
        draft_due(employer_id=books.pk)
    job = Job.objects.get()
    assert (job.key, len(messages)) == ("2025-01", 1)
    with clock_at(at(2025, 2, 2)):
        draft_due(employer_id=books.pk)
    assert messages[1:] == [("draft_invoice", {"employer_id": books.pk, "job_id": job.pk})]


def test_months_that_nobody_billed_come_in_their_order_once_the_one_before_is_final(books, messages):
    january = draft_month(month=JANUARY)
    with clock_at(at(2025, 4, 1)):
        draft_due(employer_id=books.pk)
        assert messages == []  # January is open
        approve_invoice(invoice_id=january.pk)
        issue_invoice(invoice_id=january.pk)
        draft_due(employer_id=books.pk)
        february = run_job(employer_id=books.pk, job_id=Job.objects.get().pk)
        draft_due(employer_id=books.pk)
        approve_invoice(invoice_id=february.pk)
        issue_invoice(invoice_id=february.pk)
        draft_due(employer_id=books.pk)
        march = run_job(employer_id=books.pk, job_id=Job.objects.get(key="2025-03").pk)
        approve_invoice(invoice_id=march.pk)
        issue_invoice(invoice_id=march.pk)
        draft_due(employer_id=books.pk)  # April is not over
    assert (february.number, march.number) == ("ACME-2025-02", "ACME-2025-03")
    assert (Job.objects.count(), len(messages)) == (2, 2)


def test_the_first_invoice_is_of_the_agreements_first_month_or_of_the_one_that_its_terms_name(
    in_employer, other_employer, messages
):
    """Both agreements began on 15 January; in April January is due, or March where the other went live in March."""

    def due(employer):
        draft_due(employer_id=employer.pk)
        return [job.key for job in Job.objects.filter(employer_id=employer.pk)]

    terms = {"alone_up_to_cents": 10**12, "first_month": "2025-03"}
    agree(in_employer, date(2025, 1, 15))
    agree(other_employer, date(2025, 1, 15), terms)
    with clock_at(at(2025, 2, 1)), employer_scope(other_employer):
        assert due(other_employer) == []
    with clock_at(at(2025, 4, 1)):
        assert due(in_employer) == ["2025-01"]
        with employer_scope(other_employer):
            assert due(other_employer) == ["2025-03"]
            with pytest.raises(InvoiceStateError, match="begin with March 2025"):
                draft_month(month=JANUARY)
            assert not FundingInvoice.objects.exists()


def test_a_refused_month_is_asked_for_again_a_day_later(in_employer, messages):
    agree(in_employer)
    charge_fees(in_employer, PEPM)
    enrol("EF")  # there is no rate for a family
    with clock_at(at(2025, 2, 1)):
        draft_due(employer_id=in_employer.pk)
        run_job(employer_id=in_employer.pk, job_id=Job.objects.get().pk)
        draft_due(employer_id=in_employer.pk)
    assert (Job.objects.get().state, len(messages)) == ("failed", 1)
    with clock_at(at(2025, 2, 2)):
        draft_due(employer_id=in_employer.pk)
    assert (Job.objects.get().state, len(messages)) == ("queued", 2)


def test_nothing_is_asked_for_where_no_agreement_held(books, messages):
    with clock_at(at(2025, 1, 15)):
        draft_due(employer_id=books.pk)
    assert messages == []


def test_the_command_closes_a_month_and_doubles_nothing(books):
    for _ in range(2):
        told = StringIO()
        call_command("invoice_month", "2025-01", "--employer", "acme", "--issue", stdout=told)
        assert told.getvalue() == "acme: ACME-2025-01 final, 320.00 USD\n"
    assert FundingInvoice.objects.count() == 1
    assert ledger.faults() == []


def test_the_command_tells_a_refusal_and_goes_on(books):
    told, refused = StringIO(), StringIO()
    with desk_scope(), pytest.raises(CommandError, match=r"1 refused\."):
        call_command("invoice_month", "2025-01", stdout=told, stderr=refused)
    assert told.getvalue() == "acme: ACME-2025-01 draft, 320.00 USD\n"
    assert refused.getvalue().startswith("umbra: No ASO agreement has begun by 2025-01-31.")
    with pytest.raises(CommandError):
        call_command("invoice_month", "January")


def test_eight_workers_at_once_make_one_invoice_and_one_entry(own_database):
    acme = directory.employer_of_code("acme")
    with employer_scope(acme):
        agree(acme)
        charge_fees(acme, PEPM)
        enrol("EE", count=10)
    faults = []

    def work():
        try:
            with employer_scope(acme):
                invoice = draft_month(month=JANUARY)
                try:
                    with transaction.atomic():
                        approve_invoice(invoice_id=invoice.pk)
                        issue_invoice(invoice_id=invoice.pk)
                except invoice_run.DomainError:
                    pass
        except BaseException as fault:
            faults.append(fault)
        finally:
            connection.close()

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert faults == []
    with employer_scope(acme):
        invoice = FundingInvoice.objects.get()
        assert (invoice.state, invoice.total_cents, invoice.lines.count()) == ("final", 32_000, 1)
        assert [entry.event for entry in ledger.entries().order_by("id")].count("invoice_issued") == 1
        assert ledger.faults() == []
