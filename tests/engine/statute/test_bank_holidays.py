"""Days on which banks are closed: as Payments Canada and the Federal Reserve have published them."""

from datetime import date, timedelta

import pytest

from tpa.engine.statute.business_days import (
    add_business_days,
    bank_holidays,
    is_canadian_banking_day,
    is_us_banking_day,
)


@pytest.mark.parametrize(
    ("country", "year", "days"),
    [
        ("ca", 2020, "01-01 04-10 05-18 07-01 09-07 10-12 11-11 12-25 12-28"),
        ("ca", 2021, "01-01 04-02 05-24 07-01 09-06 09-30 10-11 11-11 12-27 12-28"),
        ("ca", 2022, "01-03 04-15 05-23 07-01 09-05 09-30 10-10 11-11 12-26 12-27"),
        ("ca", 2026, "01-01 04-03 05-18 07-01 09-07 09-30 10-12 11-11 12-25 12-28"),
        ("us", 2022, "01-17 02-21 05-30 06-20 07-04 09-05 10-10 11-11 11-24 12-26"),
        ("us", 2026, "01-01 01-19 02-16 05-25 06-19 09-07 10-12 11-11 11-26 12-25"),
    ],
)
def test_the_year(country, year, days):
    assert sorted(f"{day:%m-%d}" for day in bank_holidays(country, year)) == days.split()


def test_good_friday_follows_easter():
    fridays = {2024: (3, 29), 2025: (4, 18), 2038: (4, 23), 2285: (3, 20)}
    assert all(date(year, *day) in bank_holidays("ca", year) for year, day in fridays.items())


def test_the_next_day_on_which_banks_settle():
    # 3 July 2026 is kept by the government for Saturday's holiday; the Federal Reserve is open.
    assert add_business_days(date(2026, 7, 2), 1) == date(2026, 7, 6)
    assert add_business_days(date(2026, 7, 2), 1, is_us_banking_day) == date(2026, 7, 3)
    assert add_business_days(date(2026, 12, 24), 1, is_canadian_banking_day) == date(2026, 12, 29)
    before = date(2026, 6, 30)
    assert [is_canadian_banking_day(before + timedelta(days=n)) for n in range(3)] == [True, False, True]
