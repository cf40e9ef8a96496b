"""The PCORI fee, to the cent, by each method of counting; the year's amount by its last day; due on 31 July."""

from datetime import date
from fractions import Fraction

import pytest

from tpa.engine.billing.census import Enrolment
from tpa.engine.billing.pcori import pcori_fee
from tpa.engine.statute.dated import MissingValueError
from tpa.kernel.errors import DomainError
from tpa.kernel.periods import Span

FOREVER = date(9999, 1, 1)
YEAR = Span(date(2024, 1, 1), date(2025, 1, 1))
SINGLE = Enrolment(1, "medical", "EE", date(2023, 1, 1), FOREVER)
FAMILY = [Enrolment(2, "medical", "EF", date(2024, 7, 1), FOREVER, person) for person in (0, 21, 22)]
DENTAL = Enrolment(3, "dental", "EE", date(2023, 1, 1), FOREVER)
BOOK = [SINGLE, *FAMILY, DENTAL]


def told(fee):
    return {one.method: (one.lives, one.cents) for one in fee.counts}


def test_a_single_and_a_family_that_came_in_july():
    """366 days of one and 184 of three; on 1 January, April, July, October 1 + 1 + 4 + 4; 4 self-only and 2 others."""
    fee = pcori_fee(YEAR, BOOK)
    assert (fee.per_life_cents, fee.source, fee.due_on) == (347, "IRS Notice 2024-83", date(2025, 7, 31))
    assert told(fee) == {
        "actual_count": (Fraction(366 + 3 * 184, 366), 870),
        "snapshot_count": (Fraction(10, 4), 868),
        "snapshot_factor": ((4 + 2 * Fraction(235, 100)) / 4, 755),
        "form_5500": (Fraction(1 + 2), 1_041),
    }
    assert fee.least.method == "snapshot_factor"
    assert told(pcori_fee(YEAR, BOOK, (100, 120)))["form_5500"] == (Fraction(220), 76_340)


def test_where_employees_alone_are_covered_form_5500_counts_half_the_sum():
    fee = pcori_fee(YEAR, [SINGLE, DENTAL, SINGLE._replace(starts_on=date(2024, 5, 1))])
    assert told(fee)["form_5500"] == (Fraction(1), 347)
    # Covered twice by medical plans is one life.
    assert told(fee)["actual_count"] == (Fraction(1), 347)
    assert {cents for _, cents in told(pcori_fee(YEAR, [])).values()} == {0}


@pytest.mark.parametrize(
    ("last_day", "cents", "due_on"),
    [
        (date(2012, 10, 1), 100, date(2013, 7, 31)),
        (date(2023, 9, 30), 300, date(2024, 7, 31)),
        (date(2023, 10, 1), 322, date(2024, 7, 31)),
        (date(2024, 9, 30), 322, date(2025, 7, 31)),
        (date(2024, 10, 1), 347, date(2025, 7, 31)),
        (date(2025, 9, 30), 347, date(2026, 7, 31)),
        (date(2025, 10, 1), 384, date(2026, 7, 31)),
        # 31 July 2027 is a Saturday, in 2022 it was a Sunday.
        (date(2026, 9, 30), 384, date(2027, 8, 2)),
        (date(2021, 12, 31), 279, date(2022, 8, 1)),
    ],
)
def test_the_amount_by_the_years_last_day(last_day, cents, due_on):
    ends_before = date.fromordinal(last_day.toordinal() + 1)
    fee = pcori_fee(Span(ends_before.replace(year=ends_before.year - 1), ends_before), BOOK)
    assert (fee.per_life_cents, fee.due_on) == (cents, due_on)


@pytest.mark.parametrize("last_day", [date(2012, 9, 30), date(2026, 10, 1)])
def test_a_year_whose_amount_is_not_known_is_refused(last_day):
    ends_before = date.fromordinal(last_day.toordinal() + 1)
    with pytest.raises(MissingValueError, match=r"PCORI fee for .* is not known"):
        pcori_fee(Span(ends_before.replace(year=ends_before.year - 1), ends_before), BOOK)


def test_a_plan_year_is_no_longer_than_twelve_months():
    with pytest.raises(DomainError, match="twelve months"):
        pcori_fee(Span(date(2024, 1, 1), date(2025, 1, 2)), BOOK)
    short = pcori_fee(Span(date(2024, 7, 1), date(2025, 1, 1)), BOOK)
    assert told(short)["snapshot_count"] == (Fraction(4), 1_388)
