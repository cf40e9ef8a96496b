"""What earlier years leave to a later one: rolled-over maximums and incentive steps, told from what was filed then.

Nothing is done at the end of a year. Services are filed under their day as they are decided (`care_code`), and what the
years add up to is asked when a service is decided. An amount or a number of steps that somebody brings along stands
under `opening_code`, filed under the first day of the year in which it is first there.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date

from tpa.engine.accumulators.balances import Balances
from tpa.engine.plan.terms_dental import Incentive, Missed, Rollover, RolloverDesign
from tpa.kernel.periods import add_months, year_of

YEAR = 12


def care_code(code: str) -> str:
    """The code under which the visits are filed that make a year count for a maximum or an incentive."""
    return f"{code}~care"


def opening_code(code: str) -> str:
    """The code of what a person brings along."""
    return f"{code}~opening"


def added_by(rollover: Rollover, balances: Balances, member_id: int, code: str, base_cents: int, year_on: date) -> int:
    """What the years before `year_on` add to a maximum of `base_cents` whose use is filed under `code`.

    By threshold (R-B07): the carried amount is drawn on once the base is used up; a year with a service and paid
    benefits at or under the threshold adds to it. By preventive visits: every year with one adds. A year without a visit
    loses what was carried, unless it stays by the plan.
    """
    used, opening = balances.days_of(member_id, code), balances.days_of(member_id, opening_code(code))
    carried = 0
    for start_on, is_seen in _years(balances, member_id, code, year_on):
        carried = opening.get(start_on, carried)
        paid = used.get(start_on, 0)
        if rollover.design is RolloverDesign.THRESHOLD:
            carried = max(0, carried - max(0, paid - base_cents))
        if not is_seen:
            carried = carried if rollover.missed is Missed.STAYS else 0
        elif rollover.design is RolloverDesign.PREVENTIVE or paid <= rollover.threshold_cents:
            carried = max(carried, min(rollover.most_cents, carried + rollover.adds_cents))
    return opening.get(year_on, carried)


def steps_climbed(incentive: Incentive, balances: Balances, member_id: int, code: str, year_on: date) -> int:
    """How many steps of an incentive the years before `year_on` have earned (R-B06), not limited by its lowest rate."""
    opening = balances.days_of(member_id, opening_code(code))
    steps = 0
    for start_on, is_seen in _years(balances, member_id, code, year_on):
        steps = opening.get(start_on, steps)
        if is_seen:
            steps += 1
        elif incentive.missed is Missed.FALLS:
            steps = max(0, steps - 1)
        elif incentive.missed is Missed.RESTARTS:
            steps = 0
    return opening.get(year_on, steps)


def _years(balances: Balances, member_id: int, code: str, until_on: date) -> Iterator[tuple[date, bool]]:
    """The years before `until_on` from the first one that anything is known of, each with whether it saw a visit."""
    seen = _by_year(balances.days_of(member_id, care_code(code)), until_on)
    known = [*seen, *balances.days_of(member_id, opening_code(code))]
    start_on = min(known, default=until_on)
    while start_on < until_on:
        yield start_on, seen.get(start_on, 0) > 0
        start_on = add_months(start_on, YEAR)


def _by_year(days: Mapping[date, int], year_on: date) -> dict[date, int]:
    """Visits by the first day of their year; years begin as the one that begins on `year_on`."""
    found: dict[date, int] = {}
    for day, count in days.items():
        start_on = year_of(day, year_on.month).starts_on
        found[start_on] = found.get(start_on, 0) + count
    return found
