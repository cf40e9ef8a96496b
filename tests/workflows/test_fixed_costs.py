"""Fees and premium of a final invoice leave at once when the employer's money is there, each invoice's as a whole, once."""

from datetime import date

import pytest

from tenants.scope import desk_scope
from tests.workflows.stories import agree, at, charge_fees, enrol, insure
from tests.workflows.test_month_end import FEBRUARY, JANUARY, issue
from tpa.books.agreements.models import AsoAgreement
from tpa.books.funding.services import Correction
from tpa.books.ledger import selectors as ledger
from tpa.engine.journal.accounts import (
    CASH,
    EMPLOYER_CONTRIBUTIONS,
    EMPLOYER_DEPOSITS,
    FEE_PAYABLE,
    PREMIUM_PAYABLE,
)
from tpa.infra.clock import clock_at
from tpa.web.portal.figures import home
from tpa.workflows.deposits import give_credit, receive_deposit
from tpa.workflows.payment_run import available_cents

FEES, PREMIUM = 10 * 3_200, 10 * 9_000
FIXED = FEES + PREMIUM


@pytest.fixture
def books(in_employer):
    """Ten employees: 320.00 of fees and 900.00 of premium a month."""
    agree(in_employer)
    enrol("EE", count=10)
    charge_fees(in_employer, ("pepm", "Administration", {"rates_cents": {"EE": 3_200}}))
    insure(in_employer, {"deductible_cents": 1_000_000, "premium": {"rates_cents": {"EE": 9_000}}})
    return in_employer


def pay_in(cents, reference="WIRE-1", day=date(2025, 2, 10)):
    with clock_at(at(day.year, day.month, day.day)):
        receive_deposit(purpose="fund", received_on=day, cents=cents, reference=reference)


def balances():
    """Cash, deposits not used, fees and premium owed, what counts as contributed; credits as positive numbers."""
    owed = (EMPLOYER_DEPOSITS, FEE_PAYABLE, PREMIUM_PAYABLE, EMPLOYER_CONTRIBUTIONS)
    return ledger.balance(CASH), *(-ledger.balance(account) for account in owed)


def test_they_leave_with_the_deposit_that_covers_them(books):
    issue(JANUARY)
    assert balances() == (0, 0, FEES, PREMIUM, 0)
    pay_in(FIXED - 1)
    assert balances() == (FIXED - 1, FIXED - 1, FEES, PREMIUM, 0)
    pay_in(1, "WIRE-2")
    assert balances() == (0, 0, 0, 0, FIXED)
    assert sum(row.balance_cents for row in ledger.trial_balance()) == 0
    assert ledger.faults() == []


def test_they_leave_with_the_invoice_where_the_money_is_there_before_it_and_the_portal_shows_what_is_left(books):
    pay_in(FIXED + 500, day=date(2025, 1, 10))
    issue(JANUARY)
    assert balances() == (500, 500, 0, 0, FIXED)
    assert home(books, date(2025, 2, 10))["cash_cents"] == 500
    (entry,) = ledger.entries().filter(event="fixed_costs_paid")
    assert entry.effective_on == date(2025, 2, 3)


def test_the_older_invoice_goes_first_and_nothing_goes_twice(books):
    issue(JANUARY)
    issue(FEBRUARY)
    pay_in(FIXED + 100, day=date(2025, 3, 10))
    assert balances() == (100, 100, FEES, PREMIUM, FIXED)
    pay_in(FIXED, "WIRE-2", day=date(2025, 3, 11))
    pay_in(FIXED, "WIRE-3", day=date(2025, 3, 12))
    assert balances() == (FIXED + 100, FIXED + 100, 0, 0, 2 * FIXED)
    assert ledger.entries().filter(event="fixed_costs_paid").count() == 2


def test_what_is_left_is_for_claims_and_what_waits_is_not(books):
    issue(JANUARY)
    pay_in(FIXED - 1)
    assert available_cents() == 0
    pay_in(70_001, "WIRE-2")
    assert available_cents() == 70_000


def test_an_agreement_that_advances_money_sends_them_with_the_invoice(books):
    with desk_scope():
        AsoAgreement.objects.filter(employer=books).update(pay_before_funded=True)
    issue(JANUARY)
    assert balances() == (-FIXED, -FIXED, 0, 0, FIXED)


def test_a_fee_that_is_given_back_leaves_no_second_time(books):
    january = issue(JANUARY)
    pay_in(FIXED)
    give_credit(
        kind="correction",
        cents=3_200,
        description="One employee too many",
        reference="C-1",
        granted_on=date(2025, 2, 12),
        corrects=Correction(january.pk, "fee", "pepm"),
    )
    assert balances()[2] == -3_200
    february = issue(FEBRUARY)
    pay_in(february.total_cents, "WIRE-2", day=date(2025, 3, 10))
    assert balances() == (0, 0, 0, 0, 2 * FIXED - 3_200)
