"""Amounts in words, and the magnetic line."""

import pytest

from tpa.engine.paying.check import in_words, magnetic_line


@pytest.mark.parametrize(
    ("cents", "words"),
    [
        (1, "Zero and 01/100"),
        (100, "One and 00/100"),
        (1_999, "Nineteen and 99/100"),
        (2_000, "Twenty and 00/100"),
        (2_100, "Twenty-one and 00/100"),
        (9_999, "Ninety-nine and 99/100"),
        (10_000, "One hundred and 00/100"),
        (32_000, "Three hundred twenty and 00/100"),
        (100_000, "One thousand and 00/100"),
        (1_001_305, "Ten thousand thirteen and 05/100"),
        (100_000_000, "One million and 00/100"),
        (
            999_999_999,
            "Nine million nine hundred ninety-nine thousand nine hundred ninety-nine and 99/100",
        ),
        (200_000_000_100, "Two billion one and 00/100"),
    ],
)
def test_amounts_in_words(cents, words):
    assert in_words(cents) == words


def test_what_stands_on_no_check_has_no_words():
    for cents in (0, -1, 10**14):
        with pytest.raises(AssertionError):
            in_words(cents)


def test_the_magnetic_line_has_number_bank_and_account():
    assert magnetic_line("5000", "091000019", "00123456") == "⑈005000⑈ ⑆091000019⑆ 00123456⑈"
