"""By when must a claim be decided? The law's time, stopped only by a request for information that was sent in time.

The day of receipt is day 0: what must be decided in 30 days may be decided on the 30th day after it.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from typing import NamedTuple

from tpa.engine.statute import statute
from tpa.engine.statute.dated import Value
from tpa.kernel.errors import DomainError, must


class Kind(StrEnum):
    """What the law calls the claim: its time limits follow from it."""

    URGENT = "urgent"
    PRE_SERVICE = "pre_service"
    POST_SERVICE = "post_service"
    DISABILITY = "disability"


class StepKind(StrEnum):
    """What may move a claim's clock."""

    REQUESTED = "requested"
    SUPPLIED = "supplied"
    EXTENDED = "extended"


class Filed(NamedTuple):
    """A claim that came, at an instant in the employer's time zone, on a day there."""

    kind: Kind
    at: datetime
    on: date


class Step(NamedTuple):
    """Information asked of the claimant, information that came, or an extension told for another reason."""

    kind: StepKind
    at: datetime
    on: date


class Clock(NamedTuple):
    """Where a claim's clock stands. `due_on` is the last day for the decision, `due_at` its last instant if hours count.

    `ask_by_on` is the last day on which missing information may be asked for, or an extension told (`ask_by_at`: in
    hours); None where no more is allowed. With an open request `supply_by_on` says how long the claimant has, and the clock
    stands still: `due_on` then counts on all of that time being used.
    """

    kind: Kind
    due_on: date
    due_at: datetime | None
    ask_by_on: date | None
    ask_by_at: datetime | None
    supply_by_on: date | None = None
    supply_by_at: datetime | None = None
    extensions_count: int = 0

    @property
    def is_open_request(self) -> bool:
        """Whether information was asked for and has not come."""
        return self.supply_by_on is not None

    def stands_still(self, day: date) -> bool:
        """Whether time stands still on a day: the claimant is asked, and still has time."""
        return self.supply_by_on is not None and day <= self.supply_by_on

    def is_late(self, at: datetime, on: date) -> bool:
        """Whether something done at that instant, on that day, is done too late."""
        return at > self.due_at if self.due_at is not None else on > self.due_on


class ClockError(DomainError):
    """The law does not let this move the clock."""

    code = "clock"


def law_of(name: str, kind: str, day: date) -> Value:
    """The limits of a kind that hold for what is received on a day, of a statute of this country."""
    found = [value for value in statute(f"us/{name}").values_on(day) if value["kind"] == kind]
    if not found:
        raise ClockError(f"The time limits ({kind}) for what came on {day} are not known.", where=name)
    must(len(found) == 1, f"{name} has {len(found)} values for {kind} on {day}")
    return found[0]


def claim_clock(filed: Filed, steps: Iterable[Step] = ()) -> Clock:
    """The clock of a claim after these steps, in their order. Raises ClockError for one that the law does not allow."""
    law = law_of("claim_procedures", filed.kind, filed.on)
    turn = _turn_hours if filed.kind is Kind.URGENT else _turn_days
    clock = _begin(filed, law)
    for step in steps:
        if step.at < filed.at:
            raise ClockError("Nothing can be asked before the claim came.", where="/at")
        clock = turn(clock, step, law)
    return clock


def _begin(filed: Filed, law: Value) -> Clock:
    if filed.kind is Kind.URGENT:
        due_at, ask_by_at = later(filed.at, law["decide_hours"]), later(filed.at, law["ask_hours"])
        return Clock(filed.kind, due_at.date(), due_at, ask_by_at.date(), ask_by_at)
    due_on = filed.on + timedelta(days=law["decide_days"])
    return Clock(filed.kind, due_on, None, due_on, None)


def later(at: datetime, hours: int) -> datetime:
    """So many hours later, in the time zone of `at`, whatever clocks are changed between."""
    return (at.astimezone(UTC) + timedelta(hours=hours)).astimezone(at.tzinfo)


def _turn_hours(clock: Clock, step: Step, law: Value) -> Clock:
    if step.kind is StepKind.EXTENDED:
        raise ClockError("An urgent claim is not extended.", remedy="Decide it, or ask for what is missing.")
    if step.kind is StepKind.SUPPLIED:
        until_at = _asked(clock).supply_by_at
        assert until_at is not None
        due_at = later(min(step.at, until_at), law["decide_after_supply_hours"])
        return clock._replace(due_on=due_at.date(), due_at=due_at, supply_by_on=None, supply_by_at=None)
    if clock.ask_by_at is None:
        raise ClockError("Information of an urgent claim is asked for once.")
    if step.at > clock.ask_by_at:
        raise ClockError(f"What is missing had to be asked for within {law['ask_hours']} hours of receipt.")
    until_at = later(step.at, law["supply_hours"])
    due_at = later(until_at, law["decide_after_supply_hours"])
    return Clock(clock.kind, due_at.date(), due_at, None, None, until_at.date(), until_at, 1)


def _turn_days(clock: Clock, step: Step, law: Value) -> Clock:
    if step.kind is StepKind.SUPPLIED:
        until_on = _asked(clock).supply_by_on
        assert until_on is not None
        unused = max(timedelta(), until_on - step.on)
        due_on = clock.due_on - unused
        return clock._replace(due_on=due_on, supply_by_on=None, ask_by_on=_ask_by(clock, law, due_on))
    if clock.is_open_request:
        raise ClockError("Information is asked for already.", remedy="Note first that it came.")
    if clock.extensions_count >= law["extensions"]:
        raise ClockError(
            f"The time was extended {clock.extensions_count} times, which is all that the law allows.",
            remedy="Decide on what is known.",
        )
    if step.on > clock.due_on:
        raise ClockError(f"An extension had to be told by {clock.due_on}.", remedy="Decide on what is known.")
    extended = clock._replace(
        due_on=clock.due_on + timedelta(days=law["extension_days"]), extensions_count=clock.extensions_count + 1
    )
    if step.kind is StepKind.EXTENDED:
        return extended._replace(ask_by_on=_ask_by(extended, law, extended.due_on))
    supply = timedelta(days=law["supply_days"])
    return extended._replace(due_on=extended.due_on + supply, supply_by_on=step.on + supply, ask_by_on=None)


def _ask_by(clock: Clock, law: Value, due_on: date) -> date | None:
    return due_on if clock.extensions_count < law["extensions"] else None


def _asked(clock: Clock) -> Clock:
    if not clock.is_open_request:
        raise ClockError("Nothing was asked for.", remedy="Note the request first.")
    return clock
