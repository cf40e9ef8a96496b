"""Code patterns: which meet, which hold which; checked against a list of codes."""

from itertools import product

import pytest

from tpa.engine.plan.checks_overlap import match_holds, matches_meet, pattern_holds, patterns_meet
from tpa.engine.plan.terms import Match
from tpa.engine.plan.terms_values import fits

PATTERNS = ["A1", "A12", "A1*", "A*", "A1-A3", "A10-A12", "A2-B1", "B*", "A-B", "A12-A12", "B", "A3*"]
CODES = [
    head + tail
    for head in ("A", "B", "C")
    for tail in ("", *"0123", *(a + b for a in "0123" for b in "0123"), "100", "120", "129", "300")
]


@pytest.mark.parametrize(("one", "other"), list(product(PATTERNS, repeat=2)))
def test_patterns_meet_and_hold_as_the_codes_say(one, other):
    meant = [{code for code in CODES if fits(pattern, code)} for pattern in (one, other)]
    assert patterns_meet(one, other) is bool(meant[0] & meant[1])
    assert pattern_holds(one, other) is (meant[1] <= meant[0])


ANY = Match()


@pytest.mark.parametrize(
    ("one", "other", "meet"),
    [
        (ANY, ANY, True),
        (ANY, Match(codes=("A1",)), True),
        (Match(codes=("A1",)), Match(codes=("A2", "A*")), True),
        (Match(codes=("A1",)), Match(codes=("A2",)), False),
        (Match(codes=("A1",)), Match(revenue_codes=("0450",)), True),
        (Match(codes=("A1",), places=("11",)), Match(codes=("A1",), places=("22",)), False),
        (Match(tiers=("a",)), Match(tiers=("b",)), False),
        (Match(forms=("dental",)), Match(forms=("professional", "dental")), True),
        (Match(age_to=17), Match(age_from=18), False),
        (Match(age_to=18), Match(age_from=18), True),
        (Match(emergency=True), Match(emergency=False), False),
        (Match(emergency=True), ANY, True),
        (Match(modifiers=("26",)), Match(modifiers=("TC",)), True),
        (Match(diagnoses=("Z00*",)), Match(diagnoses=("Z01*",)), True),
    ],
)
def test_matches_meet(one, other, meet):
    assert matches_meet(one, other) is meet
    assert matches_meet(other, one) is meet


@pytest.mark.parametrize(
    ("outer", "inner", "holds"),
    [
        (ANY, Match(codes=("A1",)), True),
        (Match(codes=("A1",)), ANY, False),
        (Match(codes=("A*", "B*")), Match(codes=("A1", "B2-B4")), True),
        (Match(codes=("A*",)), Match(codes=("A1", "B2")), False),
        (Match(codes=("A*",)), Match(codes=("A1",), places=("11",)), True),
        (Match(codes=("A*",), places=("11",)), Match(codes=("A1",)), False),
        (Match(age_from=10), Match(age_from=10, age_to=20), True),
        (Match(age_from=10, age_to=19), Match(age_from=10), False),
        (Match(emergency=True), ANY, False),
        (ANY, Match(emergency=True), True),
        (Match(modifiers=("26", "TC")), Match(modifiers=("26",)), True),
        (Match(diagnoses=("Z*",)), Match(diagnoses=("Z00-Z13",)), True),
    ],
)
def test_a_match_holds_another(outer, inner, holds):
    assert match_holds(outer, inner) is holds
