"""A large run takes two persons: refused at the service, and by the database to whoever types SQL."""

import pytest
from django.db import DatabaseError, connection, transaction
from django.test import override_settings

from tests.workflows.test_payment_run import TODAY, VISIT_PAID, balances, deposit, homes  # noqa: F401
from tpa.books.ledger import selectors as ledger
from tpa.books.payments.errors import OpenRunError, RunOvertakenError, RunStateError
from tpa.books.payments.models import ClaimPayment, Payment
from tpa.kernel.errors import SecondPersonError
from tpa.workflows.corrections import apply_correction, preview_claims
from tpa.workflows.deposits import give_credit
from tpa.workflows.payment_lives import reissue_payment
from tpa.workflows.payment_run import (
    approve_payments,
    cancel_payments,
    propose_payments,
    release_payments,
    run_payments,
)
from tpa.workflows.proof import verify_books

ANA, BEN, EVA = 1, 2, 3
TOTAL = 3 * VISIT_PAID


@pytest.fixture
def large(homes):  # noqa: F811
    """A run one cent over what one person may release, proposed by Ana."""
    deposit(TOTAL)
    with override_settings(PAY_ALONE_UP_TO_CENTS=TOTAL - 1):
        yield propose_payments(person_id=ANA)


def state(run):
    run.refresh_from_db()
    return run.state


def sql(text, *values):
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(text, values)


def test_at_the_limit_one_person_or_the_clock_is_enough(homes):  # noqa: F811
    deposit(TOTAL)
    with override_settings(PAY_ALONE_UP_TO_CENTS=TOTAL):
        assert run_payments().state == "released"
    assert balances() == (0, 0, 0, TOTAL)


def test_a_cent_more_waits_for_a_second_person(homes):  # noqa: F811
    deposit(TOTAL)
    with override_settings(PAY_ALONE_UP_TO_CENTS=TOTAL - 1):
        run = run_payments()
    assert (run.state, run.needs_second_person) == ("proposed", True)
    assert balances() == (TOTAL, TOTAL, 0, 0)
    assert set(Payment.objects.values_list("state", "number", "issued_on")) == {("proposed", "", None)}
    with pytest.raises(OpenRunError):
        run_payments()


def test_the_maker_neither_approves_nor_releases(large):
    for person in (ANA, None):
        with pytest.raises(SecondPersonError):
            approve_payments(run_id=large.pk, person_id=person)
    with pytest.raises(RunStateError, match="approved before"):
        release_payments(run_id=large.pk, person_id=BEN)
    approve_payments(run_id=large.pk, person_id=BEN)
    for person in (ANA, None):
        with pytest.raises(SecondPersonError):
            release_payments(run_id=large.pk, person_id=person)
    assert state(large) == "approved"
    assert balances() == (TOTAL, TOTAL, 0, 0)
    release_payments(run_id=large.pk, person_id=BEN)
    assert balances() == (0, 0, 0, TOTAL)


def test_the_database_refuses_the_maker_too(large):
    move = "UPDATE payments_paymentrun SET state = %s, approved_by_id = %s, released_by_id = %s WHERE id = %s"
    for told in (("approved", ANA, None), ("approved", None, None), ("released", BEN, ANA), ("released", BEN, None)):
        sql(move, *told, large.pk)
    sql("UPDATE payments_paymentrun SET proposed_by_id = 9 WHERE id = %s", large.pk)
    sql("UPDATE payments_paymentrun SET alone_up_to_cents = paid_cents WHERE id = %s", large.pk)
    sql("UPDATE payments_payment SET state = 'issued', issued_on = now() WHERE run_id = %s", large.pk)
    sql("UPDATE payments_payment SET amount_cents = amount_cents + 1 WHERE run_id = %s", large.pk)
    sql("DELETE FROM payments_claimpayment")
    assert state(large) == "proposed"


