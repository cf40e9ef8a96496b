"""By when must an appeal be filed, and decided? And a request for external review?

29 CFR 2560.503-1(h) and (i); for external review 29 CFR 2590.715-2719(d). The claimant's last day goes over a weekend or a
holiday, the plan's own does not. The quarterly meetings of a multiemployer plan's trustees, (i)(2)(iii)(B), are not here.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date, datetime, timedelta
from typing import NamedTuple

from tpa.engine.clocks.claim import Kind, later, law_of
from tpa.engine.statute.business_days import add_business_days, roll_forward
from tpa.kernel.periods import add_months

LEVELS = (1, 2)
"""How many levels of appeal a plan may have."""


class AppealClock(NamedTuple):
    """The last day for the plan's decision, and its last instant where the law counts hours."""

    due_on: date
    due_at: datetime | None = None
    may_extend_days: int = 0
    """By so many days the plan may extend once, if it tells so in time."""


class ExternalClock(NamedTuple):
    """A request for external review: is it one, is said by `preliminary_on`, and the claimant is told within a business day.

    The organization that it is given to gets the plan's file by `file_on`, and decides by `due_on`.
    """

    preliminary_on: date
    file_on: date
    due_on: date
    due_at: datetime | None = None


def last_day_to_appeal(kind: Kind, notified_on: date) -> date:
    """The last day on which a decision of which the claimant was notified on a day may be appealed: (h)(3)(i), (h)(4)."""
    return roll_forward(notified_on + timedelta(days=law_of("appeal_procedures", kind, notified_on)["window_days"]))


def appeal_clock(kind: Kind, levels_count: int, at: datetime, on: date) -> AppealClock:
    """The time for one level of an appeal that came at an instant, on a day, in the employer's time zone.

    A plan with two levels has a share of the time for each: (i)(2), (i)(3)(i).
    """
    law = law_of("appeal_procedures", kind, on)
    of_two = "_of_two" if levels_count > 1 else ""
    if kind is Kind.URGENT:
        due_at = later(at, law[f"decide_hours{of_two}"])
        return AppealClock(due_at.date(), due_at)
    return AppealClock(on + timedelta(days=law[f"decide_days{of_two}"]), None, law["extension_days"])


def may_wait_for_answer(kind: Kind, *, is_new_evidence: bool) -> bool:
    """Whether an appeal's time may stand still until the claimant answers, or his time for it is over.

    For information that is missing where the time is extended, which is so of disability alone: 29 CFR 2560.503-1(i)(4).
    For new evidence that came too late to be answered in time, of health plans: 29 CFR 2590.715-2719(b)(2)(ii)(C)(2).
    """
    return kind is not Kind.URGENT and (kind is not Kind.DISABILITY) is is_new_evidence


def soonest_reduction(kind: Kind, at: datetime, on: date) -> AppealClock:
    """When a treatment that goes on may end earlier than it was approved, the claimant being told of it at an instant.

    Not before an appeal that comes at once is decided: 29 CFR 2560.503-1(f)(2)(ii)(A). Such an end is a denial.
    """
    return appeal_clock(kind.of_appeal, 1, at, on)


def last_day_for_external(notified_on: date) -> date:
    """The last day to ask for external review of a final decision of which the claimant was notified on a day."""
    months = law_of("appeal_procedures", "external", notified_on)["window_months"]
    day = add_months(notified_on, months)
    if day.day < notified_on.day:
        # The month has no such day: the first of the next one.
        day += timedelta(days=1)
    return roll_forward(day)


def next_in_turn(organizations: Sequence[str], assigned: Sequence[str], without: Collection[str] = ()) -> str | None:
    """Whose turn it is: the organization that was assigned longest ago, of those never assigned the first; None for nobody.

    `assigned`: to whom reviews went before, the earliest first. `without`: those that this review cannot go to.
    """
    latest = {name: n for n, name in enumerate(assigned)}
    free = [name for name in organizations if name not in without]
    return min(free, key=lambda name: latest.get(name, -1), default=None)


def least_organizations(day: date) -> int:
    """Between how many review organizations a plan's external reviews have to rotate at least."""
    return int(law_of("appeal_procedures", "external", day)["organizations"])


def external_clock(at: datetime, on: date, *, is_expedited: bool = False) -> ExternalClock:
    """The time for an external review that was asked for at an instant, on a day, in the employer's time zone.

    The organization's own time begins when the request is given to it: ask again with that instant. What is expedited is
    looked at, told and handed on at once: (d)(3)(ii), (iii).
    """
    law = law_of("appeal_procedures", "external", on)
    if is_expedited:
        due_at = later(at, law["decide_hours_expedited"])
        return ExternalClock(on, on, due_at.date(), due_at)
    return ExternalClock(
        add_business_days(on, law["preliminary_business_days"]),
        add_business_days(on, law["file_business_days"]),
        on + timedelta(days=law["decide_days"]),
    )
