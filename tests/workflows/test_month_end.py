import io
from datetime import date

import pytest
from django.db import IntegrityError, connection, transaction
from pypdf import PdfReader

from tests.workflows.stories import agree, at, charge_fees, decide, enrol, insure, reverse, terminate
from tpa.books.agreements.errors import NothingAgreedError
from tpa.books.funding.document import invoice_pdf
from tpa.books.funding.errors import CreditError, DepositError, InvoiceStateError
from tpa.books.funding.models import Credit, Deposit, FundingInvoice
from tpa.books.funding.services import Correction
from tpa.books.ledger import selectors as ledger
from tpa.engine.journal.accounts import CREDITS_DUE, EMPLOYER_DEPOSITS, FEE_PAYABLE, FUNDING_RECEIVABLE, PREMIUM_PAYABLE
from tpa.infra.clock import clock_at
from tpa.kernel.errors import DomainError
from tpa.workflows.deposits import give_credit, receive_deposit
from tpa.workflows.month_end import approve_invoice, draft_month, issue_invoice

JANUARY, FEBRUARY, MARCH = date(2025, 1, 1), date(2025, 2, 1), date(2025, 3, 1)
PEPM = ("pepm", "Administration", {"rates_cents": {"EE": 3200, "ES": 3600, "EF": 4000}})


@pytest.fixture
def books(in_employer):
    """40 employees alone, 12 with spouse, 8 families."""
    agree(in_employer)
    enrol("EE", count=40)
    enrol("ES", count=12)
    enrol("EF", count=8)
    return in_employer


def draft(month, on=None):
    with clock_at(on or at(month.year, month.month + 1, 2)):
        return draft_month(month=month)


def issue(month, on=None):
    with clock_at(on or at(month.year, month.month + 1, 3)):
        invoice = draft_month(month=month)
        approve_invoice(invoice_id=invoice.pk, person_id=7)
        return issue_invoice(invoice_id=invoice.pk, person_id=7)


def lines(invoice):
    return [(line.description, line.quantity, line.rate, line.cents) for line in invoice.lines.all()]


def test_a_month_with_three_tiers_and_five_fees(books):
    charge_fees(
        books,
        PEPM,
        ("per_claim", "Claim handling", {"rate_cents": 550}),
        ("percent_of_claims", "Managed care", {"rate_bp": 150}),
        ("flat", "Set-up", {"amount_cents": 250_000, "once_in": "2025-01-15"}),
        ("minimum", "Monthly minimum", {"minimum_cents": 500_000}),
    )
    person = enrol("EE")[0]
    insure(
        books,
        {"deductible_cents": 1_000_000, "premium": {"rates_cents": {"EE": 9000, "ES": 15_000, "EF": 21_000}}},
        {"factors": [], "premium": {"rates_cents": {"ALL": 450}}},
    )
    decide(person, 100_033, date(2025, 1, 10), charge_cents=150_000)
    decide(person, 20_000, date(2025, 1, 31), line="dental")
    decide(person, 0, date(2025, 1, 31), charge_cents=9_900, denied=True)
    decide(person, 77_777, date(2025, 2, 1))  # the next month's
    invoice = draft(JANUARY)
    # 41 x 32 + 12 x 36 + 8 x 40 = 2,064.00; 3 x 5.50; 1.5 % of 1,200.33 = 18.00495; the minimum adds 401.49.
    assert lines(invoice) == [
        ("Administration, EE", 41, "32.00", 131_200),
        ("Administration, ES", 12, "36.00", 43_200),
        ("Administration, EF", 8, "40.00", 32_000),
        ("Claim handling", 3, "5.50", 1650),
        ("Managed care", None, "1.5 %", 1800),
        ("Set-up", 1, "2500.00", 250_000),
        ("Monthly minimum", None, "", 40_150),
        ("Stop-loss premium, specific (Granite Re), EE", 41, "90.00", 369_000),
        ("Stop-loss premium, specific (Granite Re), ES", 12, "150.00", 180_000),
        ("Stop-loss premium, specific (Granite Re), EF", 8, "210.00", 168_000),
        ("Stop-loss premium, aggregate (Granite Re), EE", 41, "4.50", 18_450),
        ("Stop-loss premium, aggregate (Granite Re), ES", 12, "4.50", 5400),
        ("Stop-loss premium, aggregate (Granite Re), EF", 8, "4.50", 3600),
        ("Claims, dental", 1, "", 20_000),
        ("Claims, medical", 2, "", 100_033),
    ]
    assert (invoice.fees_cents, invoice.premium_cents, invoice.claims_cents) == (500_000, 744_450, 120_033)
    assert (invoice.total_cents, invoice.amount_due_cents) == (1_364_483, 1_364_483)
    assert (invoice.number, invoice.due_on) == ("ACME-2025-01", date(2025, 2, 15))
    assert invoice.lines.get(code="dental").basis["text"] == "1 claims decided in January 2025"


