"""What a service may cost: methods, the lesser of price and charge, and who bears the rest."""

from datetime import date
from typing import Any

import pytest

from tests.engine.adjudication.stories import LAB, SURGERY, claim, decide_line, family, line, moves, pend, plan, share
from tpa.engine.adjudication.compiled import compile_plan
from tpa.engine.adjudication.rules.claim_pricing.package import spread
from tpa.engine.plan import PlanError
from tpa.engine.pricing.method import Package
from tpa.engine.pricing.order import METHODS
from tpa.engine.pricing.price import Price, PriceBook

FREE = share(member_pays=[])


def priced(*steps: dict[str, Any], **tier: Any) -> Any:
    """A plan that pays the whole allowed amount of one tier."""
    tiers = [{"name": "in", "network": True, "prices": list(steps), **tier}]
    return plan(tiers=tiers, deductibles=[], out_of_pocket_maximums=[], benefits=FREE)


@pytest.mark.parametrize(("charge_cents", "allowed_cents"), [(999_99, 999_99), (1000_00, 1000_00), (1000_01, 1000_00)])
def test_the_lesser_of_price_and_charge(charge_cents: int, allowed_cents: int) -> None:
    decided = decide_line(family(priced({"method": "price_list"})), line(charge_cents=charge_cents))
    assert decided.allowed_cents == decided.paid_cents == allowed_cents
    assert moves(decided) == ([("CO-45", 1)] if charge_cents > allowed_cents else [])


def test_a_contract_may_allow_more_than_the_charge() -> None:
    decided = decide_line(family(priced({"method": "price_list"}, lesser_of_billed=False)), line(charge_cents=900_00))
    assert (decided.allowed_cents, decided.paid_cents) == (1000_00, 1000_00)
    assert moves(decided) == [("CO-45", -100_00)]


def test_in_network_the_discount_is_written_off_and_outside_the_member_bears_it() -> None:
    """Case 047: 200 charged, 150 negotiated; 100 charged, 70 allowed outside."""
    inside = decide_line(family(priced({"method": "price_list"}), prices={LAB: 150_00}), line(LAB, 200_00))
    assert moves(inside) == [("CO-45", 50_00)]
    outside = decide_line(
        family(priced({"method": "percent_of_charge", "percent": "70%"}, network=False)), line(LAB, 100_00), network=""
    )
    assert moves(outside) == [("PR-45", 30_00)]
    assert (outside.member_cents, outside.deductible_cents) == (30_00, 0)


def test_the_first_step_that_finds_a_price_decides() -> None:
    steps = ({"method": "repriced"}, {"method": "price_list"}, {"method": "percent_of_charge", "percent": "60%"})
    world = family(priced(*steps))
    assert decide_line(world, line(repriced_cents=800_00)).allowed_cents == 800_00
    assert decide_line(world, line(on=date(2026, 3, 3))).allowed_cents == 1000_00
    assert decide_line(world, line("99999", 100_01)).allowed_cents == 60_01


def test_a_line_without_a_price_waits_for_one() -> None:
    world = family(priced({"method": "price_list"}))
    assert pend(world, claim(line("99999"))) == ["no_price"]
    assert decide_line(world, line("99999"), cleared=("no_price",)).allowed_cents == 1500_00


def test_a_price_is_per_unit_and_parts_of_a_unit_count() -> None:
    world = family(priced({"method": "price_list"}), prices={LAB: 33_33})
    assert decide_line(world, line(LAB, 900_00, units_milli=3000)).allowed_cents == 99_99
    assert decide_line(world, line(LAB, 900_00, units_milli=500)).allowed_cents == 16_67


def test_a_schedule_of_the_plan_and_a_percentage_of_it() -> None:
    """Case 051: 80 by a maximum allowable charge; 80 % of a usual 180 is 144."""
    mac = priced({"method": "schedule", "amounts": {"D1110": 80}}, network=False)
    assert moves(decide_line(family(mac), line("D1110", 200_00))) == [("PR-45", 120_00)]
    usual = priced({"method": "schedule", "amounts": {"D1110": "180.00"}, "percent": "80%"}, network=False)
    decided = decide_line(family(usual), line("D1110", 200_00))
    assert (decided.paid_cents, decided.member_cents) == (144_00, 56_00)


def test_the_more_particular_row_of_a_price_list_comes_first() -> None:
    book = PriceBook(
        {
            (1, "71046"): [
                Price("71046", 100_00),
                Price("71046", 90_00, place="22"),
                Price("71046", 40_00, modifier="26"),
                Price("71046", 35_00, modifier="26", place="22"),
                Price("71046", None, charge_bp=5000, modifier="TC"),
            ]
        }
    )

    def find(*modifiers: str, place: str = "11") -> Price | None:
        return book.find(1, "71046", modifiers, place, date(2026, 1, 1))

    assert find() == Price("71046", 100_00)
    assert find(place="22") == Price("71046", 90_00, place="22")
    assert find("59", "26") == Price("71046", 40_00, modifier="26")
    assert find("26", place="22") == Price("71046", 35_00, modifier="26", place="22")
    percent = find("TC")
    assert percent is not None
    assert percent.allowed_cents(1000, 81) == 41


