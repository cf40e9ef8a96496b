"""Who pays first: every rule of the United States and of Canada, and Medicare beside another plan."""

from datetime import date
from itertools import permutations

import pytest

from tpa.engine.coordination.coverage import HeldCoverage, OrderError, Patient
from tpa.engine.coordination.order import order_benefits

ON = date(2026, 3, 2)
ADULT = Patient(date(1980, 1, 1))
AGED = Patient(date(1955, 6, 1))


def told(*coverages, patient=ADULT, country="US", on=ON):
    """Names and rules, whatever the order in which the coverages are told."""
    found = {
        tuple((one.coverage.name, one.rule) for one in order_benefits(order, patient, on=on, country=country))
        for order in permutations(coverages)
    }
    assert len(found) == 1
    return found.pop()


def first(*coverages, **facts):
    """The first one and the rule."""
    return told(*coverages, **facts)[0]


def child(name, born=None, **facts):
    return HeldCoverage(name, relationship="child", holder_birth_on=born, **facts)


def test_a_plan_without_rules_of_coordination_is_always_primary():
    old = HeldCoverage("old", relationship="spouse", coordinates=False, status="retired")
    assert first(HeldCoverage("own"), old) == ("old", "no_coordination")


def test_the_own_plan_comes_before_the_spouses():
    assert first(HeldCoverage("own", status="retired"), HeldCoverage("hers", relationship="spouse")) == (
        "own",
        "non_dependent",
    )


def test_a_birthday_is_month_and_day_never_the_year():
    assert first(child("mother", date(1980, 4, 17)), child("father", date(1985, 2, 2))) == ("father", "birthday")
    assert first(child("father", date(1970, 3, 31)), child("mother", date(1990, 2, 3))) == ("mother", "birthday")


def test_one_birthday_in_the_united_states_asks_for_the_longer_coverage_in_canada_for_the_name():
    julie = child("julie's", date(1980, 5, 5), holder="Julie", starts_on=date(2020, 1, 1))
    tom = child("tom's", date(1984, 5, 5), holder="Tom", starts_on=date(2012, 1, 1))
    assert first(julie, tom) == ("tom's", "longer")
    assert first(julie, tom, country="CA") == ("julie's", "given_name")


def test_a_birthday_that_is_not_known_is_asked_for():
    with pytest.raises(OrderError) as refusal:
        order_benefits([child("a"), child("b", date(1980, 1, 1))], ADULT, on=ON)
    assert (refusal.value.where, refusal.value.remedy) == ("a", "Write holder_birth_on.")


def test_parents_who_live_apart_come_in_the_order_of_custody():
    order = ["custodial_parent", "custodial_spouse", "noncustodial_parent", "noncustodial_spouse"]
    plans = [child(role, role=role) for role in order]
    for country in ("US", "CA"):
        assert [name for name, _ in told(*plans, country=country)] == order


def test_a_decree_comes_before_custody():
    plans = child("hers", role="custodial_parent"), child("his", role="noncustodial_parent", decree=True)
    assert first(*plans) == ("his", "decree")


def test_a_decree_on_both_parents_leaves_it_to_their_birthdays():
    hers = child("hers", date(1980, 4, 1), role="custodial_parent", decree=True)
    his = child("his", date(1980, 3, 1), role="noncustodial_parent", decree=True)
    assert first(hers, his) == ("his", "birthday")


def test_a_role_must_be_told_for_all_plans_of_parents_who_live_apart():
    with pytest.raises(OrderError):
        order_benefits([child("a", role="custodial_parent"), child("b", date(1980, 1, 1))], ADULT, on=ON)


def test_a_married_child_has_the_plan_that_covers_longer_then_the_birthday():
    parents = child("parents", date(1960, 1, 9), starts_on=date(2010, 1, 1))
    spouses = HeldCoverage(
        "spouse's", relationship="spouse", starts_on=date(2022, 1, 1), holder_birth_on=date(1995, 1, 8)
    )
    assert first(parents, spouses) == ("parents", "longer")
    assert first(parents, spouses._replace(starts_on=date(2010, 1, 1))) == ("spouse's", "birthday")


def test_active_comes_before_retired_and_laid_off_and_continuation_last():
    active, retired = HeldCoverage("work"), HeldCoverage("pension", status="retired")
    cobra = HeldCoverage("cobra", status="continuation")
    assert first(active, retired) == ("work", "active")
    assert first(active, HeldCoverage("off", status="laid_off")) == ("work", "active")
    assert first(active, cobra) == ("work", "continuation")
    # Nobody is active here; a continuation comes after the plan of "an employee, member, subscriber or retiree" (6D(4)).
    assert first(retired, cobra) == ("pension", "continuation")


