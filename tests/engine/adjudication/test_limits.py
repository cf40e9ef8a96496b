"""Limits before cost sharing, maximums after it, and the deductible between tiers and years."""

from datetime import date
from typing import Any

import pytest

from tests.engine.adjudication.stories import (
    LAB,
    PAT,
    SAM,
    SURGERY,
    VISIT,
    claim,
    decide,
    decide_line,
    family,
    line,
    moves,
    plan,
    share,
)
from tpa.engine.accumulators.balances import Balances

YEAR = date(2026, 1, 1)
FREE = share(member_pays=[])


def limited(**limit: Any) -> Any:
    """A plan that pays everything, up to one limit."""
    return plan(deductibles=[], out_of_pocket_maximums=[], benefits=FREE, limits=[{"code": "most", **limit}])


def test_a_dollar_limit_on_the_allowed_amount_comes_before_cost_sharing() -> None:
    terms = plan(
        limits=[{"code": "most", "measure": "allowed", "most": 600}],
        benefits=share(member_pays=["coinsurance"], coinsurance="50%"),
    )
    world = family(terms)
    first = decide_line(world)
    assert moves(first) == [("CO-45", 500_00), ("PR-119", 400_00), ("PR-2", 300_00)]
    assert world.balances.used(PAT, "medical:limit.most", YEAR) == 600_00
    # What is beyond a limit counts to no out-of-pocket maximum.
    assert world.balances.used(PAT, "medical:oop.main", YEAR) == 300_00
    later = decide_line(world, line(on=date(2026, 3, 3)))
    assert later.denied
    assert moves(later) == [("CO-45", 500_00), ("PR-119", 1000_00)]
    assert not decide_line(world, line(on=date(2026, 3, 3)), member=SAM).denied


@pytest.mark.parametrize(("used_cents", "paid_cents"), [(0, 1000_00), (1, 999_99), (999_99, 1), (1000_00, 0)])
def test_a_cent_more_or_less_of_an_annual_maximum(used_cents: int, paid_cents: int) -> None:
    terms = limited(measure="paid", most=1000)
    world = family(terms, balances=Balances([(PAT, "medical:limit.most", YEAR, used_cents)]))
    assert decide_line(world).paid_cents == paid_cents
    assert world.balances.used(PAT, "medical:limit.most", YEAR) == used_cents + paid_cents


def test_a_maximum_counts_what_the_plan_pays_and_not_what_the_member_does() -> None:
    """Case 048."""
    terms = plan(
        line="dental",
        deductibles=[],
        out_of_pocket_maximums=[],
        benefits=share(member_pays=["coinsurance"], coinsurance="50%"),
        limits=[{"code": "annual", "measure": "paid", "most": 1000}],
    )
    world = family(terms, prices={"D2740": 800_00})
    crown = decide_line(world, line("D2740", 800_00), form="dental")
    assert (crown.paid_cents, crown.member_cents) == (400_00, 400_00)
    assert world.balances.used(PAT, "dental:limit.annual", YEAR) == 400_00


def test_a_maximum_names_the_classes_that_it_holds_for() -> None:
    benefits = [
        {"code": code, "class": name, "match": {"codes": [match]}, "shares": {"all": {"member_pays": []}}}
        for code, name, match in (("cleaning", "preventive", LAB), ("crown", "major", SURGERY))
    ]
    terms = plan(
        deductibles=[],
        benefits=benefits,
        limits=[{"code": "annual", "measure": "paid", "most": 700, "classes": ["major"]}],
    )
    world = family(terms)
    assert decide_line(world, line(SURGERY)).paid_cents == 700_00
    assert decide_line(world, line(LAB)).paid_cents == 50_00
    assert decide_line(world, line(SURGERY, on=date(2026, 4, 1))).paid_cents == 0


def test_a_maximum_for_the_family_adds_up_over_its_people_in_every_coverage_tier() -> None:
    world = family(limited(measure="paid", most=1500, per="family"))
    assert decide_line(world).paid_cents == 1000_00
    assert decide_line(world, member=SAM).paid_cents == 500_00
    alone = family(limited(measure="paid", most=1500, per="family"), tier="EE")
    assert [decide_line(alone, line(on=date(2026, 3, day))).paid_cents for day in (1, 2)] == [1000_00, 500_00]


