"""The one clock. Everything that needs the time asks here, so that a test, a replay or a played year can set it."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from django.conf import settings


def _installation_now() -> datetime:
    """Real time; where the installation plays a recorded year (TEST_CLOCK), the instant that its clock file holds."""
    if settings.TEST_CLOCK:
        return datetime.fromisoformat(Path(settings.TEST_CLOCK).read_text(encoding="ascii").strip()).astimezone(UTC)
    return datetime.now(UTC)


_now: ContextVar[Callable[[], datetime]] = ContextVar("now", default=_installation_now)


def now() -> datetime:
    """This instant, in UTC."""
    return _now.get()()


def today(time_zone: str = "UTC") -> date:
    """The date of this instant in a time zone."""
    return now().astimezone(ZoneInfo(time_zone)).date()


def desk_time(instant: datetime) -> datetime:
    """The instant as the TPA's wall clock shows it (`TPA_TIME_ZONE`)."""
    return instant.astimezone(ZoneInfo(settings.TPA_TIME_ZONE))


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
