"""A statement clears checks, finds deposits, leaves the rest to a person; the bank's balance explains the ledger's cash."""

from datetime import date

import pytest
from django.db import transaction

from tests.engine.bank.samples import CSV
from tests.workflows import stories
from tests.workflows.claim_stories import new_claim, open_book, register
from tests.workflows.test_payment_lives import terms
from tpa.books.funding import bank
from tpa.books.funding.bank_models import BankEntry, BankMatch, BankStatement
from tpa.books.funding.errors import BankError
from tpa.books.ledger import selectors as ledger
from tpa.books.payments.models import Payment
from tpa.engine.bank.statement import BankFileError
from tpa.engine.journal.accounts import CASH, OUTSTANDING_PAYMENTS
from tpa.infra.clock import clock_at
from tpa.workflows.adjudication import decide_waiting
from tpa.workflows.bank_reconciliation import bank_proof, deposit_of_entry, explain_entry, load_statements, match_again
from tpa.workflows.close import prove_month
from tpa.workflows.deposits import receive_deposit
from tpa.workflows.payment_run import run_payments

DAY = date(2026, 3, 20)
PAID = 11_500
HEAD = "date,check_number,reference,amount,balance\n"


@pytest.fixture
def check(in_employer):
    """A check of 115.00 of 20 March out of a deposit of 1,000.00, and a deposit of 50.00 that the bank has not seen."""
    homes = open_book(in_employer, count=1)
    stories.agree(in_employer, starts_on=date(2026, 3, 1))
    with clock_at(stories.at(2026, 3, 20)):
        register(new_claim(homes[0], ("99213", 20_000), received_at=stories.at(2026, 3, 20)))
        decide_waiting(employer_id=in_employer.pk)
        receive_deposit(purpose="fund", received_on=DAY, cents=100_000, reference="WIRE 1")
        terms()
        run_payments()
        receive_deposit(purpose="fund", received_on=date(2026, 3, 31), cents=5_000, reference="WIRE 2")
    with clock_at(stories.at(2026, 4, 2)):
        yield Payment.objects.get()


def load(*rows, name="march.csv"):
    return load_statements(content=(HEAD + "\n".join(rows)).encode(), name=name)


def checks():
    return {one.code: one for one in prove_month(month=date(2026, 3, 1))}


def test_a_check_is_cleared_a_deposit_found_and_the_balance_explained(check):
    _, is_new = load("2026-03-21,,WIRE-1,1000.00,1000.00", "2026-03-30,1001,,-115.00,885.00")
    check.refresh_from_db()
    assert (is_new, check.state) == (True, "cleared")
    assert (ledger.balance(CASH, as_of=date(2026, 3, 29)), ledger.balance(CASH)) == (100_000, 93_500)
    assert ledger.balance(OUTSTANDING_PAYMENTS) == 0
    assert list(BankEntry.objects.values_list("found", flat=True)) == ["reference", "check_number"]
    standing = bank_proof(as_of=date(2026, 3, 31))
    # The statement ends on the 30th, a day before the second deposit.
    assert (standing.proof.bank_cents, standing.proof.books_cents, standing.proof.difference_cents) == (
        88_500,
        88_500,
        0,
    )
    assert checks()["bank"].proves


def test_the_same_file_twice_does_nothing(check):
    rows = ("2026-03-21,,WIRE-1,1000.00,1000.00",)
    load(*rows)
    found, is_new = load(*rows, name="again.csv")
    assert (is_new, found[0].name) == (False, "march.csv")
    assert (BankStatement.objects.count(), BankMatch.objects.count()) == (1, 1)


def test_what_the_books_do_not_know_waits_for_a_person(check):
    load("2026-03-21,,WIRE-1,1000.00,1000.00", "2026-03-30,1001,,-116.00,884.00", "2026-03-31,,NEW,25.00,909.00")
    assert list(BankEntry.objects.values_list("found", flat=True)) == ["reference", "other_amount", "unknown"]
    check.refresh_from_db()
    assert check.state == "issued"
    standing = bank_proof()
    assert (standing.proof.unexplained_cents, standing.proof.deposits_in_transit_cents) == (-11_600 + 2_500, 5_000)
    assert (standing.proof.difference_cents, standing.exception_count) == (0, 2)
    assert checks()["bank"].detail == "2 entries of the bank are unexplained"
    wrong, new = bank.exceptions()
    deposit_of_entry(entry_id=new.pk)
    with pytest.raises(BankError):
        deposit_of_entry(entry_id=wrong.pk)
    explain_entry(entry_id=wrong.pk, explanation="The bank misread the amount; asked to correct it", person_id=7)
    for text, refused in (("again", new), ("  ", wrong)):
        with pytest.raises(BankError):
            explain_entry(entry_id=refused.pk, explanation=text)
    standing = bank_proof()
    assert (standing.proof.unexplained_cents, standing.exception_count) == (-11_600, 0)
    assert standing.proof.difference_cents == 0
    assert checks()["bank"].proves


def test_a_deposit_recorded_later_is_matched_again(check):
    load("2026-03-21,,WIRE-1,1000.00,1000.00", "2026-03-31,,NEW,25.00,1025.00")
    receive_deposit(purpose="fund", received_on=date(2026, 3, 31), cents=2_500, reference="new")
    assert (match_again(), match_again()) == (1, 0)
    assert bank_proof().exception_count == 0


def test_statements_follow_each_other_and_what_is_refused_is_not_kept(check):
    load("2026-03-21,,WIRE-1,1000.00,1000.00")
    for rows, refusal in (
        (("2026-03-30,1001,,-115.00,900.00",), BankError),
        (("2026-03-20,1001,,-115.00,885.00",), BankError),
        (("2026-03-30,1001,,-115.00,x",), BankFileError),
    ):
        with pytest.raises(refusal), transaction.atomic():
            load(*rows)
    assert BankStatement.objects.count() == 1
    load("2026-03-30,1001,,-115.00,885.00", name="april.csv")
    assert bank_proof().proof.bank_cents == 88_500


def test_an_account_that_was_there_before_begins_with_its_balance(in_employer):
    open_book(in_employer, count=1)
    stories.agree(in_employer, starts_on=date(2026, 3, 1))
    with clock_at(stories.at(2026, 4, 2)):
        receive_deposit(purpose="fund", received_on=date(2026, 2, 20), cents=5_000_000, reference="OLD")
        load_statements(content=CSV.encode(), name="march.csv")
        assert bank_proof().proof.difference_cents == 0
        assert bank_proof().exception_count == 4
