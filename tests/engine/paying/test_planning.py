"""Claims grouped by payee; what payees owe is set off, carried on or withheld, to the cent."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tpa.engine.paying.planning import Balance, Carry, Payable, Payee, held_of, plan_payments

CLINIC, OTHER = Payee("provider", "111111111"), Payee("provider", "222222222")
FAMILY = Payee("member", family_id=7)
_next = iter(range(1, 10_000))


def owed(cents, payee=CLINIC, claim=None, npi="1", **more):
    key = next(_next)
    return Payable(key, claim or key, payee, f"P{key}", npi, cents, **more)


def amounts(plan):
    return [(one.payee, one.amount_cents) for one in plan.payments]


def test_one_payment_a_payee():
    plan = plan_payments([owed(500), owed(70, OTHER), owed(30), owed(9, FAMILY)], [], available_cents=None)
    assert amounts(plan) == [(CLINIC, 530), (OTHER, 70), (FAMILY, 9)]
    assert (plan.payments[0].npi, len(plan.payments[0].claims)) == ("1", 2)


def test_a_payee_with_several_npis_is_told_by_its_tax_id():
    plan = plan_payments([owed(5, npi="1"), owed(5, npi="2")], [], available_cents=None)
    assert plan.payments[0].npi == ""


@pytest.mark.parametrize(("money", "paid"), [(599, 500), (600, 600), (601, 600)])
def test_the_money_covers_the_oldest_first_to_the_cent(money, paid):
    plan = plan_payments([owed(500), owed(100), owed(1_000), owed(1)], [], available_cents=money)
    assert sum(one.amount_cents for one in plan.payments) == paid
    # The last one would fit, and does not overtake.
    assert plan.held[-1].cents == 1


def test_a_reversal_and_its_correction_are_netted_with_other_claims():
    plan = plan_payments([owed(500), owed(-160, claim=9), owed(100, claim=9)], [], available_cents=440)
    assert amounts(plan) == [(CLINIC, 440)]
    assert (plan.held, plan.payments[0].carried) == ((), ())


def test_what_cannot_be_set_off_is_carried_forward():
    plan = plan_payments([owed(-160, claim=9), owed(100, claim=9)], [], available_cents=0)
    assert amounts(plan) == [(CLINIC, 0)]
    assert plan.payments[0].carried == (Carry("FB", 60),)


@pytest.mark.parametrize(
    ("claim", "amount", "carried"), [(59, 0, (Carry("FB", 1),)), (60, 0, ()), (61, 1, ())], ids=["-1", "0", "+1"]
)
def test_a_carried_balance_is_taken_by_the_next_payment(claim, amount, carried):
    balance = Balance(4, CLINIC, "FB", 60)
    plan = plan_payments([owed(claim), owed(5, OTHER)], [balance], available_cents=None)
    assert amounts(plan) == [(CLINIC, amount), (OTHER, 5)]
    assert (plan.payments[0].taken, plan.payments[0].carried) == ((balance,), carried)


def test_a_balance_is_not_touched_where_nothing_is_paid():
    plan = plan_payments([owed(0)], [Balance(4, CLINIC, "FB", 60)], available_cents=0)
    assert (plan.payments[0].taken, plan.payments[0].carried) == ((), ())
    assert plan_payments([], [Balance(4, CLINIC, "FB", 60)], available_cents=0).payments == ()


def test_withheld_overpayments_leave_this_payment_whole():
    claims = [owed(500), owed(-160, claim=9), owed(100, claim=9)]
    plan = plan_payments(claims, [], available_cents=500, wait_days=30)
    assert amounts(plan) == [(CLINIC, 500)]
    assert plan.payments[0].carried == (Carry("WO", 60, 9),)
    short = plan_payments(claims, [], available_cents=499, wait_days=30)
    assert [one.cents for one in short.held] == [500]


def test_a_voided_claims_money_is_there_already():
    plan = plan_payments([owed(500, is_funded=True), owed(1)], [], available_cents=0)
    assert amounts(plan) == [(CLINIC, 500)]
    assert [one.cents for one in plan.held] == [1]


def test_money_is_conserved():
    claims = [owed(cents, payee) for cents in (7, -30, 0, 12, 900, -41) for payee in (CLINIC, OTHER)]
    balances = [Balance(1, CLINIC, "FB", 33), Balance(2, OTHER, "WO", 5_000)]
    for wait in (0, 30):
        plan = plan_payments(claims, balances, available_cents=None, wait_days=wait)
        for one in plan.payments:
            taken, carried = sum(b.cents for b in one.taken), sum(c.cents for c in one.carried)
            assert one.amount_cents == sum(c.cents for c in one.claims) + carried - taken
            assert one.amount_cents >= 0
        assert sum(len(one.claims) for one in plan.payments) == len(claims)


@given(st.lists(st.integers(0, 100), max_size=6), st.integers(0, 300))
def test_what_is_held_begins_with_the_first_claim_that_the_money_does_not_cover(amounts, available):
    held = held_of(amounts, available)
    assert held_of(amounts, None) == []
    owed = [cents for cents in amounts if cents]
    paid = owed[: len(owed) - len(held)]
    assert owed == paid + held
    assert sum(paid) <= available
    assert not held or sum(paid) + held[0] > available
