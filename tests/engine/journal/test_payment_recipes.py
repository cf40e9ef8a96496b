"""The events of a payment's life as stories: what is owed, outstanding and free after each, to the cent."""

from datetime import date

import pytest

from tests.engine.journal.test_recipes import balances, explained_cash
from tpa.engine.journal.book import entry_for
from tpa.engine.journal.entry import Amount
from tpa.engine.journal.recipes.balances_moved import BalancesMoved
from tpa.engine.journal.recipes.claim_approved import ClaimApproved
from tpa.engine.journal.recipes.claim_paid import ClaimPaid
from tpa.engine.journal.recipes.claim_reversed import ClaimReversed
from tpa.engine.journal.recipes.funded import Funded
from tpa.engine.journal.recipes.overpayment_offset import OverpaymentOffset
from tpa.engine.journal.recipes.payment_cleared import PaymentCleared
from tpa.engine.journal.recipes.payment_escheated import PaymentEscheated
from tpa.engine.journal.recipes.payment_received import PaymentReceived
from tpa.engine.journal.recipes.payment_reissued import PaymentReissued
from tpa.engine.journal.recipes.payment_returned import PaymentReturned
from tpa.engine.journal.recipes.payment_voided import PaymentVoided
from tpa.engine.journal.recipes.refund_received import RefundReceived

DAY = date(2026, 3, 31)


def medical(cents):
    return (Amount("medical", cents),)


PAID = [
    PaymentReceived(5, DAY, cents=100_000, applied_cents=0),
    ClaimApproved(1, DAY, medical(16_000)),
    Funded(1, DAY, medical(16_000)),
    ClaimPaid(1, DAY, medical(16_000)),
]
TAKEN_BACK = [*PAID, ClaimReversed(1, DAY, "paid", medical(16_000))]
CASH, OWED = "Cash", "Receivable from providers (overpaid claims)"
DEPOSITS, OUTSTANDING = "Employer's deposits, not used", "Payments issued, not cleared"
FUNDED, USED = "Claims funded, not paid", "Employer's contributions used"
EXPENSE, FORFEITED = "Claims: medical", "Payments that nobody claimed"


def test_a_voided_payment_leaves_its_claim_funded_and_is_paid_again():
    voided = [*PAID, PaymentVoided(7, DAY, owed=medical(16_000))]
    assert balances(*voided) == {CASH: 100_000, DEPOSITS: -84_000, FUNDED: -16_000, USED: -16_000, EXPENSE: 16_000}
    again = balances(*voided, ClaimPaid(2, DAY, medical(16_000)))
    assert again == balances(*PAID)


def test_voided_after_its_claim_was_taken_back_nothing_is_left():
    left = balances(*TAKEN_BACK, PaymentVoided(7, DAY, gone=medical(16_000)))
    assert left == {CASH: 100_000, DEPOSITS: -100_000}


def test_an_overpayment_is_set_off_against_another_claim():
    left = balances(
        *TAKEN_BACK,
        ClaimApproved(2, DAY, medical(50_000)),
        Funded(2, DAY, medical(50_000)),
        ClaimPaid(3, DAY, medical(50_000)),
        OverpaymentOffset(4, DAY, medical(16_000)),
    )
    # The first check of 160.00 and the second of 340.00 are out.
    assert left == {CASH: 100_000, DEPOSITS: -50_000, OUTSTANDING: -50_000, USED: -50_000, EXPENSE: 50_000}


def test_what_is_carried_on_is_owed_as_before_and_taken_by_the_next_payment():
    carried = [*TAKEN_BACK, OverpaymentOffset(4, DAY, medical(16_000)), BalancesMoved(8, DAY, 16_000, 0)]
    assert balances(*carried) == balances(*TAKEN_BACK)
    taken = balances(*carried, BalancesMoved(9, DAY, 0, 16_000))
    assert taken == {CASH: 100_000, DEPOSITS: -100_000}
    refunded = balances(*carried, RefundReceived(1, DAY, 16_000))
    assert refunded == {CASH: 116_000, DEPOSITS: -100_000, OUTSTANDING: -16_000}


def test_the_same_money_is_outstanding_under_another_number_and_comes_back_from_the_bank():
    assert balances(*PAID, PaymentReissued(7, DAY, medical(16_000))) == balances(*PAID)
    cleared = [*PAID, PaymentCleared(7, DAY, medical(16_000))]
    assert balances(*cleared)[CASH] == 84_000
    assert balances(*cleared, PaymentReturned(7, DAY, medical(16_000))) == balances(*PAID)
    assert entry_for(PaymentReturned(7, DAY, ())).postings == ()


@pytest.mark.parametrize(
    ("to", "left"),
    [
        ("state", {CASH: 84_000, DEPOSITS: -84_000, USED: -16_000, EXPENSE: 16_000}),
        ("plan", {CASH: 100_000, DEPOSITS: -100_000, FORFEITED: -16_000, EXPENSE: 16_000}),
    ],
)
def test_a_check_that_nobody_cashes_goes_to_the_state_or_back_to_the_plan(to, left):
    assert balances(*PAID, PaymentEscheated(7, DAY, to, medical(16_000))) == left


def test_cash_is_explained_after_every_step():
    steps = [
        *TAKEN_BACK,
        OverpaymentOffset(4, DAY, medical(16_000)),
        BalancesMoved(8, DAY, 16_000, 0),
        RefundReceived(1, DAY, 16_000),
        PaymentCleared(7, DAY, medical(16_000)),
        PaymentReturned(7, DAY, medical(16_000)),
        PaymentReissued(7, DAY, medical(16_000)),
        PaymentEscheated(10, DAY, "plan", medical(16_000)),
    ]
    for count in range(len(steps) + 1):
        assert explained_cash(balances(*steps[:count])) == 0
