"""The payment run: oldest first, as far as the employer's money is there, each decision once."""

from datetime import date

import pytest
from django.db import DatabaseError, transaction

from tenants.scope import desk_scope
from tests.workflows import stories
from tests.workflows.claim_stories import RECEIVED, new_claim, open_book, register
from tpa.books.agreements.models import AsoAgreement
from tpa.books.ledger import selectors as ledger
from tpa.books.payments.models import ClaimPayment, Payment
from tpa.engine.journal.accounts import CLAIMS_FUNDED, CLAIMS_PAYABLE, EMPLOYER_DEPOSITS, OUTSTANDING_PAYMENTS
from tpa.infra.clock import clock_at
from tpa.infra.postgres.statements import count_statements
from tpa.workflows.adjudication import decide_waiting
from tpa.workflows.deposits import receive_deposit
from tpa.workflows.payment_run import run_payments
from tpa.workflows.proof import verify_books

TODAY = date(2026, 3, 20)
# The plan pays 150.00 less a copay of 35.00 for the visit, 40.00 less 20 % for the test.
VISIT = (("99213", 20_000), ("80053", 4_000))
VISIT_PAID = 11_500 + 3_200


@pytest.fixture
def homes(in_employer):
    found = open_book(in_employer, count=3)
    stories.agree(in_employer)
    register(*(new_claim(home, *VISIT, ref=f"v{n}") for n, home in enumerate(found)))
    decide_waiting(employer_id=in_employer.pk)
    with clock_at(RECEIVED):
        yield found


def deposit(cents, reference="wire-1"):
    receive_deposit(purpose="fund", received_on=TODAY, cents=cents, reference=reference)


def balances():
    accounts = (EMPLOYER_DEPOSITS, CLAIMS_PAYABLE, CLAIMS_FUNDED, OUTSTANDING_PAYMENTS)
    return tuple(-ledger.balance(account) for account in accounts)


def test_without_money_nothing_leaves(homes):
    run = run_payments()
    assert (run.paid_count, run.held_count, run.held_cents) == (0, 3, 3 * VISIT_PAID)
    assert not Payment.objects.exists()
    assert balances() == (0, 3 * VISIT_PAID, 0, 0)


@pytest.mark.parametrize(("short", "paid"), [(1, 1), (0, 2), (-1, 2)])
def test_as_many_are_paid_as_the_deposits_cover_to_the_cent(homes, short, paid):
    deposit(2 * VISIT_PAID - short)
    run = run_payments()
    assert (run.paid_count, run.paid_cents, run.held_count) == (paid, paid * VISIT_PAID, 3 - paid)
    left = 2 * VISIT_PAID - short - paid * VISIT_PAID
    assert balances() == (left, (3 - paid) * VISIT_PAID, 0, paid * VISIT_PAID)
    assert sum(row.balance_cents for row in ledger.trial_balance()) == 0


def test_the_oldest_decision_goes_first(homes):
    deposit(VISIT_PAID)
    run_payments()
    (claim,) = ClaimPayment.objects.all()
    assert claim.decision_id == min(line.source_id for line in ledger.posted_lines(CLAIMS_PAYABLE))
    assert (claim.payment.payee, claim.payment.amount_cents) == ("provider", VISIT_PAID)


def test_a_second_run_pays_what_the_first_held_and_nothing_twice(in_employer, homes):
    deposit(VISIT_PAID)
    run_payments()
    deposit(2 * VISIT_PAID, "wire-2")
    assert run_payments().paid_count == 2
    assert run_payments() is None
    assert ClaimPayment.objects.count() == 3
    assert [one.amount_cents for one in Payment.objects.order_by("id")] == [VISIT_PAID, 2 * VISIT_PAID]
    assert balances() == (0, 0, 0, 3 * VISIT_PAID)
    assert verify_books(employer_id=in_employer.pk).faults == []


def test_an_agreement_may_let_payments_leave_first(in_employer, homes):
    with desk_scope():
        AsoAgreement.objects.filter(employer=in_employer).update(pay_before_funded=True)
    assert run_payments().paid_count == 3
    # The administrator has advanced the money: the fund is overdrawn by it.
    assert balances() == (-3 * VISIT_PAID, 0, 0, 3 * VISIT_PAID)


def test_the_database_refuses_a_second_payment_of_a_decision(homes):
    deposit(VISIT_PAID)
    run_payments()
    again = ClaimPayment.objects.get()
    again.pk = None
    with pytest.raises(DatabaseError, match="unique"), transaction.atomic():
        again.save(force_insert=True)


def test_a_run_takes_the_same_number_of_statements_for_one_claim_and_for_many(homes):
    deposit(VISIT_PAID)
    with count_statements() as one:
        run_payments()
    deposit(2 * VISIT_PAID, "wire-2")
    with count_statements() as two:
        run_payments()
    assert one.count == two.count
