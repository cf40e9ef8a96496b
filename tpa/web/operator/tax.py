"""Forms 1099 at the desk: what each provider was paid in a year, what was reported of it, what is to be reported now."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_GET, require_POST

from tpa.infra import clock
from tpa.kernel.errors import DomainError
from tpa.web.pages import attempt, employer_page, sheet, show
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
def table(request: HttpRequest, year: str) -> HttpResponse:
    """The same as CSV."""
    found = tax_year(_year(year))
    answer = HttpResponse(tax_table(found), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="1099-{found.year}.csv"'
    return answer


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