def test_the_longer_coverage_comes_first_and_without_a_difference_they_share():
    old, new = HeldCoverage("old", starts_on=date(2019, 12, 31)), HeldCoverage("new", starts_on=date(2020, 1, 1))
    assert first(old, new) == ("old", "longer")
    ranked = order_benefits([HeldCoverage("a"), HeldCoverage("b")], ADULT, on=ON)
    assert [(one.rank, one.rule) for one in ranked] == [(1, "equal"), (1, "last")]


def test_canada_full_time_before_part_time_before_retired():
    part = HeldCoverage("part", hours="part_time", starts_on=date(2000, 1, 1))
    full, retired = HeldCoverage("full", starts_on=date(2020, 1, 1)), HeldCoverage("pension", status="retired")
    assert told(part, full, retired, country="CA") == (("full", "full_time"), ("part", "active"), ("pension", "last"))


@pytest.mark.parametrize(
    ("employees", "status", "answer"),
    [
        (20, "active", ("plan", "medicare_working_aged")),
        (19, "active", ("medicare", "medicare_small_employer")),
        (500, "retired", ("medicare", "medicare_not_working")),
        (500, "continuation", ("medicare", "medicare_not_working")),
    ],
)
def test_medicare_from_65_years_of_age(employees, status, answer):
    plan = HeldCoverage("plan", employees=employees, status=status)
    assert first(plan, HeldCoverage("medicare", kind="medicare"), patient=AGED) == answer


@pytest.mark.parametrize(
    ("employees", "answer"),
    [(100, ("plan", "medicare_disability")), (99, ("medicare", "medicare_small_employer"))],
)
def test_medicare_because_of_disability(employees, answer):
    assert first(HeldCoverage("plan", employees=employees), HeldCoverage("medicare", kind="medicare")) == answer


@pytest.mark.parametrize(
    ("on", "answer"),
    [
        (date(2026, 6, 30), ("plan", "medicare_esrd")),
        (date(2026, 7, 1), ("medicare", "medicare_esrd_over")),
    ],
)
def test_renal_disease_leaves_the_plan_first_for_thirty_months_at_any_size(on, answer):
    medicare = HeldCoverage("medicare", kind="medicare", entitlement="esrd", esrd_on=date(2024, 1, 15))
    assert first(HeldCoverage("plan", employees=5, status="continuation"), medicare, on=on) == answer


def test_medicare_that_was_first_before_the_disease_stays_first():
    medicare = HeldCoverage(
        "medicare", kind="medicare", entitlement="age", starts_on=date(2020, 6, 1), esrd_on=date(2026, 1, 1)
    )
    retired = HeldCoverage("plan", employees=500, status="retired")
    assert first(retired, medicare, patient=AGED) == ("medicare", "medicare_not_working")
    active = retired._replace(status="active")
    assert first(active, medicare, patient=AGED) == ("plan", "medicare_esrd")
    assert first(active, medicare, patient=AGED, on=date(2028, 7, 1)) == ("medicare", "medicare_esrd_over")


def test_the_size_of_the_employer_is_asked_for():
    with pytest.raises(OrderError, match="How many employees"):
        order_benefits([HeldCoverage("plan"), HeldCoverage("medicare", kind="medicare")], AGED, on=ON)


def test_a_working_spouses_plan_then_medicare_then_the_retirees_own_plan():
    own = HeldCoverage("own", status="retired", employees=500)
    spouses = HeldCoverage("spouse's", relationship="spouse", employees=50)
    medicare = HeldCoverage("medicare", kind="medicare")
    assert told(own, spouses, medicare, patient=AGED) == (
        ("spouse's", "medicare_working_aged"),
        ("medicare", "medicare_not_working"),
        ("own", "last"),
    )


def test_public_payers_and_other_insurance():
    plans = [HeldCoverage(kind, kind=kind) for kind in ("medicaid", "tricare", "plan", "auto", "workers_compensation")]
    assert [name for name, _ in told(*plans)] == ["workers_compensation", "auto", "plan", "tricare", "medicaid"]


def test_one_coverage_is_alone():
    assert told(HeldCoverage("own")) == (("own", "only"),)
