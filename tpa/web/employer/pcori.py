"""What does the plan owe to the PCORI trust fund for a year, by which method of counting, and when?"""

from __future__ import annotations

from datetime import date
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_GET

from tpa.kernel.errors import DomainError
from tpa.kernel.money import divide_rounded, format_amount
from tpa.web.pages import show
from tpa.workflows.pcori import fee_of, plan_year

_DAYS, _COUNTS = ("starts_on", "ends_on"), ("participants_begin", "participants_end")
_MOST_DIGITS = 7


@require_GET
def page(request: HttpRequest) -> HttpResponse:
    """The fee by each method, or why there is none."""
    given = {name: request.GET.get(name, "").strip() for name in (*_DAYS, *_COUNTS)}
    context: dict[str, Any] = {"given": given}
    try:
        fee = fee_of(plan_year(*(_day(given, name) for name in _DAYS)), _participants(given))
    except DomainError as refusal:
        context["refusal"] = f"{refusal} {refusal.remedy}".strip()
    else:
        rows = [
            (one, format_amount(divide_rounded(one.lives.numerator * 100, one.lives.denominator))) for one in fee.counts
        ]
        context |= {"fee": fee, "rows": rows}
    return show(request, "employer/pcori.html", here="pcori", **context)


def _day(given: dict[str, str], name: str) -> date | None:
    try:
        day = date.fromisoformat(given[name]) if given[name] else None
    except ValueError as error:
        raise DomainError("A day is wanted, as 2025-12-31.", where=name) from error
    if day is not None and not 2000 <= day.year < 2200:
        raise DomainError("A day of this century or the next is wanted.", where=name)
    return day


def _participants(given: dict[str, str]) -> tuple[int, int] | None:
    told = [given[name] for name in _COUNTS]
    if not any(told):
        return None
    if not all(text.isascii() and text.isdigit() and len(text) <= _MOST_DIGITS for text in told):
        raise DomainError("Participants are whole numbers, for the beginning and for the end.", where=_COUNTS[0])
    return int(told[0]), int(told[1])
