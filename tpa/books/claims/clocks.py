"""The legal clocks of claims, from what the books know of them."""

from collections.abc import Collection
from datetime import date, datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo

from django.db.models import Min

from tpa.books.claims.dental import is_predetermination
from tpa.books.claims.examining import ClockStep
from tpa.books.claims.models import Claim, Decision, Pend
from tpa.engine.adjudication.pends import BROUGHT, PENDS
from tpa.engine.clocks.claim import Clock, Filed, Kind, Step, StepKind, claim_clock

_BROUGHT = tuple(code for code, kind in PENDS.items() if kind.comes in BROUGHT)


class Clocked(NamedTuple):
    """A claim's clock, its first day, the steps that moved it, and when it was first decided."""

    filed: Filed
    clock: Clock
    steps: tuple[ClockStep, ...]
    decided_at: datetime | None

    @property
    def was_late(self) -> bool | None:
        """Whether the claimant was told too late; None as long as there is no decision.

        The law wants the notice in time: 29 CFR 2560.503-1(f). Where none is noted it went out with the decision.
        """
        if self.decided_at is None:
            return None
        told_at = self.told_since(self.decided_at) or self.decided_at
        local = told_at.astimezone(self.filed.at.tzinfo)
        return self.clock.is_late(local, local.date())

    def told_since(self, decided_at: datetime) -> datetime | None:
        """When the claimant was told first of what was decided at an instant, if that is noted."""
        told = (one.at for one in self.steps if one.kind == ClockStep.Kind.NOTIFIED and one.at >= decided_at)
        return next(told, None)


def clocks_of(claim_ids: Collection[int], time_zone: str) -> dict[int, Clocked]:
    """The clock of each of these claims, in the employer's time zone. Three queries."""
    ids, zone = list(claim_ids), ZoneInfo(time_zone)
    steps: dict[int, list[ClockStep]] = {}
    for step in ClockStep.objects.filter(claim_id__in=ids).order_by("claim_id", "id"):
        steps.setdefault(step.claim_id, []).append(step)
    rows = Decision.objects.filter(claim_id__in=ids).order_by().values_list("claim_id")
    decided = dict(rows.annotate(Min("decided_at")))
    found = {}
    claims = Claim.objects.filter(pk__in=ids).values_list("pk", "received_at", "received_on", "dental")
    for claim_id, received_at, received_on, dental in claims:
        own = tuple(steps.get(claim_id, ()))
        kind, ends_at = _taken_as(own, dental)
        filed = Filed(kind, received_at.astimezone(zone), received_on, ends_at and ends_at.astimezone(zone))
        found[claim_id] = Clocked(filed, clock_after(filed, own), own, decided.get(claim_id))
    return found


def complete_on(claim_ids: Collection[int], time_zone: str) -> dict[int, date]:
    """Claim -> the day on which it was complete: received, what was asked for supplied, what others bring come.

    A claim that waits for the administrator's own doing is complete. Three queries.
    """
    ids, zone = list(claim_ids), ZoneInfo(time_zone)
    found = dict(Claim.objects.filter(pk__in=ids).values_list("pk", "received_on"))
    came = ClockStep.objects.filter(claim_id__in=ids, kind=ClockStep.Kind.SUPPLIED).values_list("claim_id", "on")
    resolved = Pend.objects.filter(claim_id__in=ids, resolution=Pend.Resolution.RESOLVED, code__in=_BROUGHT)
    ended = [(key, at.astimezone(zone).date()) for key, at in resolved.values_list("claim_id", "resolved_at") if at]
    for claim_id, on in [*came, *ended]:
        found[claim_id] = max(found[claim_id], on)
    return found


def clock_after(filed: Filed, steps: Collection[ClockStep]) -> Clock:
    """The clock after these steps. Raises ClockError."""
    moved = [one for one in steps if one.kind in set(StepKind)]
    zone = filed.at.tzinfo
    return claim_clock(
        filed, [Step(StepKind(one.kind), one.at, one.on, one.ends_at and one.ends_at.astimezone(zone)) for one in moved]
    )


def _taken_as(steps: Collection[ClockStep], dental: str | None) -> tuple[Kind, datetime | None]:
    """As what the claim was taken last, and when the treatment that it asks more of ends.

    Else a predetermination comes before the service, and every other claim after it.
    """
    for step in reversed(list(steps)):
        if step.kind == ClockStep.Kind.CLASSIFIED:
            return Kind(step.value), step.ends_at
    return Kind.PRE_SERVICE if is_predetermination(dental) else Kind.POST_SERVICE, None


def note_step(step: ClockStep, clock: Clock) -> None:
    """Keep a step, and the day that the claim's open pend is due by now."""
    step.save(force_insert=True)
    Pend.objects.filter(claim_id=step.claim_id, resolved_at=None).update(due_on=clock.due_on)
