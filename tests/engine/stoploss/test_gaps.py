"""The matrix of service and payment: once, twice, not at all, in part."""

from datetime import date

from tpa.engine.stoploss.gaps import Stretch, Windows, doubled, matrix, told, uncovered
from tpa.kernel.periods import FOREVER, Span

FIRST = Windows("first", Span(date(2024, 1, 1), date(2025, 1, 1)), Span(date(2024, 1, 1), date(2025, 4, 1)))
SECOND = Windows("second", Span(date(2025, 1, 1), date(2026, 1, 1)), Span(date(2025, 1, 1), date(2026, 7, 1)))
YEAR_2024 = Span(date(2024, 1, 1), date(2025, 1, 1))


def test_the_cells_of_the_real_case():
    rows = matrix([FIRST, SECOND], Span(date(2024, 12, 1), date(2025, 2, 1)), Span(date(2024, 12, 1), date(2025, 6, 1)))
    assert [[cell.state for cell in row] for row in rows] == [["once"] * 4 + ["none"] * 2, ["once"] * 5]
    assert rows[0][3].names == ("first",)
    assert rows[1][0].names == ("second",)


def test_a_window_that_begins_within_a_month_covers_it_in_part():
    odd = Windows("odd", Span(date(2024, 1, 15), date(2025, 1, 15)), Span(date(2024, 1, 15), date(2025, 1, 15)))
    ((cell,),) = matrix([odd], Span(date(2024, 1, 1), date(2024, 2, 1)), Span(date(2024, 1, 1), date(2024, 2, 1)))
    assert (cell.state, cell.names) == ("part", ("odd",))
    assert uncovered([odd], Span(date(2024, 1, 1), date(2024, 2, 1))) == [
        Stretch(Span(date(2024, 1, 1), date(2024, 1, 15)), Span(date(2024, 1, 1), FOREVER)),
        Stretch(Span(date(2024, 1, 15), date(2024, 2, 1)), Span(date(2025, 1, 15), FOREVER)),
    ]


def test_nothing_doubled_and_one_stretch_uncovered():
    assert doubled([FIRST, SECOND], YEAR_2024) == []
    (gap,) = uncovered([FIRST, SECOND], YEAR_2024)
    assert told(gap) == "2024-01-01 to 2024-12-31, paid from 2025-04-01"


def test_two_contracts_at_once_are_doubled_and_without_any_all_is_uncovered():
    (twice,) = doubled([FIRST, FIRST._replace(name="other")], YEAR_2024)
    assert (told(twice), twice.names) == ("2024-01-01 to 2024-12-31, paid to 2025-03-31", ("first", "other"))
    assert [told(one) for one in uncovered([], YEAR_2024)] == ["2024-01-01 to 2024-12-31, paid at any time"]
