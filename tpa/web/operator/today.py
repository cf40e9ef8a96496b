"""The desk across employers: today, and the queues."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any, NamedTuple

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.http import urlencode
from django.views.decorators.http import require_GET, require_POST

from tenants.models import Employer
from tpa.books.edi import selectors as edi
from tpa.books.edi.models import InboundFile
from tpa.books.identity import selectors as identity
from tpa.infra import clock, day_counts, work_items
from tpa.infra.models import Job, WorkItem
from tpa.kernel.errors import NotFoundError
from tpa.kernel.ids import public_id, read_public_id
from tpa.web.pages import attempt, desk_page, employer_root, reader, sheet, show
from tpa.workflows import (
    appeals,
    claim_clocks,
    corrections,
    eligibility_load_effects,
    overrides,
    stop_loss_filings,
    stop_loss_sweep,
    subrogation,
)

_CLAIM_ITEMS = (claim_clocks.PEND, claim_clocks.NOTICE, eligibility_load_effects.WORK)
"""Kinds of work items whose subject is a claim."""


FLOW_DAYS = 30


class DayFlow(NamedTuple):
    """Claims of one day: how many came, how many were decided, how many began to wait for a person."""

    day: date
    received: int
    decided: int
    pended: int


def employers_of(request: HttpRequest, action: str) -> list[Employer]:
    """The employers for which the reader may do `action`, by name."""
    ids = identity.employer_ids_for(reader(request), action)
    found = Employer.objects.order_by("name")
    return list(found if ids is None else found.filter(pk__in=ids))


@desk_page("summary.read")
@require_GET
def today(request: HttpRequest) -> HttpResponse:
    """What needs somebody now, and what will be late?"""
    ids = identity.employer_ids_for(reader(request), "queues.work")
    employers = employers_of(request, "summary.read")
    whole = request.user.allows("files.read", None)
    queues = work_items.queue_totals(ids)
    context: dict[str, Any] = {
        "queues": queues,
        "waiting_count": sum(row["count"] for row in queues),
        "waiting_cents": sum(row["amount_cents"] or 0 for row in queues),
        "oldest_at": min((row["oldest_at"] for row in queues), default=None),
        "employers": employers,
        "unread_count": edi.files().filter(state=InboundFile.State.RECEIVED).count() if whole else None,
        "intake_count": edi.intake_items().count() if whole else None,
        "failed_count": Job.objects.filter(
            state=Job.State.FAILED, employer_id__in=[one.pk for one in employers]
        ).count(),
    }
    today = clock.today()
    shown = identity.employer_ids_for(reader(request), "summary.read")
    flow = flow_of(day_counts.counts_since(today - timedelta(days=FLOW_DAYS - 1), shown), today)
    return show(request, "operator/today.html", here="today", flow=flow, chart=flow_chart(flow), **context)


def flow_of(counts: Mapping[tuple[date, str], int], today: date) -> list[DayFlow]:
    """One row a day, the latest last; a day on which nothing happened is there too."""
    days = [today - timedelta(days=back) for back in reversed(range(FLOW_DAYS))]
    return [DayFlow(day, *(counts.get((day, name), 0) for name in DayFlow._fields[1:])) for day in days]


def flow_chart(flow: Sequence[DayFlow]) -> dict[str, Any]:
    """Bars of what came and what was decided, a line of what began to wait."""
    return {
        "label": "Claims received, decided and pended by day. The table below holds the figures.",
        "categories": [f"{row.day:%d %b}" for row in flow],
        "series": [
            {"name": "Received", "type": "bar", "data": [row.received for row in flow]},
            {"name": "Decided", "type": "bar", "data": [row.decided for row in flow]},
            {"name": "Pended", "type": "line", "data": [row.pended for row in flow]},
        ],
    }


def place_of(item: WorkItem) -> str:
    """Where the thing that waits is looked at."""
    root = employer_root(item.employer_id)
    if item.kind in _CLAIM_ITEMS:
        return f"{root}claims/{public_id('clm', item.employer_id, item.subject_id)}/"
    if item.kind in (appeals.WORK, appeals.FILE):
        return f"{root}appeals/{public_id('apl', item.employer_id, item.subject_id)}/"
    if item.kind == stop_loss_filings.WORK:
        return f"{root}exposure/filings/{public_id('slf', item.employer_id, item.subject_id)}/"
    if item.kind == subrogation.WORK:
        return f"{root}subrogation/{public_id('sub', item.employer_id, item.subject_id)}/"
    if item.kind == corrections.WORK:
        return f"{root}corrections/{public_id('cor', item.employer_id, item.subject_id)}/"
    places = {stop_loss_sweep.WORK: "exposure/", overrides.WORK: "overrides/"}
    return f"{root}{places.get(item.kind, '')}"


def _chosen(asked: str, employers: list[Employer]) -> Employer | None:
    """The employer that the filter names, if it is one of the reader's. Raises NotFoundError for any other."""
    if not asked:
        return None
    key = read_public_id(asked, "emp").key
    found = next((one for one in employers if one.pk == key), None)
    if found is None:
        raise NotFoundError("There is no such employer.")
    return found


