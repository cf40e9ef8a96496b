"""Payments on invoices: what they pay, what stays open, how old that is."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tpa.engine.billing.receivables import Applied, Owed, Received, receivables

DUE = date(2026, 3, 15)
OWED = [Owed(1, DUE, 100_00), Owed(2, DUE + timedelta(days=31), 50_00)]


def test_money_without_an_invoice_pays_the_oldest_first() -> None:
    found = receivables(OWED, [Received(7, 120_00)], DUE)
    assert found.applied == (Applied(7, 1, 100_00), Applied(7, 2, 20_00))
    assert (found.open_cents, found.ahead_cents, found.balance_cents) == ({2: 30_00}, 0, 30_00)


def test_money_for_an_invoice_pays_that_one_and_its_rest_the_oldest() -> None:
    found = receivables(OWED, [Received(7, 60_00, 2)], DUE)
    assert found.applied == (Applied(7, 2, 50_00), Applied(7, 1, 10_00))
    assert found.open_cents == {1: 90_00}


def test_what_is_left_is_ahead() -> None:
    found = receivables(OWED, [Received(7, 100_00), Received(8, 60_00)], DUE)
    assert (found.open_cents, found.ahead_cents, found.balance_cents) == ({}, 10_00, -10_00)


def test_an_invoice_below_nothing_pays_others() -> None:
    found = receivables([*OWED, Owed(3, DUE, -120_00)], [], DUE)
    assert found.applied == (Applied(0, 1, 100_00), Applied(0, 2, 20_00))
    assert found.balance_cents == 30_00


@pytest.mark.parametrize(
    ("days", "age"),
    [
        (-1, "current"),
        (0, "current"),
        (1, "30"),
        (30, "30"),
        (31, "60"),
        (60, "60"),
        (61, "90"),
        (90, "90"),
        (91, "over_90"),
    ],
)
def test_the_age_of_an_open_invoice(days: int, age: str) -> None:
    found = receivables(OWED[:1], [Received(7, 1)], DUE + timedelta(days=days))
    assert {key: cents for key, cents in found.aging_cents.items() if cents} == {age: 99_99}


@given(
    st.lists(st.integers(-500, 1_000), max_size=6),
    st.lists(st.tuples(st.integers(1, 2_000), st.none() | st.integers(0, 6)), max_size=6),
)
def test_no_cent_is_lost(totals: list[int], money: list[tuple[int, int | None]]) -> None:
    owed = [Owed(n, DUE, cents) for n, cents in enumerate(totals)]
    received = [Received(n + 1, cents, invoice) for n, (cents, invoice) in enumerate(money)]
    found = receivables(owed, received, DUE)
    assert found.balance_cents == sum(totals) - sum(cents for cents, _ in money)
    assert sum(found.aging_cents.values()) == sum(found.open_cents.values())
    assert all(one.cents > 0 for one in found.applied)
