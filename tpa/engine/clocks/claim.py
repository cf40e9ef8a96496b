"""By when must a claimant be told of the decision? The law's time, stopped only by a request for information sent in time.

29 CFR 2560.503-1(f). The day of receipt is day 0: what must be decided in 30 days may be decided on the 30th day after it.
Days are calendar days: the plan's own last day does not move for a weekend. A claim before the service that was not filed
by the plan's procedures, (c)(1), is none yet: the claimant is told so, and the time begins when it is. That is so of a
communication to those who handle benefits that names the claimant, the condition and the treatment; another one is nothing.
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
    ONGOING = "ongoing"
    """To extend an urgent treatment that goes on, beyond what was approved."""
    PRE_SERVICE = "pre_service"
    POST_SERVICE = "post_service"
    DISABILITY = "disability"

    @property
    def of_appeal(self) -> Kind:
        """As what an appeal against the decision counts."""
        return Kind.URGENT if self is Kind.ONGOING else self


class StepKind(StrEnum):
    """What may move a claim's clock."""

    REQUESTED = "requested"
    SUPPLIED = "supplied"
    EXTENDED = "extended"
    MISFILED = "misfiled"
    TOLD = "told"
    REFILED = "refiled"


class Filed(NamedTuple):
    """A claim that came, at an instant in the employer's time zone, on a day there.

    `ends_at`, of a request to extend a treatment: when what was approved of it ends.
    """

    kind: Kind
    at: datetime
    on: date
    ends_at: datetime | None = None


class Step(NamedTuple):
    """Information asked of the claimant, information that came, or an extension told for another reason.

    Or the claim was filed against the plan's procedures, the claimant was told so, the claim was filed as it should be.
    `until`, of a request: how long the claimant has, in the zone of `on`; without it as long as the law wants, from the day
    on which it was sent. Where a letter takes time, its days come on top: the law counts from its receipt.
    """

    kind: StepKind
    at: datetime
    on: date
    until: datetime | None = None


class Clock(NamedTuple):
    """Where a claim's clock stands. `due_on` is the last day for the decision, `due_at` its last instant if hours count.

    `ask_by_on` is the last day on which missing information may be asked for, or an extension told (`ask_by_at`: in
    hours); None where no more is allowed. With an open request `supply_by_on` says how long the claimant has, and the clock
    stands still: `due_on` then counts on all of that time being used.

    With a claim that was not filed as it should be, `tell_by_on` is the last day to tell the claimant so (`tell_by_at`: in
    hours), until he is told; `was_told_late` says whether he was told later than that. Until it is filed anew
    (`is_misfiled`) the time for the decision does not run, and `due_on` is what it would be without.
    """

    kind: Kind
    due_on: date
    due_at: datetime | None
    ask_by_on: date | None
    ask_by_at: datetime | None
    supply_by_on: date | None = None
    supply_by_at: datetime | None = None
    extensions_count: int = 0
    is_misfiled: bool = False
    tell_by_on: date | None = None
    tell_by_at: datetime | None = None
    was_told_late: bool = False

    @property
    def is_open_request(self) -> bool:
        """Whether information was asked for and has not come."""
        return self.supply_by_on is not None

    def stands_still(self, day: date) -> bool:
        """Whether time stands still on a day: the claim is not filed yet, or the claimant is asked and still has time."""
        return self.is_misfiled or (self.supply_by_on is not None and day <= self.supply_by_on)

    def is_late(self, at: datetime, on: date) -> bool:
        """Whether something done at that instant, on that day, is done too late."""
        if self.is_misfiled:
            return False
        return at > self.due_at if self.due_at is not None else on > self.due_on


_IN_HOURS = (Kind.URGENT, Kind.ONGOING)


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
    clock, law = _begin(filed)
    for step in steps:
        if step.at < filed.at:
            raise ClockError("Nothing can be asked before the claim came.", where="/at")
        if step.kind is StepKind.REFILED:
            if not clock.is_misfiled:
                raise ClockError("The claim was filed as it should be.", remedy="Note first that it was not.")
            told_late = _told(clock, step).was_told_late if clock.tell_by_on else clock.was_told_late
            filed = filed._replace(at=step.at, on=step.on)
            clock, law = _begin(filed)
            clock = clock._replace(was_told_late=told_late)
        elif step.kind is StepKind.MISFILED:
            clock = _misfiled(clock, filed)
        elif step.kind is StepKind.TOLD:
            clock = _told(clock, step)
        elif clock.is_misfiled:
            raise ClockError("The claim is not filed yet as it should be.", remedy="Note first that it was filed anew.")
        else:
            clock = (_turn_days if clock.due_at is None else _turn_hours)(clock, step, law)
    return clock


