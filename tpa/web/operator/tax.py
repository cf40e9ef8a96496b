"""Forms 1099 at the desk: what each provider was paid in a year, what is to be reported of it; surcharges of states."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_GET, require_POST

from tpa.engine.billing.surcharge import states
from tpa.engine.billing.taxes import format_ppm
from tpa.infra import clock
from tpa.kernel.errors import DomainError
from tpa.kernel.periods import add_months
from tpa.web.files import file_answer
from tpa.web.pages import attempt, employer_page, sheet, show
from tpa.workflows.surcharges import month_surcharges
from tpa.workflows.tax_tables import tax_table
from tpa.workflows.tax_totals import report_year, tax_year

_FIRST = 2000


@employer_page("payments.read")
@require_GET
def totals(request: HttpRequest) -> HttpResponse:
    """Whom has the plan paid how much in a year?"""
    this_year = clock.today(request.employer.time_zone).year
    year = _year(request.GET.get("year", str(this_year)))
    try:
        found, unknown = tax_year(year), ""
    except DomainError as refusal:
        found, unknown = None, f"{refusal} {refusal.remedy}"
    lines = found.lines if found else []
    return show(
        request,
        "operator/tax_totals.html",
        here="tax-totals",
        year=year,
        years=range(this_year, this_year - 7, -1),
        found=found,
        unknown=unknown,
        page=sheet(request, lines),
        paid_cents=sum(one.total.paid_cents for one in lines),
        to_report_count=sum(bool(one.to_report) for one in lines),
        is_over=year < this_year,
    )


@employer_page("payments.read")
@require_GET
def state_surcharges(request: HttpRequest) -> HttpResponse:
    """What does the plan owe a state on what it paid to hospitals there?"""
    today = clock.today(request.employer.time_zone)
    month, state = request.GET.get("month", ""), request.GET.get("state", "") or states()[0]
    context: dict[str, Any] = {"states": states(), "state": state}
    try:
        first = date.fromisoformat(f"{month}-01") if month else add_months(today.replace(day=1), -1)
        found = month_surcharges(state, first)
        context |= {"month": first, "rows": [(one, format_ppm(one.rate_ppm)) for one in found]}
        context["owed_cents"] = sum(one.cents for one in found)
    except ValueError:
        context["refusal"] = "A month is wanted, as 2026-03."
    except DomainError as refusal:
        context["refusal"] = f"{refusal} {refusal.remedy}".strip()
    return show(request, "operator/surcharges.html", here="surcharges", **context)


@employer_page("payments.read")
@require_GET
def table(request: HttpRequest, year: str) -> HttpResponse:
    """The same as CSV."""
    found = tax_year(_year(year))
    return file_answer(tax_table(found), f"1099-{found.year}.csv")


@employer_page("payments.release")
@require_POST
def report(request: HttpRequest, year: str) -> HttpResponse:
    """Keep what is reported, originals and corrections."""

    def act() -> None:
        if not report_year(year=_year(year), person_id=request.user.person):
            raise DomainError("Nothing has changed since the last report.")

    attempt(request, "It is kept as reported.", act)
    return redirect(f"{request.root}tax-totals/?year={_year(year)}")


def _year(text: str) -> int:
    return max(_FIRST, int(text[:4])) if text.isascii() and text.isdigit() else _FIRST
