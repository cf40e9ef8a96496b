"""What brokers get of the plans, for the disclosure that the law asks of them."""

from __future__ import annotations

from datetime import date

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_GET

from tpa.books.identity import selectors as identity
from tpa.infra import clock
from tpa.kernel.periods import Span, add_months
from tpa.web.files import file_answer
from tpa.web.pages import desk_page, reader, show
from tpa.workflows.broker_disclosure import broker_disclosures, disclosure_csv, names_of


@desk_page("invoices.read")
@require_GET
def page(request: HttpRequest) -> HttpResponse:
    """Who gets what of which plan, directly and indirectly, and has to disclose it?"""
    months = _months(request)
    found = broker_disclosures(months, identity.employer_ids_for(reader(request), "invoices.read"))
    employers, numbers = names_of(found)
    context = {
        "months": months,
        "rows": [
            (one, employers[one.employer_id], numbers.get(one.broker, ""), sorted(one.by_fee.items())) for one in found
        ],
        "count": sum(one.to_be_disclosed for one in found),
    }
    return show(request, "operator/brokers.html", here="brokers", **context)


@desk_page("invoices.read")
@require_GET
def table(request: HttpRequest) -> HttpResponse:
    """The same as CSV."""
    ids = identity.employer_ids_for(reader(request), "invoices.read")
    content = disclosure_csv(broker_disclosures(_months(request), ids))
    return file_answer(content, "broker-compensation.csv")


def _months(request: HttpRequest) -> Span:
    """The twelve months up to the one that is asked for, the last whole month without one."""
    asked = request.GET.get("until", "")
    try:
        last = date.fromisoformat(f"{asked[:7]}-01") if asked else add_months(clock.today().replace(day=1), -1)
        return Span(add_months(last, -11), add_months(last, 1))
    except (ValueError, OverflowError):
        messages.error(request, "A month is needed, such as 2026-01.")
        first = clock.today().replace(day=1)
        return Span(add_months(first, -12), first)