def _begin(filed: Filed) -> tuple[Clock, Value]:
    """The clock of a claim that has just come, and the law that moves it on.

    (f)(2)(ii)(B): asked a day before its end at least, more of an urgent treatment is decided within a day; later, as urgent.
    """
    law = law_of("claim_procedures", filed.kind, filed.on)
    if filed.kind is Kind.ONGOING:
        if filed.ends_at is None:
            raise ClockError("A request to extend a treatment says when what was approved ends.", where="/ends_at")
        if later(filed.at, law["before_end_hours"]) <= filed.ends_at:
            due_at = later(filed.at, law["decide_hours"])
            return Clock(filed.kind, due_at.date(), due_at, None, None), law
        law = law_of("claim_procedures", Kind.URGENT, filed.on)
    if filed.kind in _IN_HOURS:
        due_at, ask_by_at = later(filed.at, law["decide_hours"]), later(filed.at, law["ask_hours"])
        return Clock(filed.kind, due_at.date(), due_at, ask_by_at.date(), ask_by_at), law
    due_on = filed.on + timedelta(days=law["decide_days"])
    return Clock(filed.kind, due_on, None, due_on, None), law


def _misfiled(clock: Clock, filed: Filed) -> Clock:
    """What came was not filed by the plan's procedures; the time to tell so runs since it came: (c)(1)(i)."""
    if clock.kind in (Kind.POST_SERVICE, Kind.DISABILITY):
        raise ClockError("Only of a claim before the service does the law want this told.", where="/kind")
    if clock.is_misfiled or clock.extensions_count:
        raise ClockError("The claim was taken as filed, or noted as not filed, before.", where="/kind")
    if clock.kind in _IN_HOURS:
        tell_by_at = later(filed.at, law_of("claim_procedures", "misfiled_urgent", filed.on)["tell_hours"])
        return clock._replace(is_misfiled=True, tell_by_on=tell_by_at.date(), tell_by_at=tell_by_at)
    days = law_of("claim_procedures", "misfiled_pre_service", filed.on)["tell_days"]
    return clock._replace(is_misfiled=True, tell_by_on=filed.on + timedelta(days=days))


def _told(clock: Clock, step: Step) -> Clock:
    if clock.tell_by_on is None:
        raise ClockError("There is nothing that the claimant has to be told.", where="/kind")
    is_late = step.at > clock.tell_by_at if clock.tell_by_at is not None else step.on > clock.tell_by_on
    return clock._replace(tell_by_on=None, tell_by_at=None, was_told_late=is_late)


def later(at: datetime, hours: int) -> datetime:
    """So many hours later, in the time zone of `at`, whatever clocks are changed between."""
    return (at.astimezone(UTC) + timedelta(hours=hours)).astimezone(at.tzinfo)


def _turn_hours(clock: Clock, step: Step, law: Value) -> Clock:
    """(f)(2)(i): asked within a day, at least two to answer, decided within two of the answer or of the end of the time."""
    if step.kind is StepKind.EXTENDED:
        raise ClockError("An urgent claim is not extended.", remedy="Decide it, or ask for what is missing.")
    if step.kind is StepKind.SUPPLIED:
        until_at = _asked(clock).supply_by_at
        assert until_at is not None
        due_at = later(min(step.at, until_at), law["decide_after_supply_hours"])
        return clock._replace(due_on=due_at.date(), due_at=due_at, supply_by_on=None, supply_by_at=None)
    if clock.ask_by_at is None:
        if clock.kind is Kind.ONGOING and not clock.extensions_count:
            raise ClockError("A request in time to extend a treatment is decided on what is known.")
        raise ClockError("Information of an urgent claim is asked for once.")
    if step.at > clock.ask_by_at:
        raise ClockError(f"What is missing had to be asked for within {law['ask_hours']} hours of receipt.")
    least_at = later(step.at, law["supply_hours"])
    until_at = step.until or least_at
    if until_at < least_at:
        raise ClockError(
            f"The claimant has {law['supply_hours']} hours at least, until {least_at:%Y-%m-%d %H:%M}.", where="/ends_at"
        )
    due_at = later(until_at, law["decide_after_supply_hours"])
    return clock._replace(
        due_on=due_at.date(),
        due_at=due_at,
        ask_by_on=None,
        ask_by_at=None,
        supply_by_on=until_at.date(),
        supply_by_at=until_at,
        extensions_count=1,
    )


def _turn_days(clock: Clock, step: Step, law: Value) -> Clock:
    """(f)(2)(iii), (f)(3), (f)(4): the time stands still from the day of the request to that of the answer, whatever it is.

    What was left of the time when it was stopped, and the extension, run on from there.
    """
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
    least_on = step.on + timedelta(days=law["supply_days"])
    until_on = step.until.date() if step.until else least_on
    if until_on < least_on:
        raise ClockError(f"The claimant has {law['supply_days']} days at least, until {least_on}.", where="/ends_at")
    return extended._replace(due_on=extended.due_on + (until_on - step.on), supply_by_on=until_on, ask_by_on=None)


def _ask_by(clock: Clock, law: Value, due_on: date) -> date | None:
    return due_on if clock.extensions_count < law["extensions"] else None


def _asked(clock: Clock) -> Clock:
    if not clock.is_open_request:
        raise ClockError("Nothing was asked for.", remedy="Note the request first.")
    return clock