def test_no_payment_gets_into_a_run_past_who_approves_it(large):
    """By SQL: a run that begins as released, a payment more before or after its release, a run that says less than it pays."""
    run = (
        "INSERT INTO payments_paymentrun (state, run_on, started_at, available_cents, paid_count, paid_cents, held_count,"
        " held_cents, offset_cents, alone_up_to_cents, proposed_by_id, ended_note)"
        " VALUES (%s, '2026-03-20', now(), 0, 0, 0, 0, 0, 0, 0, 1, '')"
    )
    payment = (
        "INSERT INTO payments_payment (run_id, payee, payee_tax_id, payee_npi, payee_name, family_id, method, account_key,"
        " number, amount_cents, amounts, issued_on, state) VALUES (%s, 'provider', '1', '', '', 0, 'check', '', %s, 900000,"
        " '[]', '2026-03-20', %s)"
    )
    sql(run, "released")
    sql(payment, large.pk, "1", "issued")
    with pytest.raises(DatabaseError, match="says 44100 cents, its payments come to 944100"), transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(payment, [large.pk, "2", "proposed"])
        approve_payments(run_id=large.pk, person_id=BEN)
    approve_payments(run_id=large.pk, person_id=BEN)
    sql(payment, large.pk, "3", "proposed")
    release_payments(run_id=large.pk, person_id=BEN)
    sql(payment, large.pk, "4", "proposed")
    assert list(Payment.objects.values_list("amount_cents", "state")) == [(TOTAL, "issued")]


def test_a_large_payment_is_not_issued_anew_by_who_released_it_nor_past_a_run_by_sql(large):
    approve_payments(run_id=large.pk, person_id=BEN)
    release_payments(run_id=large.pk, person_id=BEN)
    payment = Payment.objects.get()
    for person in (BEN, None):
        with pytest.raises(SecondPersonError):
            reissue_payment(payment_id=payment.pk, person_id=person, reason="lost")
    assert Payment.objects.get().state == "issued"
    row = (
        "INSERT INTO payments_payment (reissue_of_id, payee, payee_tax_id, payee_npi, payee_name, family_id, method,"
        " account_key, number, amount_cents, amounts, issued_on, state)"
        " SELECT %s, payee, payee_tax_id, '', '', family_id, method, '', 'X', amount_cents + %s, amounts, issued_on, 'issued'"
        " FROM payments_payment"
    )
    for original, more in ((None, 0), (payment.pk, 0), (payment.pk, 1)):
        sql(row, original, more)
    new = reissue_payment(payment_id=payment.pk, person_id=EVA, reason="lost")
    assert (new.state, new.amount_cents) == ("issued", TOTAL)


def test_proposed_by_a_program_it_takes_two_persons(homes):  # noqa: F811
    deposit(TOTAL)
    with override_settings(PAY_ALONE_UP_TO_CENTS=0):
        run = run_payments()
    approve_payments(run_id=run.pk, person_id=BEN)
    with pytest.raises(SecondPersonError):
        release_payments(run_id=run.pk, person_id=BEN)
    assert release_payments(run_id=run.pk, person_id=EVA).state == "released"


def test_a_cancelled_run_pays_nothing_and_its_claims_are_paid_by_the_next(in_employer, large):
    cancel_payments(run_id=large.pk, person_id=ANA, note="wrong day")
    assert (state(large), large.ended_note) == ("cancelled", "wrong day")
    assert balances() == (TOTAL, TOTAL, 0, 0)
    for step in (approve_payments, release_payments):
        with pytest.raises(RunStateError):
            step(run_id=large.pk, person_id=BEN)
    with override_settings(PAY_ALONE_UP_TO_CENTS=TOTAL):
        assert run_payments().paid_cents == TOTAL
    assert ClaimPayment.objects.filter(voided_on=None).count() == 3
    assert verify_books(employer_id=in_employer.pk).faults == []


def test_a_run_whose_claim_was_corrected_meanwhile_is_not_released(large):
    claim = ClaimPayment.objects.order_by("id")[0].claim_id
    found = preview_claims(claim_ids=[claim], why="entry_error", note="", by="ana", take_back=True)
    apply_correction(correction_id=found.pk, signature=found.signature, by="ben", alone_up_to_cents=10**9)
    approve_payments(run_id=large.pk, person_id=BEN)
    with pytest.raises(RunOvertakenError, match="Corrected since"):
        release_payments(run_id=large.pk, person_id=BEN)
    assert state(large) == "approved"
    cancel_payments(run_id=large.pk, person_id=BEN, note="")
    assert run_payments().paid_cents == TOTAL - VISIT_PAID
    # Taken back before it was paid: the payee owes nothing.
    assert ledger.balance("1200") == 0


def test_a_run_whose_money_is_gone_is_not_released(large):
    approve_payments(run_id=large.pk, person_id=BEN)
    give_credit(kind="rebate", cents=1, description="Rebate", reference="R", granted_on=TODAY)
    with pytest.raises(RunOvertakenError, match="no longer cover"):
        release_payments(run_id=large.pk, person_id=BEN)
    assert not Payment.objects.exclude(state="proposed").exists()
    assert balances() == (TOTAL - 1, TOTAL, 0, 0)
