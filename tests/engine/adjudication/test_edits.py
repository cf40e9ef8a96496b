"""Coding edits from kept tables, which a plan names."""

from datetime import date

from tests.engine.adjudication.stories import DAY, LAB, claim, decide, family, line, moves, plan
from tpa.engine.adjudication.compiled_edits import EditTables
from tpa.engine.plan.terms_edits import CodePair, UnitLimit

TABLES = EditTables(
    {("cms", "80048"): (CodePair(LAB, "80048", 0, DAY),)},
    {("cms", "97110"): (UnitLimit("97110", 4),)},
)


def denied(edits: dict[str, object]) -> list[list[tuple[str, int]]]:
    """The moves of three lines, by a plan with these edits, on the first day of the tables and on the day before."""
    prices = {"80048": 30_00, "97110": 40_00}
    world = family(plan(edits=edits), prices=prices, edit_tables=TABLES)
    found = []
    for day in (DAY, date(2026, 3, 1)):
        lines = [line(LAB, 50_00, on=day), line("80048", 30_00, number=2, on=day)]
        lines.append(line("97110", 40_00, number=3, units_milli=5000, on=day))
        found += [moves(one) for one in decide(world, claim(*lines)).lines[1:]]
    return found


def test_a_plan_that_names_a_table_is_held_to_it_on_its_days() -> None:
    assert denied({"tables": ["cms"]}) == [
        [("CO-236", 30_00)],
        [("CO-222", 40_00)],
        [("PR-1", 30_00)],
        [("CO-222", 40_00)],
    ]


def test_the_plans_own_limit_takes_the_place_of_the_tables() -> None:
    own = {"tables": ["cms"], "unit_limits": [{"code": "97110", "most": 5}]}
    assert denied(own)[1] == [("PR-1", 40_00)]


def test_a_plan_without_the_table_is_not_concerned() -> None:
    assert denied({"tables": ["other"]})[0] == [("PR-1", 30_00)]
