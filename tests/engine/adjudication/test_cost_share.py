"""The member's share: five ways of sharing cost, clipped by what is left, filed as it was really applied."""

from datetime import date

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
    pend,
    plan,
    share,
)
from tpa.engine.accumulators.balances import AccumulatorEntry, Balances
from tpa.engine.adjudication.facts import DatedPlan

YEAR = date(2026, 1, 1)


def used(*rows: tuple[str, int], member: int = PAT) -> Balances:
    """Balances of the plan year 2026."""
    return Balances((member, f"medical:{code}", YEAR, cents) for code, cents in rows)


def test_the_worked_case_of_copay_deductible_coinsurance_and_a_maximum_that_stops_them() -> None:
    # 1,000 allowed: copay 30, deductible 200, 20 % of 770 = 154, together 384, stopped at 250.
    terms = plan(benefits=share(member_pays=["copay", "deductible", "coinsurance"], copay=30, coinsurance="20%"))
    world = family(terms, balances=used(("deductible.main", 300_00), ("oop.main", 1750_00)))
    decided = decide_line(world)
    assert moves(decided) == [("CO-45", 500_00), ("PR-3", 30_00), ("PR-1", 200_00), ("PR-2", 20_00)]
    assert (decided.member_cents, decided.paid_cents) == (250_00, 750_00)
    assert world.balances.used(PAT, "medical:deductible.main", YEAR) == 500_00
    assert world.balances.used(PAT, "medical:oop.main", YEAR) == 2000_00


@pytest.mark.parametrize(
    ("left_cents", "copay", "deductible", "coinsurance"),
    [
        (29_99, 29_99, 0, 0),
        (30_00, 30_00, 0, 0),
        (30_01, 30_00, 1, 0),
        (229_99, 30_00, 199_99, 0),
        (230_00, 30_00, 200_00, 0),
        (230_01, 30_00, 200_00, 1),
        (383_99, 30_00, 200_00, 153_99),
        (384_00, 30_00, 200_00, 154_00),
        (384_01, 30_00, 200_00, 154_00),
    ],
)
def test_a_cent_more_or_less_of_the_out_of_pocket_maximum(
    left_cents: int, copay: int, deductible: int, coinsurance: int
) -> None:
    terms = plan(benefits=share(member_pays=["copay", "deductible", "coinsurance"], copay=30, coinsurance="20%"))
    world = family(terms, balances=used(("deductible.main", 300_00), ("oop.main", 2000_00 - left_cents)))
    decided = decide_line(world)
    assert (decided.copay_cents, decided.deductible_cents, decided.coinsurance_cents) == (
        copay,
        deductible,
        coinsurance,
    )
    # What was filed is what was applied, not what would have been.
    assert world.balances.used(PAT, "medical:deductible.main", YEAR) == 300_00 + deductible
    assert world.balances.used(PAT, "medical:oop.main", YEAR) == 2000_00 - left_cents + copay + deductible + coinsurance


@pytest.mark.parametrize(
    ("pays", "expected"),
    [
        ([], []),
        (["copay"], [("PR-3", 40_00)]),
        (["deductible"], [("PR-1", 500_00)]),
        (["deductible", "coinsurance"], [("PR-1", 500_00), ("PR-2", 100_00)]),
        (["deductible", "copay"], [("PR-1", 500_00), ("PR-3", 40_00)]),
        (["copay", "deductible"], [("PR-3", 40_00), ("PR-1", 500_00)]),
        (["copay", "deductible", "coinsurance"], [("PR-3", 40_00), ("PR-1", 500_00), ("PR-2", 92_00)]),
        (["copay", "coinsurance"], [("PR-3", 40_00), ("PR-2", 192_00)]),
        (["coinsurance"], [("PR-2", 200_00)]),
    ],
)
def test_a_benefit_shares_cost_in_its_own_order(pays: list[str], expected: list[tuple[str, int]]) -> None:
    rates = {"copay": 40} if "copay" in pays else {}
    rates |= {"coinsurance": "20%"} if "coinsurance" in pays else {}
    decided = decide_line(family(plan(benefits=share(member_pays=pays, **rates))), line(charge_cents=1000_00))
    assert moves(decided) == expected


