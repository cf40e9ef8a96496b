"""After the last agreement its run-out is invoiced and paid: claims, and the fees that follow them."""

from datetime import date

import pytest

from tenants.scope import desk_scope
from tests.workflows.claim_stories import RECEIVED, new_claim, open_book, register
from tests.workflows.stories import agree, at, charge_fees, decide, enrol, insure
from tests.workflows.test_month_end import issue, lines
from tpa.books.agreements.models import AsoAgreement
from tpa.books.funding.errors import InvoiceStateError
from tpa.books.funding.models import FundingInvoice
from tpa.infra.clock import clock_at
from tpa.infra.models import Job
from tpa.workflows.adjudication import decide_waiting
from tpa.workflows.deposits import receive_deposit
from tpa.workflows.invoice_run import draft_due
from tpa.workflows.month_end import draft_month
from tpa.workflows.payment_run import run_payments

DECEMBER, JANUARY, FEBRUARY, MARCH = date(2025, 12, 1), date(2026, 1, 1), date(2026, 2, 1), date(2026, 3, 1)
FEES = (
    ("pepm", "Administration", {"rates_cents": {"EE": 3_200}}),
    ("per_claim", "Claim handling", {"rate_cents": 550}),
    ("percent_of_claims", "Managed care", {"rate_bp": 100}),
    ("flat", "Reporting", {"amount_cents": 15_000}),
    ("minimum", "Monthly minimum", {"minimum_cents": 50_000}),
)


@pytest.fixture
def books(in_employer):
    """The agreement ended with 2025; ten employees are still enrolled, because nobody has said that they left."""
    agree(in_employer)
    with desk_scope():
        AsoAgreement.objects.filter(employer=in_employer).update(ends_before=JANUARY)
    people = enrol("EE", starts_on=date(2025, 12, 1), count=10)
    charge_fees(in_employer, *FEES)
    insure(in_employer, {"deductible_cents": 1_000_000, "premium": {"rates_cents": {"EE": 9_000}}})
    return in_employer, people


def closed(month):
    """The month's invoice, on the third of the next one."""
    year, next_month = month.year + month.month // 12, month.month % 12 + 1
    return issue(month, on=at(year, next_month, 3))


def test_a_month_of_the_run_out_bills_claims_and_the_fees_that_follow_them(books):
    _, people = books
    closed(DECEMBER)
    decide(people[0], 100_000, date(2026, 1, 15), service_on=date(2025, 12, 20))
    invoice = closed(JANUARY)
    assert [(text, cents) for text, _, _, cents in lines(invoice)] == [
        ("Claim handling", 550),
        ("Managed care", 1_000),
        ("Claims, medical", 100_000),
    ]
    assert invoice.agreement_id == AsoAgreement.objects.get().pk


def test_months_without_anything_to_bill_may_be_left_out_but_none_of_the_agreement(books):
    _, people = books
    with pytest.raises(InvoiceStateError):
        closed(date(2025, 10, 1))
        closed(DECEMBER)
    FundingInvoice.objects.filter(state="draft").delete()
    closed(date(2025, 11, 1))
    closed(DECEMBER)
    decide(people[0], 100_000, date(2026, 3, 2), service_on=date(2025, 12, 20))
    assert closed(MARCH).claims_cents == 100_000


def test_fees_made_for_the_run_out_are_charged_in_it(books):
    employer, people = books
    closed(DECEMBER)
    run_out = ("flat", "Run-out administration", {"amount_cents": 80_000, "ends_before": "2026-03-01"})
    charge_fees(employer, run_out, effective_on=JANUARY)
    assert lines(closed(JANUARY)) == [("Run-out administration", 1, "800.00", 80_000)]
    decide(people[0], 100_000, date(2026, 2, 2), service_on=date(2025, 12, 20))
    assert [line[0] for line in lines(closed(FEBRUARY))] == ["Run-out administration", "Claims, medical"]
    assert lines(closed(MARCH)) == []


def test_its_claims_are_paid(in_employer):
    (home,) = open_book(in_employer)
    agree(in_employer)
    with desk_scope():
        AsoAgreement.objects.filter(employer=in_employer).update(ends_before=date(2026, 3, 15))
    register(new_claim(home, ("99213", 20_000)))
    decide_waiting(employer_id=in_employer.pk)
    with clock_at(RECEIVED):
        receive_deposit(purpose="fund", received_on=date(2026, 4, 1), cents=100_000, reference="WIRE-1")
        assert run_payments().paid_count == 1


def test_its_invoice_is_asked_for_where_there_is_something_to_bill_and_not_otherwise(books):
    employer, people = books
    closed(DECEMBER)
    with clock_at(at(2026, 2, 1)):
        draft_due(employer_id=employer.pk)
    assert not Job.objects.exists()
    decide(people[0], 100_000, date(2026, 2, 10), service_on=date(2025, 12, 20))
    with clock_at(at(2026, 3, 1)):
        draft_due(employer_id=employer.pk)
    assert Job.objects.get().key == "2026-02"
    with clock_at(at(2026, 3, 1)):
        assert draft_month(month=FEBRUARY).claims_cents == 100_000
