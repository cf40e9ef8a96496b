"""Days and periods as X12 writes them (element 1250: D8, RD8, DT, TM, D6). ASCII digits only."""

from __future__ import annotations

from datetime import date
from functools import lru_cache
from typing import NamedTuple


class Period(NamedTuple):
    """First and last day, inclusive, and a time where one was given. A bare time (TM) has no days."""

    first_on: date | None
    last_on: date | None
    time: str = ""


@lru_cache(8_192)
def day(text: str) -> date | None:
    """CCYYMMDD from 1800 on; None for anything else."""
    if len(text) != 8 or not (text.isascii() and text.isdigit()) or text < "18000101":
        return None
    try:
        return date(int(text[:4]), int(text[4:6]), int(text[6:]))
    except ValueError:
        return None


def is_time(text: str) -> bool:
    """HHMM, HHMMSS or HHMMSSDD (element 337)."""
    return (
        4 <= len(text) <= 8
        and len(text) != 5
        and text.isascii()
        and text.isdigit()
        and text < "24"
        and text[2:4] < "60"
        and text[4:6] < "60"
    )


@lru_cache(8_192)
def period(form: str, text: str) -> Period | None:
    """The period that `text` means in format `form`; None where it is not one, or the format is unknown."""
    if form == "D8":
        one = day(text)
        return None if one is None else Period(one, one)
    if form == "RD8":
        first, last = day(text[:8]), day(text[9:])
        if first is None or last is None or text[8:9] != "-":
            return None
        return Period(first, last)
    if form == "DT":
        one = day(text[:8])
        return Period(one, one, text[8:]) if one is not None and is_time(text[8:]) else None
    if form == "TM":
        return Period(None, None, text) if is_time(text) else None
    if form == "D6" and len(text) == 6:
        one = day(("19" if text >= "50" else "20") + text)
        return None if one is None else Period(one, one)
    return None
