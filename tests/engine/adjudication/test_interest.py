"""Interest on claims that are paid late: from the day after the terms' days, on what is owed, by each payment's own day."""

from datetime import date, timedelta

import pytest

from tpa.engine.adjudication.interest import Interest, InterestTerms, Paid, interest_of, parse_promise
from tpa.kernel.document import DocumentError

CLEAN = date(2026, 4, 1)
# 5 cents a day on 100.00.
TERMS = InterestTerms(30, 1825)


def after(days, cents):
    return Paid(CLEAN + timedelta(days=days), cents)


@pytest.mark.parametrize(("days", "late", "cents"), [(29, 0, 0), (30, 0, 0), (31, 1, 20), (32, 2, 40)])
def test_the_day_after_the_terms_days_is_the_first_that_earns(days, late, cents):
    assert interest_of([after(days, 40_000)], 40_000, CLEAN, TERMS) == Interest(late, cents)


@pytest.mark.parametrize(("days", "cents"), [(34, 0), (35, 100), (36, 120)])
def test_what_is_below_the_least_amount_is_not_owed(days, cents):
    assert interest_of([after(days, 40_000)], 40_000, CLEAN, TERMS._replace(least_cents=100)).cents == cents


def test_a_correction_upwards_earns_on_what_was_short_alone():
    # 100.00 in time; 50.00 more, ten days late.
    assert interest_of([after(10, 10_000), after(40, 5_000)], 15_000, CLEAN, TERMS) == Interest(10, 25)


def test_a_correction_downwards_leaves_interest_on_what_was_owed():
    # 100.00 ten days late earned 50; 40.00 of them were owed.
    assert interest_of([after(40, 10_000), after(50, -6_000)], 4_000, CLEAN, TERMS) == Interest(10, 20)
    assert interest_of([after(40, 10_000), after(50, -10_000)], 0, CLEAN, TERMS) == Interest(0, 0)


def test_without_a_promise_nothing_is_owed():
    assert parse_promise({}) is None
    assert interest_of([after(400, 10_000)], 10_000, CLEAN, None) == Interest(0, 0)


def test_a_promise_is_a_states_law_or_terms_of_its_own():
    new_york = parse_promise({"jurisdiction": "NY"}).on(CLEAN)
    assert (new_york.days, new_york.rate_bp, new_york.least_cents) == (30, 1200, 200)
    assert parse_promise({"days": 30, "rate_bp": 1825}).on(CLEAN) == TERMS


@pytest.mark.parametrize(
    ("terms", "where"),
    [
        ({"jurisdiction": "ZZ"}, "/jurisdiction"),
        ({"jurisdiction": "NY", "days": 30}, "/jurisdiction"),
        ({"days": 30}, "/days"),
        ({"rate_bp": 1200}, "/days"),
        ({"days": 366, "rate_bp": 1}, "/days"),
        ({"days": 0, "rate_bp": 0}, "/rate_bp"),
        ({"days": 30, "rate_bp": 5001}, "/rate_bp"),
        ({"days": 30, "rate_bp": 1200, "from": 1}, "/from"),
    ],
)
def test_terms_that_are_none_are_named(terms, where):
    with pytest.raises(DocumentError) as refused:
        parse_promise(terms)
    assert refused.value.where == where