@pytest.mark.parametrize(
    ("day", "cents"),
    [(date(2025, 12, 31), 100), (date(2026, 1, 1), 200), (date(2026, 12, 31), 200), (date(2027, 1, 1), None)],
)
def test_a_price_holds_from_its_first_to_its_last_day(day: date, cents: int | None) -> None:
    book = PriceBook(
        {
            (1, LAB): [
                Price(LAB, 100, ends_before=date(2026, 1, 1)),
                Price(LAB, 200, starts_on=date(2026, 1, 1), ends_before=date(2027, 1, 1)),
            ]
        }
    )
    found = book.find(1, LAB, (), "", day)
    assert (found.cents if found else None) == cents


def test_a_price_by_revenue_code_where_the_procedure_has_none() -> None:
    world = family(priced({"method": "price_list"}), prices={"0450": 700_00})
    assert decide_line(world, line("99284", revenue_code="0450")).allowed_cents == 700_00
    assert decide_line(world, line("", revenue_code="0450")).allowed_cents == 700_00
    assert decide_line(world, line(SURGERY, revenue_code="0450")).allowed_cents == 1000_00


def test_all_faults_of_a_plans_pricing_are_told_at_once() -> None:
    terms = priced({"method": "guess"}, {"method": "percent_of_charge"}, {"method": "price_list", "list": "x"})
    with pytest.raises(PlanError) as caught:
        compile_plan(terms)
    assert [fault.where for fault in caught.value.faults] == [
        "/tiers/0/prices/0/method",
        "/tiers/0/prices/1/percent",
        "/tiers/0/prices/2/list",
    ]


@pytest.mark.parametrize(
    ("step", "where"),
    [
        ({"method": "case_rate", "outlier": {"threshold": 5}}, "/tiers/0/prices/0/outlier/percent"),
        ({"method": "drg", "base_rate": 5}, "/tiers/0/prices/0/weights"),
        ({"method": "drg", "weights": {"470": "0"}}, "/tiers/0/prices/0/weights/470"),
        ({"method": "drg", "weights": {"470": "1"}, "table": "x"}, "/tiers/0/prices/0/weights"),
        ({"method": "percentile", "percentile": 100, "table": "x"}, "/tiers/0/prices/0/percentile"),
        ({"method": "percentile", "percentile": 80, "amounts": {"D1110": 5}}, "/tiers/0/prices/0/amounts"),
        ({"method": "percent_of_medicare", "percent": "140%"}, "/tiers/0/prices/0/amounts"),
        ({"method": "lesser_of", "of": [{"method": "repriced"}, {"method": "price_list"}]}, "/tiers/0/prices/0/of"),
        ({"method": "price_list", "classes": ["major"]}, "/tiers/0/prices/0/classes"),
        ({"method": "price_list", "codes": ["b-a"]}, "/tiers/0/prices/0/codes/0"),
        ({"method": "price_list", "forms": ["ub"]}, "/tiers/0/prices/0/forms/0"),
    ],
)
def test_a_step_that_cannot_be_read_says_where(step: dict[str, Any], where: str) -> None:
    with pytest.raises(PlanError) as refused:
        compile_plan(priced(step))
    assert [fault.where for fault in refused.value.faults] == [where]


@pytest.mark.parametrize("wishes", [(), ((1, 600_00),), ((2, 5000_00), (3, 1_00))])
@pytest.mark.parametrize("charges", [(1_00, 999_99, 0), (300_00, 300_00, 300_01), (0, 0, 0)])
@pytest.mark.parametrize("lesser", [True, False])
def test_one_price_lies_on_its_lines_to_the_cent(
    wishes: tuple[tuple[int, int], ...], charges: tuple[int, ...], lesser: bool
) -> None:
    cents = sum(part for _, part in wishes) or 700_01
    lines = spread(Package(cents, wishes), charges, (1, 2, 3), lesser=lesser)
    assert sum(lines) == (min(cents, sum(charges)) if lesser else cents)
    assert all(0 <= one <= charge for one, charge in zip(lines, charges, strict=True)) or not lesser


def test_every_method_is_a_file() -> None:
    assert list(METHODS) == [
        "case_rate",
        "drg",
        "lesser_of",
        "per_diem",
        "percent_of_charge",
        "percent_of_medicare",
        "percentile",
        "price_list",
        "repriced",
        "schedule",
    ]
