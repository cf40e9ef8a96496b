"""One clock."""

from datetime import UTC, date, datetime

import pytest

from tpa.infra import clock

JUST_AFTER_MIDNIGHT = datetime(2026, 1, 1, 0, 30, tzinfo=UTC)


def test_the_clock_stands_where_it_is_put_and_runs_on_afterwards():
    with clock.clock_at(JUST_AFTER_MIDNIGHT):
        assert clock.now() == JUST_AFTER_MIDNIGHT
        assert clock.today() == date(2026, 1, 1)
        assert clock.today("America/New_York") == date(2025, 12, 31)
    assert clock.now() > JUST_AFTER_MIDNIGHT
    assert clock.now().tzinfo is UTC


def test_an_instant_without_a_zone_is_none():
    with pytest.raises(ValueError, match="time zone"), clock.clock_at(JUST_AFTER_MIDNIGHT.replace(tzinfo=None)):
        pass
