"""Least attachment points by situs, size and date: refused where the law binds, a warning where a model law speaks."""

from datetime import date

import pytest

from tests.engine.stoploss.contracts import aggregate, contract, specific
from tpa.engine.stoploss.regulation import Group, breaches

DAY = date(2026, 1, 1)


def found(covers, jurisdiction, employees, *, members=0, expected=None, attachment=None, day=DAY):
    group = Group(jurisdiction, employees, members, expected, attachment)
    return [(one.law, one.binding, one.path) for one in breaches(contract(**covers), group, day)]


CALIFORNIA = "California Insurance Code 10752.4"


@pytest.mark.parametrize(
    ("deductible", "employees", "day", "expected"),
    [
        (3_999_999, 100, DAY, [(CALIFORNIA, True, "/specific/deductible_cents")]),
        (4_000_000, 100, DAY, []),
        (3_999_999, 101, DAY, []),
        (1_999_999, 101, DAY, [("NAIC Model 92", False, "/specific/deductible_cents")]),
        (3_999_999, 100, date(2015, 12, 31), []),
    ],
)
def test_californias_least_specific_binds_small_employers_from_its_date(deductible, employees, day, expected):
    assert found({"specific": specific(deductible)}, "CA", employees, day=day) == expected


@pytest.mark.parametrize(
    ("members", "expected_cents", "least"),
    [(7, 10_000_00, 40_000_00), (9, 10_000_00, 45_000_00), (7, 50_000_00, 60_000_00)],
)
def test_californias_least_aggregate_is_the_greatest_of_three(members, expected_cents, least):
    covers = {"aggregate": aggregate(1)}
    facts = {"members": members, "expected": expected_cents}
    assert found(covers, "CA", 20, attachment=least, **facts) == []
    assert found(covers, "CA", 20, attachment=least - 1, **facts) == [(CALIFORNIA, True, "/aggregate/factors")]


def test_utah_wants_both_covers_a_year_of_run_out_and_no_lasers():
    laser = [{"unit_id": 1, "deductible_cents": 9_000_000}]
    paths = [path for _, binding, path in found({"specific": specific(1_000_000, lasers=laser)}, "UT", 50) if binding]
    assert paths == ["/specific/lasers", "", "/paid"]
    larger = found({"specific": specific(1_000_000, lasers=laser)}, "UT", 51)
    assert larger == [("NAIC Model 92", False, "/specific/deductible_cents")]


def test_new_york_bars_small_groups_and_warns_where_it_may():
    covers = {"specific": specific(10_000_000)}
    assert [binding for _, binding, _ in found(covers, "NY", 50)] == [True]
    assert [binding for _, binding, _ in found(covers, "NY", 51)] == [False]
    assert found(covers, "NY", 101) == []


def test_ten_thousand_a_person_is_a_warning_where_only_the_model_law_speaks():
    (breach,) = breaches(contract(specific=specific(1_000_000)), Group("OH", 60, 150), DAY)
    assert (breach.law, breach.binding) == ("NAIC Model 92", False)
    assert breach.message == "NAIC Model 92: the specific deductible 10000.00 is below the least, 20000.00"


def test_a_large_groups_aggregate_is_held_to_110_percent_of_expected():
    covers = {"aggregate": aggregate(1)}
    assert found(covers, "OH", 51, expected=100_000_00, attachment=110_000_00) == []
    assert len(found(covers, "OH", 51, expected=100_000_00, attachment=109_999_99)) == 1


def test_an_attachment_that_is_not_known_yet_is_not_judged():
    assert found({"aggregate": aggregate(1)}, "CA", 20, members=20) == []