@pytest.mark.parametrize(
    ("allowed_cents", "copay_cents", "paid_cents"), [(29_99, 29_99, 0), (30_00, 30_00, 0), (30_01, 30_00, 1)]
)
def test_a_copay_is_never_more_than_the_allowed_amount(allowed_cents: int, copay_cents: int, paid_cents: int) -> None:
    decided = decide_line(family(plan(), prices={VISIT: allowed_cents}), line(VISIT))
    assert (decided.copay_cents, decided.paid_cents) == (copay_cents, paid_cents)


def test_a_visit_has_one_copay_in_one_claim_and_over_claims() -> None:
    world = family(plan())
    first = decide(world, claim(line(VISIT), line(VISIT, 120_00, number=2, modifiers=("25",))))
    assert [one.copay_cents for one in first.lines] == [30_00, 0]
    assert decide_line(world, line(VISIT, 130_00)).copay_cents == 0
    assert decide_line(world, line(VISIT, 130_00), provider_tax_id="98-7654321").copay_cents == 30_00
    assert decide_line(world, line(VISIT, on=date(2026, 3, 3))).copay_cents == 30_00
    assert decide_line(world, line(VISIT, 130_00), member=SAM).copay_cents == 30_00


def test_a_copay_that_a_cheap_line_left_is_taken_from_the_next_line_of_the_visit() -> None:
    world = family(plan(), prices={VISIT: 20_00, "99214": 90_00})
    decided = decide(world, claim(line(VISIT), line("99214", number=2)))
    assert [one.copay_cents for one in decided.lines] == [20_00, 10_00]


def test_a_copay_a_line_where_the_plan_says_so() -> None:
    world = family(plan(benefits=share(member_pays=["copay"], copay=25, copay_per="line")))
    decided = decide(world, claim(line(VISIT), line(LAB, number=2)))
    assert [one.copay_cents for one in decided.lines] == [25_00, 25_00]


def test_benefits_of_one_copay_group_take_one_copay_together() -> None:
    benefits = [
        {
            "code": code,
            "copay_group": "office",
            "match": {"codes": [match]},
            "shares": {"all": {"member_pays": ["copay"], "copay": copay}},
        }
        for code, match, copay in (("visit", VISIT, 30), ("lab", LAB, 45))
    ]
    decided = decide(family(plan(benefits=benefits)), claim(line(VISIT), line(LAB, number=2)))
    assert [one.copay_cents for one in decided.lines] == [30_00, 15_00]


def test_the_first_visits_go_without_the_deductible_and_the_later_ones_with_it() -> None:
    pays = {
        "member_pays": ["deductible", "copay"],
        "copay": 50,
        "first_visits": {"count": 3, "counter": "office", "member_pays": ["copay"]},
    }
    world = family(plan(benefits=share(**pays)))
    decided = [decide_line(world, line(VISIT, on=date(2026, month, 1))) for month in range(1, 6)]
    assert [moves(one)[1:] for one in decided] == [
        [("PR-3", 50_00)],
        [("PR-3", 50_00)],
        [("PR-3", 50_00)],
        [("PR-1", 100_00)],
        [("PR-1", 100_00)],
    ]
    # A new plan year begins to count again.
    assert moves(decide_line(world, line(VISIT, on=date(2025, 12, 31))))[1:] == [("PR-3", 50_00)]


def test_all_lines_of_a_first_visit_are_of_the_first_visit_and_count_once() -> None:
    pays = {
        "member_pays": ["deductible"],
        "copay": 50,
        "first_visits": {"count": 1, "counter": "office", "member_pays": ["copay"]},
    }
    world = family(plan(benefits=share(**pays)))
    both = decide(world, claim(line(VISIT), line(LAB, number=2)))
    assert [moves(one)[1:] for one in both.lines] == [[("PR-3", 50_00)], []]
    assert moves(decide_line(world, line("99214", 70_00), price_list_id=0, cleared=("no_price",))) == []
    assert moves(decide_line(world, line(VISIT, on=date(2026, 4, 1))))[1:] == [("PR-1", 100_00)]


