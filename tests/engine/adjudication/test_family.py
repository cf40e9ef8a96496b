"""Family figures: embedded, aggregate, N per family, and the law's cap on one person."""

from datetime import date

import pytest

from tests.engine.adjudication.stories import PAT, SAM, SURGERY, decide_line, family, line, plan, share
from tpa.engine.accumulators.balances import FAMILY, Balances
from tpa.engine.adjudication.facts import Coverage, DatedPlan, Family, Person
from tpa.engine.plan import PlanTerms
from tpa.engine.pricing.price import PriceBook

YEAR = date(2026, 1, 1)
DEDUCTIBLE_ONLY = share(member_pays=["deductible"])
HALF = share(member_pays=["coinsurance"], coinsurance="100%")


def deductible(
    terms: PlanTerms, *rows: tuple[int, int], member: int, allowed_cents: int = 1000_00, tier: str = "EF"
) -> int:
    """The deductible applied to the member after others have used theirs: rows of (member, cents)."""
    balances = Balances((who, "medical:deductible.main", YEAR, cents) for who, cents in rows)
    world = family(terms, tier=tier, balances=balances, prices={SURGERY: allowed_cents})
    return decide_line(world, line(charge_cents=allowed_cents), member=member).deductible_cents


def test_embedded_stops_at_the_person_and_then_at_the_family() -> None:
    terms = plan(benefits=DEDUCTIBLE_ONLY, deductibles=[{"code": "main", "individual": 500, "family": 800}])
    assert deductible(terms, member=PAT) == 500_00
    assert deductible(terms, (PAT, 500_00), member=SAM) == 300_00
    assert deductible(terms, (PAT, 500_00), (3, 300_00), member=SAM) == 0
    assert deductible(terms, (PAT, 500_00), (3, 299_99), member=SAM) == 1


def test_aggregate_has_no_figure_for_one_person_in_a_family_tier() -> None:
    rule = {"code": "main", "individual": 1800, "family": 3000, "family_rule": "aggregate"}
    terms = plan(benefits=DEDUCTIBLE_ONLY, deductibles=[rule], out_of_pocket_maximums=[])
    assert deductible(terms, member=PAT, allowed_cents=5000_00) == 3000_00
    assert deductible(terms, (PAT, 2999_99), member=SAM) == 1
    assert deductible(terms, (PAT, 3000_00), member=SAM) == 0
    assert deductible(terms, member=PAT, allowed_cents=5000_00, tier="EE") == 1800_00


@pytest.mark.parametrize(
    ("others", "applied"), [(((PAT, 500_00), (3, 499_99)), 500_00), (((PAT, 500_00), (3, 500_00)), 0)]
)
def test_two_of_the_family_who_each_met_it_free_all_others(others: tuple[tuple[int, int], ...], applied: int) -> None:
    rule = {"code": "main", "individual": 500, "family_rule": "members", "family_members": 2}
    assert deductible(plan(benefits=DEDUCTIBLE_ONLY, deductibles=[rule]), *others, member=SAM) == applied


@pytest.mark.parametrize(("this_year", "applied"), [(299_99, 500_00), (300_00, 0)])
def test_who_met_it_with_what_was_carried_over_frees_the_others_too(this_year: int, applied: int) -> None:
    """Pat brings 200.00 of last autumn along; the other has met it in full."""
    late = {"carry_over": {"months": 3, "even_if_met": True}}
    rule = {"code": "main", "individual": 500, "family_rule": "members", "family_members": 2, **late}
    code, last_year = "medical:deductible.main", date(2025, 1, 1)
    rows = [(PAT, code, last_year, 200_00), (PAT, f"{code}~late", last_year, 200_00)]
    balances = Balances([*rows, (PAT, code, YEAR, this_year), (3, code, YEAR, 500_00)])
    world = family(plan(benefits=DEDUCTIBLE_ONLY, deductibles=[rule]), balances=balances, prices={SURGERY: 1000_00})
    assert decide_line(world, line(charge_cents=1000_00), member=SAM).deductible_cents == applied


