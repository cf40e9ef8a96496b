"""The invoices of a month across employers: which are unlike the month before, and many steps at once."""

from __future__ import annotations

from collections import Counter
from datetime import date
from typing import Any

from django.contrib import messages
from django.db.models import Max, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_GET, require_POST

from tenants import directory
from tenants.models import Employer
from tpa.books.identity import selectors as identity
from tpa.engine.billing.changes import CAUSES
from tpa.infra import invoice_board
from tpa.infra.models import BoardInvoice
from tpa.kernel.errors import NotFoundError
from tpa.kernel.ids import read_public_id
from tpa.web.pages import desk_page, reader, sheet, show
from tpa.workflows.invoice_board import step_many
from tpa.workflows.invoice_steps import STEPS

STATES = ("draft", "reviewed", "approved", "final", "sent")
_MOST_CAUSES_SHOWN = 3


def month_asked(rows: QuerySet[BoardInvoice], asked: str) -> date | None:
    """The month that is asked for, or the latest of the rows; None where there is none."""
    try:
        return date.fromisoformat(f"{asked[:7]}-01")
    except ValueError:
        return rows.aggregate(latest=Max("month"))["latest"]


@desk_page("invoices.read")
@require_GET
def page(request: HttpRequest) -> HttpResponse:
    """Are this month's bills right? First invoices and those furthest from the month before come first."""
    allowed = invoice_board.invoices(identity.employer_ids_for(reader(request), "invoices.read"))
    month = month_asked(allowed, request.GET.get("month", ""))
    of_month = allowed.filter(month=month)
    state = request.GET.get("state", "")
    figures = list(of_month.values_list("state", "currency", "total_cents", "before_cents", "causes"))
    rows = sheet(request, of_month.filter(state=state) if state in STATES else of_month)
    names = {one.pk: one for one in Employer.objects.filter(pk__in=[row.employer_id for row in rows])}
    context: dict[str, Any] = {
        "month": month,
        "state": state,
        "counts": [(one, sum(row[0] == one for row in figures)) for one in STATES],
        "totals": sorted(_sums(figures).items()),
        "page": rows,
        "rows": [(row, names[row.employer_id], _causes(row)) for row in rows],
        "chart": _chart(figures),
        "keep": f"{urlencode({'month': f'{month:%Y-%m}' if month else '', 'state': state})}&",
    }
    return show(request, "operator/invoice_run.html", here="invoice-run", **context)


def _sums(figures: list[tuple[Any, ...]]) -> Counter[str]:
    sums: Counter[str] = Counter()
    for _, currency, total, _, _ in figures:
        sums[currency] += total
    return sums


def _causes(row: BoardInvoice) -> list[tuple[str, int]]:
    """Why an invoice is another one than before, the largest causes first."""
    return sorted(row.causes.items(), key=lambda one: -abs(one[1]))[:_MOST_CAUSES_SHOWN]


def _chart(figures: list[tuple[Any, ...]]) -> dict[str, Any]:
    """What made the month another one than before, over all its invoices, cause by cause."""
    sums = {cause: sum(row[4].get(cause, 0) for row in figures) for cause in CAUSES}
    shown = [cause for cause in CAUSES if sums[cause]]
    return {
        "label": "What changed since the month before, by cause. The table below holds the figures of each invoice.",
        "currency": figures[0][1] if figures else "USD",
        "categories": shown,
        "series": [{"name": "Change", "type": "bar", "data": [sums[cause] for cause in shown]}],
    }


@desk_page("invoices.approve")
@require_POST
def act(request: HttpRequest) -> HttpResponse:
    """One step for every invoice that is ticked; what is refused is told by name."""
    step = STEPS.get(request.POST.get("step", ""))
    person = reader(request).person
    chosen = [_chosen(request, text) for text in request.POST.getlist("invoice")]
    back = (
        f"{reverse('operator:invoice-run')}?{urlencode({key: request.POST.get(key, '') for key in ('month', 'state')})}"
    )
    if step is None or not chosen:
        messages.error(request, "Tick invoices, and choose what is done with them.")
        return redirect(back)
    found = step_many(lambda employer, key: step(employer, key, person), chosen)
    done = sum(one.refusal is None for one in found)
    if done:
        messages.success(request, f"Done for {done} of {len(found)}.")
    for one in found:
        if one.refusal is not None:
            messages.error(request, f"{one.employer.name}: {one.refusal} {one.refusal.remedy}".strip())
    return redirect(back)


def _chosen(request: HttpRequest, text: str) -> tuple[Employer, int]:
    """The employer and the key of an invoice's public id. Raises NotFoundError where the reader may not approve it."""
    told = read_public_id(text, "inv")
    if not told.employer or not request.user.allows("invoices.approve", told.employer):
        raise NotFoundError("There is no such invoice.")
    return directory.employer(told.employer), told.key