def test_a_deductible_by_name_leaves_the_general_one_alone() -> None:
    terms = plan(
        deductibles=[
            {"code": "main", "individual": 500},
            {"code": "therapy", "individual": 300},
        ],
        benefits=share(member_pays=["deductible:therapy", "coinsurance"], coinsurance="20%"),
    )
    decided = decide(family(terms), claim(line()))
    assert moves(decided.lines[0]) == [("CO-45", 500_00), ("PR-1", 300_00), ("PR-2", 140_00)]
    assert decided.entries == (
        AccumulatorEntry(PAT, "medical:deductible.therapy", YEAR, 300_00, 1),
        AccumulatorEntry(PAT, "medical:oop.main", YEAR, 300_00, 1),
        AccumulatorEntry(PAT, "medical:oop.main", YEAR, 140_00, 1),
    )


def test_what_counts_to_no_maximum_is_neither_stopped_nor_filed() -> None:
    terms = plan(benefits=share(member_pays=["copay"], copay=40, outside_out_of_pocket=True))
    decided = decide(family(terms, balances=used(("oop.main", 2000_00))), claim(line()))
    assert decided.lines[0].copay_cents == 40_00
    assert decided.entries == ()


def test_a_coinsurance_maximum_knows_nothing_of_deductibles_and_copays() -> None:
    terms = plan(
        out_of_pocket_maximums=[{"code": "coinsurance", "counts": ["coinsurance"], "individual": 150}],
        benefits=share(member_pays=["deductible", "coinsurance"], coinsurance="20%"),
    )
    world = family(terms, prices={SURGERY: 2000_00})
    first = decide_line(world, line(charge_cents=2000_00))
    assert (first.deductible_cents, first.coinsurance_cents) == (500_00, 150_00)
    assert decide_line(world, line(charge_cents=2000_00, on=date(2026, 3, 9))).member_cents == 0


def test_earlier_lines_of_the_same_claim_count_for_the_next() -> None:
    decided = decide(family(plan(), prices={SURGERY: 300_00}), claim(line(), line(number=2, modifiers=("RT",))))
    assert [one.deductible_cents for one in decided.lines] == [300_00, 200_00]
    assert [one.coinsurance_cents for one in decided.lines] == [0, 20_00]


def test_coinsurance_is_rounded_half_up_to_the_cent() -> None:
    terms = plan(deductibles=[], benefits=share(member_pays=["coinsurance"], coinsurance="12.5%"))
    # 12.5 % of 1.00 is 12.5 cents.
    assert decide_line(family(terms, prices={SURGERY: 100})).coinsurance_cents == 13


def test_a_second_visit_of_the_day_is_late_with_all_its_lines() -> None:
    """One visit goes without the deductible: the other provider's visit of that day pays it on each line."""
    first = {"count": 1, "counter": "office", "member_pays": ["copay"]}
    world = family(plan(benefits=share(member_pays=["deductible"], copay=30, first_visits=first)))
    one = claim(line(VISIT, 100_00), line(VISIT, 100_00, number=2), provider_tax_id="A")
    decided = decide(world, one)
    assert [(it.copay_cents, it.deductible_cents) for it in decided.lines] == [(30_00, 0), (0, 0)]
    other = decide(world, claim(line(VISIT, 100_00), line(VISIT, 100_00, number=2), provider_tax_id="B"))
    assert [(it.copay_cents, it.deductible_cents) for it in other.lines] == [(0, 100_00), (0, 100_00)]


def test_a_large_payment_is_seen_though_the_last_lines_version_lets_it_pass() -> None:
    strict, open_handed = plan(review_over=300), plan(name="later")
    world = family(strict, prices={SURGERY: 1500_00})
    world.plans[1] = (*world.plans[1], DatedPlan(8, date(2026, 4, 1), open_handed))  # type: ignore[index]
    one = claim(line(), line(on=date(2026, 4, 2), number=2))
    assert pend(world, one) == ["review_amount"]
