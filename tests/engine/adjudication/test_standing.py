"""Where a member stands on a day."""

from datetime import date

from tests.engine.adjudication.stories import PAT, SAM, VISIT, decide_line, family, line, plan, share
from tpa.engine.adjudication.standing import Standing, standings

DAY = date(2026, 3, 2)
YEAR = date(2026, 1, 1)


def test_what_is_used_and_left_of_everything() -> None:
    terms = plan(
        out_of_pocket_maximums=[{"code": "main", "individual": 20000, "family": 30000}],
        benefits=share(member_pays=["deductible"]),
        limits=[{"code": "visits", "measure": "visits", "most": 20, "period": "rolling", "months": 12}],
    )
    world = family(terms, prices={VISIT: 600_00})
    decide_line(world, line(VISIT), member=PAT)
    decide_line(world, line(VISIT, on=date(2026, 2, 1)), member=SAM)
    both = ("in", "out")
    assert standings(terms, world.balances, PAT, "EF", DAY) == (
        Standing("deductible", "main", "cents", both, "/deductibles/0", YEAR, 500_00, 500_00, 1000_00, 1000_00, 0),
        # 10,600 is the law's cap of 2026, below the plan's 20,000.
        Standing(
            "oop",
            "main",
            "cents",
            both,
            "/out_of_pocket_maximums/0",
            YEAR,
            10600_00,
            500_00,
            30000_00,
            1000_00,
            10100_00,
        ),
        Standing("limit", "visits", "visits", both, "/limits/0", date(2025, 3, 3), 20, 1, None, 2, 19),
    )


def test_an_employee_alone_has_no_family_figure_and_nothing_may_have_no_limit() -> None:
    terms = plan(deductibles=[{"code": "main", "individual": 500, "family": 1000}], out_of_pocket_maximums=[])
    (deductible,) = standings(terms, family(terms).balances, PAT, "EE", DAY)
    assert (deductible.individual_most, deductible.family_most, deductible.left) == (500_00, None, 500_00)
    free = plan(deductibles=[{"code": "main", "family": 1000}], grandfathered=True)
    first = standings(free, family(free).balances, PAT, "EF", DAY)[0]
    assert (first.individual_most, first.family_most, first.left) == (None, 1000_00, 1000_00)


def test_a_maximum_shows_what_it_brings_along_and_a_limit_by_tooth_has_no_figure_for_the_person() -> None:
    carried = {"design": "threshold", "threshold": 500, "adds": 250, "most": 1000}
    terms = plan(
        line="dental",
        deductibles=[],
        out_of_pocket_maximums=[],
        benefits=share(member_pays=[]),
        limits=[
            {"code": "annual", "measure": "paid", "most": 1000, "rollover": carried},
            {"code": "crowns", "measure": "units", "most": 1, "site": "tooth"},
        ],
    )
    world = family(terms, prices={VISIT: 300_00})
    decide_line(world, line(VISIT, on=date(2025, 5, 5), tooth="3"), member=PAT, form="dental")
    (annual,) = standings(terms, world.balances, PAT, "EF", DAY)
    assert (annual.individual_most, annual.individual_used, annual.left) == (1250_00, 0, 1250_00)