def test_visits_are_counted_once_a_provider_and_day_and_denied_beyond_the_limit() -> None:
    world = family(limited(measure="visits", most=2))
    both = decide(world, claim(line(VISIT), line(LAB, number=2)))
    assert [one.denied for one in both.lines] == [False, False]
    assert world.balances.used(PAT, "medical:limit.most", YEAR) == 1
    assert not decide_line(world, line(VISIT), provider_tax_id="other").denied
    assert decide_line(world, line(VISIT, on=date(2026, 3, 3))).denied
    # The visit that was counted still is one: another line of it is paid.
    assert not decide_line(world, line("99214", 90_00), cleared=("no_price",), price_list_id=0).denied
    assert world.balances.used(PAT, "medical:limit.most", YEAR) == 2


def test_days_are_counted_once_whoever_treats() -> None:
    world = family(limited(measure="days", most=3))
    assert not decide_line(world, line(VISIT)).denied
    assert not decide_line(world, line(VISIT), provider_tax_id="other").denied
    assert world.balances.used(PAT, "medical:limit.most", YEAR) == 1
    # Four days in a bed, two of which are left: half of the 1,000 allowed.
    stay = decide_line(world, line(on=date(2026, 4, 1), through_on=date(2026, 4, 4)))
    assert moves(stay) == [("CO-45", 500_00), ("PR-119", 500_00)]


def test_units_beyond_the_limit_are_cut_off_in_proportion() -> None:
    world = family(limited(measure="units", most=5), prices={LAB: 10_00})
    assert decide_line(world, line(LAB, 100_00, units_milli=3000)).paid_cents == 30_00
    # Three units asked, two left, at 10.00 each.
    cut = decide_line(world, line(LAB, 100_00, units_milli=3000, on=date(2026, 3, 3)))
    assert moves(cut) == [("CO-45", 70_00), ("PR-119", 10_00)]
    assert world.balances.used(PAT, "medical:limit.most", YEAR) == 5000


@pytest.mark.parametrize(
    ("day", "denied"),
    [(date(2026, 3, 2), True), (date(2027, 3, 1), True), (date(2027, 3, 2), False), (date(2027, 3, 3), False)],
)
def test_a_rolling_limit_opens_again_on_the_day_after_its_months(day: date, denied: bool) -> None:
    world = family(limited(measure="visits", most=1, period="rolling", months=12), coverages=spans())
    assert not decide_line(world, line(VISIT, on=date(2026, 3, 2))).denied
    assert decide_line(world, line(VISIT, on=day), provider_tax_id="other").denied is denied


def test_a_rolling_limit_counts_earlier_lines_of_the_same_claim() -> None:
    world = family(limited(measure="visits", most=1, period="rolling", months=12))
    both = decide(world, claim(line(VISIT, on=date(2026, 3, 2)), line(VISIT, number=2, on=date(2026, 5, 2))))
    assert [one.denied for one in both.lines] == [False, True]


@pytest.mark.parametrize(
    ("period", "day", "denied"),
    [
        ("plan_year", date(2026, 6, 30), True),
        ("plan_year", date(2026, 7, 1), False),
        ("calendar_year", date(2026, 12, 31), True),
        ("calendar_year", date(2027, 1, 1), False),
        ("month", date(2026, 3, 31), True),
        ("month", date(2026, 4, 1), False),
        ("day", date(2026, 3, 2), True),
        ("day", date(2026, 3, 3), False),
        ("lifetime", date(2029, 12, 31), True),
    ],
)
def test_the_last_and_the_next_day_of_a_period(period: str, day: date, denied: bool) -> None:
    terms = plan(
        year_starts_month=7,
        deductibles=[],
        out_of_pocket_maximums=[],
        benefits=FREE,
        limits=[{"code": "most", "measure": "visits", "most": 1, "period": period}],
    )
    world = family(terms, coverages=spans())
    assert not decide_line(world, line(VISIT, on=date(2026, 3, 2))).denied
    assert decide_line(world, line(VISIT, on=day), provider_tax_id="other").denied is denied


def spans() -> dict[int, Any]:
    """Pat, covered for long."""
    long = family(plan()).coverages[PAT][0]._replace(ends_before=date(2030, 1, 1))
    return {PAT: (long,)}


CROSSED = [
    {"code": "ppo", "tiers": ["ppo"], "fed_by": ["ppo", "out"], "individual": 400, "family": 800},
    {"code": "out", "tiers": ["out"], "fed_by": ["ppo", "out"], "individual": 2000, "family": 4000},
]


