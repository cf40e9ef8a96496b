"""The one clock. Everything that needs the time asks here, so that a test or a replay can set it."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

_now: ContextVar[Callable[[], datetime]] = ContextVar("now", default=lambda: datetime.now(UTC))


def now() -> datetime:
    """This instant, in UTC."""
    return _now.get()()


def today(time_zone: str = "UTC") -> date:
    """The date of this instant in a time zone."""
    return now().astimezone(ZoneInfo(time_zone)).date()


@contextmanager
def clock_at(instant: datetime) -> Iterator[None]:
    """Stop the clock at `instant` (with a time zone) inside the block, for this thread."""
    if instant.tzinfo is None:
        raise ValueError("an instant needs a time zone")
    token = _now.set(lambda: instant.astimezone(UTC))
    try:
        yield
    finally:
        _now.reset(token)