def test_the_ledger_says_what_the_invoice_says(books):
    charge_fees(books, PEPM)
    insure(books, {"deductible_cents": 1_000_000, "premium": {"rates_cents": {"ALL": 10_000}}})
    invoice = issue(JANUARY)
    posted = {(line.event, line.account): line.cents for line in ledger.lines_of_sources("invoice", [invoice.pk])}
    assert posted["invoice_issued", FUNDING_RECEIVABLE] == invoice.total_cents == 203_200 + 600_000
    assert posted["fee_charged", FEE_PAYABLE] == -203_200
    assert posted["premium_charged", PREMIUM_PAYABLE] == -600_000
    assert sum(account.balance_cents for account in ledger.trial_balance()) == 0
    assert ledger.faults() == []


def test_drafting_twice_is_drafting_once_and_issuing_twice_is_refused(books):
    charge_fees(books, PEPM)
    first = draft(JANUARY)
    again = draft(JANUARY)
    assert (first.pk, lines(first)) == (again.pk, lines(again))
    issued = issue(JANUARY)
    assert draft(JANUARY).state == "final"
    with pytest.raises(InvoiceStateError):
        issue_invoice(invoice_id=issued.pk)
    with pytest.raises(InvoiceStateError):
        approve_invoice(invoice_id=issued.pk)
    assert FundingInvoice.objects.count() == 1
    assert ledger.balance(FUNDING_RECEIVABLE) == 203_200


def test_a_draft_is_computed_anew_until_it_is_approved(books):
    charge_fees(books, PEPM)
    draft(JANUARY)
    enrol("EE", recorded_at=at(2025, 2, 2))
    assert draft(JANUARY, at(2025, 2, 3)).total_cents == 206_400
    with clock_at(at(2025, 2, 4)):
        approve_invoice(invoice_id=FundingInvoice.objects.get().pk)
    enrol("EE", recorded_at=at(2025, 2, 5))
    assert draft(JANUARY, at(2025, 2, 6)).total_cents == 206_400


def test_only_an_approved_invoice_is_issued(books):
    charge_fees(books, PEPM)
    invoice = draft(JANUARY)
    with pytest.raises(InvoiceStateError) as refused:
        issue_invoice(invoice_id=invoice.pk)
    assert refused.value.remedy == "Approve the draft first."
    assert list(ledger.entries()) == []


def test_a_final_invoice_stays_also_against_sql(books):
    charge_fees(books, PEPM)
    issue(JANUARY)
    for statement in (
        "UPDATE funding_fundinginvoice SET due_on = '2030-01-01'",
        "DELETE FROM funding_fundinginvoice",
        "UPDATE funding_fundinginvoiceline SET cents = 0",
        "DELETE FROM funding_fundinginvoiceline",
        "UPDATE funding_invoiceroster SET rows = '[]'",
    ):
        with pytest.raises(IntegrityError, match="final"), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)
    assert FundingInvoice.objects.get().total_cents == 203_200


def test_months_are_invoiced_in_their_order(books):
    charge_fees(books, PEPM)
    draft(JANUARY)
    with pytest.raises(InvoiceStateError):
        draft(FEBRUARY)
    issue(JANUARY)
    with pytest.raises(InvoiceStateError):
        draft(MARCH)
    draft(FEBRUARY)
    with pytest.raises(InvoiceStateError):
        draft(date(2024, 12, 1), at(2025, 3, 2))


def test_without_an_agreement_nothing_is_billed(in_employer):
    enrol("EE")
    with pytest.raises(NothingAgreedError):
        draft(JANUARY)
    assert not FundingInvoice.objects.exists()


def test_a_tier_without_a_rate_is_refused_by_name(books):
    charge_fees(books, PEPM)
    enrol("EC")
    with pytest.raises(DomainError) as refused:
        draft(JANUARY)
    assert "EC" in refused.value.message
    assert not FundingInvoice.objects.exists()


def test_what_was_decided_late_comes_with_the_next_invoice(books):
    person = enrol("EE")[0]
    decide(person, 10_000, date(2025, 1, 10))
    issue(JANUARY)
    late = decide(person, 2500, date(2025, 1, 31))
    decide(person, 30_000, date(2025, 2, 10))
    invoice = issue(FEBRUARY)
    assert lines(invoice) == [("Claims, medical", 2, "", 32_500)]
    assert invoice.lines.get().basis["text"] == (
        "1 claims decided in February 2025, 1 before it that no invoice has yet"
    )
    reverse(late, date(2025, 3, 5))
    assert lines(issue(MARCH)) == [("Claims, medical", -1, "", -2500)]


