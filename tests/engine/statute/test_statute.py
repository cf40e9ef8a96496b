"""Legal numbers by date: the right one on the right day, a clear refusal where it is not known."""

from datetime import date
from itertools import pairwise

import pytest

from tpa.engine.statute import MissingValueError, parse_statute, statute
from tpa.kernel.errors import DomainError, InvariantError, NotFoundError


@pytest.mark.parametrize(
    ("day", "self_only", "family"),
    [
        (date(2016, 1, 1), 685_000, 1_370_000),
        (date(2025, 12, 31), 920_000, 1_840_000),
        (date(2026, 1, 1), 1_060_000, 2_120_000),
        (date(2026, 12, 31), 1_060_000, 2_120_000),
    ],
)
def test_aca_limit_by_year(day, self_only, family):
    value = statute("us/aca_out_of_pocket").on(day)
    assert (value["self_only_cents"], value["family_cents"]) == (self_only, family)


def test_hdhp_figures_of_2026():
    value = statute("us/hdhp").on(date(2026, 7, 1))
    assert value.figures == {
        "minimum_deductible_self_cents": 170_000,
        "minimum_deductible_family_cents": 340_000,
        "maximum_out_of_pocket_self_cents": 850_000,
        "maximum_out_of_pocket_family_cents": 1_700_000,
    }
    assert "unconfirmed" not in value.source


def test_a_figure_from_memory_is_marked():
    assert statute("us/aca_out_of_pocket").on(date(2023, 5, 1)).source.endswith("unconfirmed")
    assert "minimum_deductible_self_cents" in statute("us/hdhp").on(date(2024, 5, 1)).source


@pytest.mark.parametrize("name", ["us/aca_out_of_pocket", "us/hdhp"])
def test_every_year_has_one_value_without_a_gap(name):
    spans = [value.span for value in statute(name).values]
    assert spans[0].starts_on == date(2014, 1, 1)
    assert spans[-1].ends_before == date(2028, 1, 1)
    assert all(before.ends_before == after.starts_on for before, after in pairwise(spans))


@pytest.mark.parametrize("day", [date(2013, 12, 31), date(2028, 1, 1)])
def test_an_unknown_year_says_what_to_add(day):
    with pytest.raises(MissingValueError) as refusal:
        statute("us/hdhp").on(day)
    assert refusal.value.remedy == (
        f"Add a [[value]] that holds on {day}, with its source, to tpa/engine/statute/us/hdhp.toml."
    )


@pytest.mark.parametrize("name", ["us/nothing", "us/../us/hdhp", "hdhp", "", "us/"])
def test_an_unknown_statute_is_not_found(name):
    with pytest.raises(NotFoundError):
        statute(name)


GOOD = 'label = "L"\nunit = "cents"\n[[value]]\nstarts_on = 2026-01-01\nsource = "S"\nx_cents = 5\n'


def test_a_value_without_an_end_holds_until_further_notice():
    assert parse_statute("t", GOOD).on(date(2099, 1, 1))["x_cents"] == 5
    assert parse_statute("t", GOOD).on(date(2099, 1, 1)).get("y_cents") is None


@pytest.mark.parametrize(
    ("text", "place"),
    [
        (GOOD.replace("2026-01-01", '"2026-01-01"'), "t/value/0"),
        (
            GOOD.replace("2026-01-01", "2026-01-01\nends_before = 2026-01-01"),
            "t/value/0",
        ),
        (GOOD.replace('"S"', '""'), "t/value/0"),
        (GOOD.replace("= 5", "= 5.0"), "t/value/0/x_cents"),
        (GOOD.replace("unit", "units"), "t"),
        ("label = ", "t"),
    ],
)
def test_a_faulty_file_is_refused_with_its_place(text, place):
    with pytest.raises(DomainError) as refusal:
        parse_statute("t", text)
    assert refusal.value.where == place


def test_two_values_for_one_day_are_a_broken_invariant():
    twice = parse_statute("t", GOOD + GOOD[GOOD.index("[[value]]") :])
    with pytest.raises(InvariantError):
        twice.on(date(2026, 5, 1))


def test_stop_loss_minimums_never_overlap_for_one_group():
    rows = statute("us/stop_loss_minimums").values
    for row in rows:
        for other in rows:
            if row is other or row["jurisdiction"] != other["jurisdiction"] or not row.span.overlaps(other.span):
                continue
            assert row["group_from_count"] > other.get("group_to_count", 10**9) or other["group_from_count"] > row.get(
                "group_to_count", 10**9
            )