def test_per_person_without_a_family_limit() -> None:
    terms = plan(benefits=DEDUCTIBLE_ONLY, deductibles=[{"code": "main", "individual": 500}])
    assert deductible(terms, (PAT, 500_00), (3, 500_00), (4, 500_00), member=SAM) == 500_00


def test_an_amount_that_was_brought_along_for_the_family_counts_for_the_family_alone() -> None:
    terms = plan(benefits=DEDUCTIBLE_ONLY, deductibles=[{"code": "main", "individual": 500, "family": 1000}])
    assert deductible(terms, (FAMILY, 600_00), member=PAT) == 400_00


def test_only_what_was_applied_is_credited_to_the_family() -> None:
    """Case 027 the other way round: 1,500 of expenses against an individual 1,000 credit 1,000."""
    terms = plan(benefits=DEDUCTIBLE_ONLY, deductibles=[{"code": "main", "individual": 1000, "family": 2000}])
    world = family(terms, prices={SURGERY: 1500_00})
    assert decide_line(world, line(charge_cents=1500_00), member=SAM).deductible_cents == 1000_00
    assert world.balances.used(FAMILY, "medical:deductible.main", YEAR) == 1000_00


def world_of(terms: PlanTerms, on: date, count: int, tier: str = "EF") -> Family:
    """A family of `count` under a plan in force on a day."""
    spans = (Coverage("medical", 1, tier, date(2010, 1, 1), date(2030, 1, 1)),)
    return Family(
        1,
        {n: Person(n, "self" if n == 1 else "child", date(on.year - 20, 1, 1)) for n in range(1, count + 1)},
        dict.fromkeys(range(1, count + 1), spans),
        {1: (DatedPlan(1, date(2010, 1, 1), terms),)},
        PriceBook(),
    )


def shares(terms: PlanTerms, on: date, *charges: int, tier: str = "EF") -> list[int]:
    """What each person pays, one claim a person, all of the charge being the member's until a maximum stops it."""
    world = world_of(terms, on, len(charges), tier)
    return [
        decide_line(world, line(charge_cents=cents, on=on), member=n, cleared=("no_price",)).member_cents
        for n, cents in enumerate(charges, start=1)
    ]


def maximum(**changes: object) -> PlanTerms:
    return plan(benefits=HALF, deductibles=[], out_of_pocket_maximums=[{"code": "main", **changes}])


def test_nobody_pays_more_than_the_self_only_limit_whatever_the_family_limit() -> None:
    """Cases 022 and 024."""
    on = date(2016, 5, 1)
    assert shares(maximum(family=13000), on, 10000_00, 3000_00, 3000_00, 3000_00) == [6850_00, 3000_00, 3000_00, 150_00]
    assert shares(maximum(family=10000), on, 15000_00) == [6850_00]
    assert shares(maximum(family=10000, family_rule="aggregate"), on, 15000_00, 15000_00) == [6850_00, 3150_00]


@pytest.mark.parametrize(("day", "cents"), [(date(2026, 6, 30), 9200_00), (date(2026, 7, 1), 10600_00)])
def test_the_self_only_limit_is_that_of_the_year_in_which_the_plan_year_begins(day: date, cents: int) -> None:
    terms = plan(
        benefits=HALF,
        deductibles=[],
        year_starts_month=7,
        out_of_pocket_maximums=[{"code": "main", "individual": 20000}],
    )
    assert shares(terms, day, 50000_00) == [cents]


def test_where_the_law_sets_no_cap() -> None:
    on = date(2016, 5, 1)
    assert shares(maximum(individual=9000, self_only_cap=False), on, 15000_00) == [9000_00]
    assert shares(maximum(individual=9000), date(2013, 5, 1), 15000_00) == [9000_00]
    grandfathered = plan(
        benefits=HALF,
        deductibles=[],
        grandfathered=True,
        out_of_pocket_maximums=[{"code": "main", "individual": 9000}],
    )
    assert shares(grandfathered, on, 15000_00) == [9000_00]


def test_a_lower_limit_of_the_plan_stands_below_the_law() -> None:
    assert shares(maximum(individual=4000), date(2026, 5, 1), 15000_00) == [4000_00]
    assert shares(maximum(individual=4000), date(2026, 5, 1), 15000_00, tier="EE") == [4000_00]
