"""One rounding function, one splitting function, and amounts read without a cent lost."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tpa.kernel.money import AmountError, divide_rounded, format_amount, parse_amount, portion, split

amounts = st.integers(-(10**12), 10**12)


@pytest.mark.parametrize(
    ("numerator", "denominator", "expected"),
    [
        (23_0725, 10, 23_073),
        (23_0724, 10, 23_072),
        (1, 2, 1),
        (-1, 2, -1),
        (-23_0725, 10, -23_073),
        (0, 7, 0),
        (2, 3, 1),
        (1, 3, 0),
    ],
)
def test_halves_are_rounded_away_from_zero(numerator, denominator, expected):
    assert divide_rounded(numerator, denominator) == expected


def test_rounding_refuses_a_denominator_that_is_not_positive():
    with pytest.raises(ValueError, match="positive"):
        divide_rounded(1, 0)


def test_twenty_percent_of_a_visit():
    assert portion(77_000, 2_000) == 15_400


@given(amounts, st.integers(1, 10**6))
def test_rounding_is_off_by_at_most_half(numerator, denominator):
    assert abs(2 * (divide_rounded(numerator, denominator) * denominator - numerator)) <= denominator


@given(amounts, st.lists(st.integers(0, 10**9), min_size=1, max_size=12))
def test_parts_of_a_split_add_up_and_stay_within_a_cent_of_their_share(total, weights):
    parts = split(total, weights)
    assert sum(parts) == total
    whole = sum(weights)
    if whole:
        assert all(abs(part * whole - total * weight) < whole for part, weight in zip(parts, weights, strict=True))


def test_a_third_each_gives_the_odd_cent_to_the_first():
    assert split(100, [1, 1, 1]) == [34, 33, 33]


def test_a_split_over_nothing_goes_to_the_first():
    assert split(5, [0, 0]) == [5, 0]


@pytest.mark.parametrize("weights", [[], [1, -1]])
def test_a_split_refuses_bad_weights(weights):
    with pytest.raises(ValueError, match="weights"):
        split(1, weights)


@pytest.mark.parametrize(
    ("text", "cents"),
    [
        ("12", 1200),
        ("12.5", 1250),
        (".50", 50),
        ("-3.10", -310),
        ("0.00", 0),
        ("1250.000", 125000),
        ("5.", 500),
        ("007", 700),
    ],
)
def test_amounts_are_read(text, cents):
    assert parse_amount(text) == cents


@pytest.mark.parametrize(
    "text", ["", ".", "-", "1O0", "1e3", "NaN", "0.005", "1,000.00", "١٢", "1 2", "--1", "12\n", "1" * 16]
)
def test_what_is_no_amount_is_refused(text):
    with pytest.raises(AmountError):
        parse_amount(text)


@given(amounts)
def test_an_amount_written_and_read_is_the_same(cents):
    assert parse_amount(format_amount(cents)) == cents
