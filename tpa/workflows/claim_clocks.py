"""The legal clock of a claim: what is asked of the claimant and comes, extensions, and the deadlines on the board."""

from collections.abc import Iterable
from datetime import datetime
from zoneinfo import ZoneInfo

from django.db import transaction

from tpa.books.claims import clocks as book
from tpa.books.claims import selectors
from tpa.books.claims.clocks import Clocked
from tpa.books.claims.examining import ClockStep
from tpa.books.claims.models import Claim, Pend
from tpa.engine.adjudication.pends import PENDS
from tpa.engine.clocks.appeal import soonest_reduction
from tpa.engine.clocks.claim import Clock, ClockError, Kind
from tpa.infra import clock, locks, work_items
from tpa.infra.employers import open_employer
from tpa.infra.work_items import Item
from tpa.kernel.errors import DomainError

PEND, NOTICE, NOTICES = "pend", "claim_notice", "notices"
"""Kinds of work items by claim, and a queue. Notices to a stop-loss carrier are another kind, by their own key."""
DECIDE, ASK, TELL = "decision", "request", "notice"
"""Of what a due day is the deadline: the decision, the request for what is missing, the notice how to file."""


@transaction.atomic
def note(
    *, claim_id: int, kind: str, detail: str, at: datetime, by: str, value: str = "", ends_at: datetime | None = None
) -> Clocked:
    """Note what moves the claim's clock; it happened at `at`. Returns where it stands then.

    `value` says as what the claim is taken (classified), `ends_at` when a treatment that goes on ends: as approved (taken as
    ongoing), or early (reduced); or how long the claimant has (requested; as long as the law wants without it). A decided
    claim takes that the claimant was told of it (notified), and a reduction. Raises ClockError for what the law does not
    allow, for a claim that is decided, and for what has not happened yet.
    """
    employer = open_employer()
    locks.lock(f"clock:{claim_id}")
    found = book.clocks_of([selectors.claim(claim_id).pk], employer.time_zone)[claim_id]
    local = at.astimezone(ZoneInfo(employer.time_zone))
    if not detail.strip():
        raise DomainError("A step needs a note.", where="/detail", remedy="Say what was asked, what came, or why.")
    if at > clock.now():
        raise ClockError("This lies in the future.", where="/at")
    needs_end = kind == ClockStep.Kind.REDUCED or value == Kind.ONGOING
    if (needs_end and ends_at is None) or (ends_at and not needs_end and kind != ClockStep.Kind.REQUESTED):
        raise ClockError(
            "An end goes with a treatment that goes on, or that is reduced, or a request.", where="/ends_at"
        )
    if kind == ClockStep.Kind.NOTIFIED:
        if found.decided_at is None or at < found.decided_at:
            raise ClockError("There was nothing decided yet of which the claimant could be told.", where="/at")
    elif kind == ClockStep.Kind.REDUCED and ends_at is not None:
        _check_reduction(claim_id, found, local, ends_at)
    elif found.decided_at is not None:
        raise ClockError("The claim is decided: its clock has stopped.")
    if kind == ClockStep.Kind.CLASSIFIED and value not in set(Kind):
        raise ClockError(
            "A claim is taken as one of the law's kinds.", where="/value", remedy=f"One of {', '.join(Kind)}."
        )
    if found.steps and at < found.steps[-1].at and kind != ClockStep.Kind.CLASSIFIED:
        raise ClockError("This lies before what was noted last.", where="/at")
    step = ClockStep(
        claim_id=claim_id,
        kind=kind,
        value=value if kind == ClockStep.Kind.CLASSIFIED else "",
        at=at,
        on=local.date(),
        ends_at=ends_at,
        detail=detail.strip()[:400],
        recorded_at=clock.now(),
        recorded_by=by[:200],
    )
    filed = found.filed._replace(kind=Kind(step.value), ends_at=ends_at) if step.value else found.filed
    book.note_step(step, book.clock_after(filed, (*found.steps, step)))
    return renew_items(claim_id)


def _check_reduction(claim_id: int, found: Clocked, told: datetime, ends_at: datetime) -> None:
    """A treatment that was approved may end early, once an appeal against that could have been decided."""
    kind, decision = found.filed.kind, selectors.standings([claim_id])[claim_id].decision
    if kind in (Kind.POST_SERVICE, Kind.DISABILITY) or decision is None or decision.outcome == decision.Outcome.DENIED:
        raise ClockError("Only a treatment that was approved before the service is reduced.", where="/kind")
    soonest = soonest_reduction(kind, told, told.date())
    ends = ends_at.astimezone(told.tzinfo)
    if soonest.due_at is not None:
        if ends < soonest.due_at:
            raise ClockError(
                f"An appeal may be decided until {soonest.due_at:%Y-%m-%d %H:%M}: the treatment goes on as long.",
                where="/ends_at",
            )
    elif ends.date() <= soonest.due_on:
        raise ClockError(
            f"An appeal may be decided until {soonest.due_on}: the treatment goes on to the end of that day.",
            where="/ends_at",
        )


def renew_items(claim_id: int) -> Clocked:
    """Let what stands in the queues for a claim follow its clock and its open pend; where the clock stands."""
    found = book.clocks_of([claim_id], open_employer().time_zone)[claim_id]
    now = found.clock
    pend = Pend.objects.filter(claim_id=claim_id, resolved_at=None).first()
    if pend is None:
        return found
    work_items.close_items(NOTICE, [claim_id])
    charge_cents = Claim.objects.values_list("charge_cents", flat=True).get(pk=claim_id)
    items = items_of(claim_id, pend.reasons, charge_cents, now, pend.raised_at, queue=pend.queue)
    work_items.open_items(items)
    return found


def items_of(
    claim_id: int,
    reasons: Iterable[tuple[str, str, int, str]],
    charge_cents: int,
    now: Clock,
    raised_at: datetime,
    *,
    queue: str,
) -> list[Item]:
    """What stands in the queues for a claim that waits: itself, and what the claimant has to be asked or told."""
    listed = list(reasons)
    code, _, _, detail = listed[0]
    title = f"{code}: {detail}" if detail else code
    items = [Item(PEND, queue, claim_id, title[:200], charge_cents, now.due_on, raised_at, now.due_at, DECIDE)]
    if now.tell_by_on is not None:
        title = "Tell the claimant how to file this claim"
        items.append(Item(NOTICE, NOTICES, claim_id, title, None, now.tell_by_on, raised_at, now.tell_by_at, TELL))
    asked = [PENDS[code].asks for code, *_ in listed if code in PENDS and PENDS[code].asks]
    if asked and now.ask_by_on is not None and not now.is_misfiled:
        told = f"Ask the claimant {asked[0]}"
        items.append(Item(NOTICE, NOTICES, claim_id, told[:200], None, now.ask_by_on, raised_at, now.ask_by_at, ASK))
    return items


def close_pend_items(claim_ids: Iterable[int]) -> None:
    """Take claims that wait no more off the queues, and what was to be asked about them."""
    keys = list(claim_ids)
    work_items.close_items(PEND, keys)
    work_items.close_items(NOTICE, keys)