def test_late_enrolment_restates_the_billed_months_once(books):
    charge_fees(books, PEPM)
    leaver = enrol("EF")[0]
    issue(JANUARY)
    terminate(leaver, date(2025, 1, 1).replace(day=2), at(2025, 2, 10))
    enrol("EE", recorded_at=at(2025, 2, 11))  # since January
    february = issue(FEBRUARY)
    # The leaver was there on 1 January, so January's family stands; the newcomer is owed for January too.
    assert lines(february) == [
        ("Administration, EE", 41, "32.00", 131_200),
        ("Administration, ES", 12, "36.00", 43_200),
        ("Administration, EF", 8, "40.00", 32_000),
        ("Administration, EE, retroactive for 2025-01", 1, "32.00", 3200),
    ]
    terminate(enrol("EE", recorded_at=at(2025, 2, 12))[0], date(2025, 2, 1), at(2025, 3, 10))
    march = issue(MARCH)
    assert [line for line in lines(march) if "retroactive" in line[0]] == [
        ("Administration, EE, retroactive for 2025-01", 1, "32.00", 3200)
    ]


def test_the_prior_balance_is_what_was_billed_less_what_came_in(books):
    charge_fees(books, PEPM)
    issue(JANUARY)
    with clock_at(at(2025, 2, 20)):
        receive_deposit(purpose="invoice", received_on=date(2025, 2, 20), cents=200_000, reference="WIRE-1")
    february = draft(FEBRUARY)
    assert (february.prior_balance_cents, february.amount_due_cents) == (3_200, 206_400)
    with clock_at(at(2025, 2, 25)):
        receive_deposit(purpose="fund", received_on=date(2025, 2, 25), cents=50_000, reference="WIRE-2")
    assert draft(FEBRUARY).prior_balance_cents == -46_800
    assert (ledger.balance(FUNDING_RECEIVABLE), ledger.balance(EMPLOYER_DEPOSITS)) == (0, -(250_000 - 203_200))


def test_the_same_deposit_twice_is_one_deposit(books):
    money = {"purpose": "fund", "received_on": date(2025, 1, 5), "cents": 10_000, "reference": "WIRE-1"}
    assert receive_deposit(**money) == receive_deposit(**money)
    with pytest.raises(DepositError):
        receive_deposit(**money | {"cents": 10_001})
    with pytest.raises(DepositError):
        receive_deposit(**money | {"cents": 0, "reference": "WIRE-2"})
    for fault in ({"purpose": "gift"}, {"reference": " "}, {"reference": "x" * 61}):
        with pytest.raises(DepositError):
            receive_deposit(**{**money, "reference": "WIRE-3", **fault})
    assert Deposit.objects.count() == 1
    assert ledger.balance(EMPLOYER_DEPOSITS) == -10_000


def test_a_correction_is_a_credit_on_a_later_invoice(books):
    charge_fees(books, PEPM)
    january = issue(JANUARY)
    credit = {
        "kind": "correction",
        "cents": 4000,
        "description": "One family too many in January",
        "reference": "C-1",
        "granted_on": date(2025, 2, 10),
        "corrects": Correction(january.pk, "fee", "pepm"),
    }
    give_credit(**credit)
    assert give_credit(**credit).pk == Credit.objects.get().pk
    with pytest.raises(CreditError):
        give_credit(**credit | {"reference": "C-2", "cents": 203_200 - 4000 + 1})
    for fault in ({"kind": "gift"}, {"cents": 0}, {"description": ""}, {"corrects": None}):
        with pytest.raises(CreditError):
            give_credit(**credit | {"reference": "C-3"} | fault)
    assert ledger.balance(CREDITS_DUE) == -4000
    february = issue(FEBRUARY)
    assert lines(february)[-1] == ("One family too many in January", None, "", -4000)
    assert (february.credits_cents, february.total_cents) == (4000, 199_200)
    assert ledger.balance(CREDITS_DUE) == 0
    assert issue(MARCH).credits_cents == 0
    assert ledger.balance(FEE_PAYABLE) == -(3 * 203_200 - 4000)
    assert ledger.faults() == []


def test_a_credit_granted_after_the_month_waits_for_the_next(books):
    charge_fees(books, PEPM)
    refund = {"kind": "refund", "cents": 700, "description": "Refund", "reference": "R-1", "granted_on": FEBRUARY}
    give_credit(**refund)
    assert issue(JANUARY).credits_cents == 0
    assert issue(FEBRUARY).credits_cents == 700


def test_the_pdf_is_made_from_the_stored_invoice(books):
    charge_fees(books, PEPM)
    invoice = issue(JANUARY)
    told = {"employer_name": "Acme <b>#panic()</b>", "agreement_number": "A-1", "administrator": "Harbor"}
    pdf = invoice_pdf(invoice, **told)
    text = "".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages)
    for figure in (
        "Acme <b>#panic()</b>",
        "ACME-2025-01",
        "Administration, EF",
        "40 lives x 32.00",
        "1,280.00",
        "2,032.00",
    ):
        assert figure in text
    assert invoice_pdf(FundingInvoice.objects.get(), **told) == pdf