@desk_page("queues.work")
@require_GET
def queue(request: HttpRequest, queue: str) -> HttpResponse:
    """Which items wait, in what order?"""
    employers = employers_of(request, "queues.work")
    asked = request.GET.get("employer", "")
    chosen = _chosen(asked, employers)
    ids = [chosen.pk] if chosen else [one.pk for one in employers]
    totals = {row["queue"]: row for row in work_items.queue_totals(ids)}
    today, asked_for = clock.desk_time(clock.now()).date(), request.GET.get("show", "")
    rows = work_items.queue_of(queue, ids)
    narrowed = {
        "free": rows.filter(taken_by=None),
        "mine": rows.filter(taken_by=reader(request).pk),
        "late": rows.filter(due_on__lt=today),
    }
    page = sheet(request, narrowed.get(asked_for, rows))
    names = {one.pk: one for one in employers}
    context = {
        "queue": queue,
        "queues": sorted({*totals, queue}),
        "total": totals.get(queue, {"count": 0, "amount_cents": 0, "oldest_at": None}),
        "page": page,
        "items": [(item, names[item.employer_id], place_of(item)) for item in page],
        "employers": employers,
        "chosen": chosen,
        "shows": tuple(narrowed),
        "asked_for": asked_for,
        "people": identity.desk_people(),
        "keep": f"{urlencode({'employer': asked if chosen else '', 'show': asked_for})}&",
        "today": today,
    }
    return show(request, "operator/queue.html", here="today", **context)


@desk_page("queues.work")
@require_POST
def take_next(request: HttpRequest, queue: str) -> HttpResponse:
    """Take the most urgent free item and go there."""
    employers = employers_of(request, "queues.work")
    chosen = _chosen(request.POST.get("employer", ""), employers)
    ids = [chosen.pk] if chosen else [one.pk for one in employers]
    item = work_items.take_next(queue=queue, user_id=reader(request).pk, employer_ids=ids)
    if item is None:
        messages.info(request, "Nothing is free in this queue.")
        return redirect("operator:queue", queue)
    return redirect(place_of(item))


@desk_page("queues.work")
@require_POST
def assign(request: HttpRequest, queue: str, item: int) -> HttpResponse:
    """Give an item to a colleague who works for its employer."""
    ids = [one.pk for one in employers_of(request, "queues.work")]
    found = WorkItem.objects.filter(pk=item, employer_id__in=ids).first()
    if found is None:
        raise NotFoundError("There is no such item.")
    to = identity.colleague(request.POST.get("email", ""), found.employer_id)
    attempt(request, f"It is {to.name}'s now.", lambda: work_items.assign(item_id=item, user_id=to.pk))
    return redirect("operator:queue", queue)


@desk_page("queues.work")
@require_POST
def give_back(request: HttpRequest, queue: str, item: int) -> HttpResponse:
    """Let somebody else have an item."""
    attempt(request, "Given back.", lambda: work_items.give_back(item_id=item, user_id=reader(request).pk))
    return redirect("operator:queue", queue)
