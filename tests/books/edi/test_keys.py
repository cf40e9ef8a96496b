"""The index that finds members names nobody, and forgives how numbers are written."""

from datetime import date

import pytest

from tpa.books.edi.keys import Ask, Candidate, candidates, digest
from tpa.books.edi.services import index_members

BORN = date(1980, 5, 17)


def test_case_blanks_and_punctuation_do_not_count_and_everything_else_does():
    told = digest("GRP-1", "ab 123", BORN)
    assert told == digest("grp1", "AB-123", BORN)
    others = {digest("GRP2", "AB123", BORN), digest("GRP1", "AB124", BORN), digest("GRP1", "AB123", date(1980, 5, 18))}
    assert told not in others
    assert len(others) == 3
    # The border between the two numbers counts.
    assert digest("GRP1", "2", BORN) != digest("GRP", "12", BORN)


def test_the_key_counts(settings):
    told = digest("G", "1", BORN)
    settings.MEMBER_HASH_KEY = "another"
    assert digest("G", "1", BORN) != told


def test_members_are_found_with_their_group_number_or_without_one(db):
    assert index_members(5, [("G", "1", BORN, 50, 500), ("G", "1", BORN, 50, 500)]) == 2
    assert index_members(5, [("G", "1", BORN, 50, 500)]) == 0
    index_members(6, [("H", "1", BORN, 60, 600)])
    asks = [Ask("G", "1", BORN), Ask("", "1", BORN), Ask("X", "1", BORN), Ask("G", "2", BORN)]
    five, six = Candidate(5, 500, 50), Candidate(6, 600, 60)
    assert candidates(asks) == {asks[0]: [five], asks[1]: [five, six], asks[2]: [], asks[3]: []}


@pytest.mark.parametrize("number", ["", "---", " "])
def test_a_number_without_a_letter_or_digit_finds_nobody(db, number):
    index_members(5, [("", number, BORN, 50, 500)])
    assert candidates([Ask("", number, BORN)]) == {Ask("", number, BORN): []}