def tiered(deductibles: list[dict[str, Any]]) -> Any:
    """The coal plan of case 019: a free tier, a network, and the rest."""
    charge = [{"method": "percent_of_charge", "percent": "100%"}]
    rate = {"member_pays": ["deductible", "coinsurance"]}
    return plan(
        tiers=[
            {"name": "plus", "network": True, "prices": charge},
            {"name": "ppo", "network": True, "prices": charge},
            {"name": "out", "network": False, "prices": charge},
        ],
        deductibles=deductibles,
        out_of_pocket_maximums=[],
        benefits=[
            {
                "code": "all",
                "shares": {
                    "plus": {"member_pays": []},
                    "ppo": {**rate, "coinsurance": "20%"},
                    "out": {**rate, "coinsurance": "40%"},
                },
            }
        ],
    )


def test_a_deductible_counts_both_ways_between_tiers() -> None:
    """Case 019 and what follows from it."""
    world = family(tiered(CROSSED))
    assert decide_line(world, line(charge_cents=800_00), network="plus").member_cents == 0
    visit = decide_line(world, line(charge_cents=1500_00), network="ppo")
    assert (visit.member_cents, visit.paid_cents) == (620_00, 880_00)
    outside = decide_line(world, line(charge_cents=3000_00), network="")
    assert outside.deductible_cents == 1600_00
    assert world.balances.used(PAT, "medical:deductible.ppo", YEAR) == 400_00
    assert world.balances.used(PAT, "medical:deductible.out", YEAR) == 2000_00


def test_a_deductible_that_counts_one_way_only() -> None:
    one_way = [{**CROSSED[0], "fed_by": ["ppo"]}, CROSSED[1]]
    world = family(tiered(one_way))
    assert decide_line(world, line(charge_cents=1000_00), network="").deductible_cents == 1000_00
    assert decide_line(world, line(charge_cents=1000_00, on=date(2026, 4, 1)), network="ppo").deductible_cents == 400_00
    assert decide_line(world, line(charge_cents=1000_00, on=date(2026, 5, 1)), network="").deductible_cents == 600_00


def test_amounts_outside_credit_the_network_deductible_no_further_than_its_limit() -> None:
    world = family(tiered(CROSSED))
    decide_line(world, line(charge_cents=1000_00), network="")
    assert world.balances.used(PAT, "medical:deductible.ppo", YEAR) == 400_00
    assert decide_line(world, line(charge_cents=1000_00, on=date(2026, 4, 1)), network="ppo").deductible_cents == 0


def carried(carry_over: dict[str, Any], individual: int, spent: list[tuple[date, int]], then: date) -> int:
    """The deductible that a large claim of the next year meets after what was spent."""
    terms = plan(
        tiers=[{"name": "any", "network": True, "prices": [{"method": "price_list"}]}],
        deductibles=[{"code": "main", "individual": individual, "carry_over": carry_over}],
        out_of_pocket_maximums=[],
        benefits=share(member_pays=["deductible"]),
    )
    world = family(terms, coverages=spans())
    for day, cents in spent:
        decide_line(world, line(charge_cents=cents, on=day), cleared=("no_price",), price_list_id=0)
    return decide_line(
        world, line(charge_cents=9000_00, on=then), cleared=("no_price",), price_list_id=0
    ).deductible_cents


def test_the_last_quarter_carries_over_where_the_year_was_not_met() -> None:
    """Case 032."""
    quarter = {"months": 3}
    employee = [(date(2025, 3, 10), 200_00), (date(2025, 10, 10), 550_00)]
    spouse = [(date(2025, 3, 10), 400_00), (date(2025, 10, 10), 550_00)]
    assert carried(quarter, 900, employee, date(2026, 2, 1)) == 350_00
    assert carried(quarter, 900, spouse, date(2026, 2, 1)) == 900_00
    # A year later nothing of it is left.
    assert carried(quarter, 900, employee, date(2027, 2, 1)) == 900_00


def test_the_last_quarter_carries_over_even_if_it_completes_the_year() -> None:
    """Case 034."""
    spent = [(date(2025, 6, 1), 1500_00), (date(2025, 11, 1), 1000_00)]
    assert carried({"months": 3, "even_if_met": True}, 2500, spent, date(2026, 2, 1)) == 1500_00


@pytest.mark.parametrize(
    ("carry_over", "day", "left"),
    [
        ({"months": 3}, date(2025, 9, 30), 900_00),
        ({"months": 3}, date(2025, 10, 1), 800_00),
        ({"days": 90}, date(2025, 10, 2), 900_00),
        ({"days": 90}, date(2025, 10, 3), 800_00),
        ({"days": 90}, date(2025, 12, 31), 800_00),
    ],
)
def test_ninety_days_are_not_a_quarter(carry_over: dict[str, Any], day: date, left: int) -> None:
    assert carried(carry_over, 900, [(day, 100_00)], date(2026, 2, 1)) == left
