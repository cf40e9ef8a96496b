"""Which entry is which movement: by number, trace, batch, reference, amount; and what is left for a person."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.engine.bank.samples import BAI2
from tpa.engine.bank.matching import Found, Movement, Proof, match
from tpa.engine.bank.read import read_statements
from tpa.engine.bank.statement import Entry, Kind

DAY = date(2026, 3, 2)


def check(key, number, cents, on=DAY):
    return Movement(("payment", key), Kind.CHECK, on, -cents, number)


def transfer(key, trace, cents, batch="run 7", on=DAY):
    return Movement(("payment", key), Kind.ACH, on, -cents, trace, batch)


def deposit(key, reference, cents, on=DAY):
    return Movement(("deposit", key), Kind.DEPOSIT, on, cents, reference)


def came(cents, kind=Kind.OTHER, number="", reference="", on=DAY):
    return Entry(on, cents, kind, number, reference, "")


def keys(found):
    return [(one.how, [movement.key[1] for movement in one.movements]) for one in found]


def test_a_statement_finds_its_checks_batch_and_deposit():
    _, (statement,) = read_statements(BAI2.encode())
    books = [
        check(1, "1001", 125_000, date(2026, 1, 5)),
        check(2, "1002", 340_050),
        check(3, "1003", 7_525),
        transfer(4, "T1", 300_000),
        transfer(5, "T2", 40_050),
        deposit(6, "wire-7781", 1_000_000),
    ]
    assert keys(match(statement.entries, books)) == [
        (Found.CHECK_NUMBER, [1]),
        (Found.AMOUNT, [4, 5]),
        (Found.REFERENCE, [6]),
        (Found.CHECK_NUMBER, [3]),
    ]


@pytest.mark.parametrize("off", [-1, 1])
def test_a_check_of_another_amount_is_told(off):
    (found,) = match([came(-125_000 - off, Kind.CHECK, "1001")], [check(1, "1001", 125_000)])
    assert (found.how, found.movements) == (Found.OTHER_AMOUNT, ())


def test_a_check_is_paid_once():
    twice = [came(-500, Kind.CHECK, "1001")] * 2
    assert keys(match(twice, [check(1, "1001", 500)])) == [(Found.CHECK_NUMBER, [1]), (Found.UNKNOWN, [])]


def test_a_transfer_by_its_trace_and_a_batch_by_its_name():
    books = [transfer(1, "T1", 100, "B1"), transfer(2, "T2", 100, "B2"), transfer(3, "T3", 50, "B2")]
    entries = [came(-100, Kind.ACH, reference="T1"), came(-150, Kind.ACH, reference="B2")]
    assert keys(match(entries, books)) == [(Found.TRACE, [1]), (Found.BATCH, [2, 3])]


def test_two_that_could_be_meant_are_left_to_a_person():
    books = [deposit(1, "A", 100), deposit(2, "B", 100)]
    assert keys(match([came(100)], books)) == [(Found.SEVERAL, [])]
    assert keys(match([came(100), came(100)], books[:1])) == [(Found.SEVERAL, []), (Found.SEVERAL, [])]


@pytest.mark.parametrize(("day", "how"), [(9, Found.AMOUNT), (10, Found.UNKNOWN)])
def test_by_the_amount_alone_only_within_seven_days(day, how):
    (found,) = match([came(100, on=date(2026, 3, day))], [deposit(1, "A", 100)])
    assert found.how == how


@given(st.lists(st.tuples(st.sampled_from(Kind), st.integers(1, 3), st.integers(-3, 3).filter(bool)), max_size=12))
def test_no_movement_has_two_entries_and_every_match_has_its_amount(rows):
    movements = [
        Movement(("x", n), kind, DAY, cents, str(number), str(number)) for n, (kind, number, cents) in enumerate(rows)
    ]
    entries = [
        came(cents, kind, str(number) if kind is Kind.CHECK else "", str(number)) for kind, number, cents in rows
    ]
    found = match(entries, movements)
    used = [movement.key for one in found for movement in one.movements]
    assert len(used) == len(set(used))
    assert [one.place for one in found] == list(range(len(entries)))
    for one in found:
        if one.movements:
            assert sum(movement.cents for movement in one.movements) == entries[one.place].cents


def test_the_proof_of_an_account():
    proof = Proof(5_000, 300, 120, -30, 5_210, 1_000)
    assert (proof.expected_cents, proof.difference_cents, proof.available_cents) == (5_210, 0, 4_210)
    assert proof._replace(books_cents=5_211).difference_cents == 1
