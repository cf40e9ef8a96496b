"""What will next year cost, and why? The chain from the claims that were paid, by assumptions that the reader sets."""

from __future__ import annotations

from datetime import date
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_GET

from tpa.kernel.errors import DomainError, NotFoundError
from tpa.kernel.money import parse_amount, rounded
from tpa.web.files import file_answer
from tpa.web.pages import show
from tpa.web.templatetags.figures import money
from tpa.workflows.renewal import Asked, Renewal, chain, percent_text, renewal, renewal_csv

FIELDS = (
    ("starts_on", "Experience from", "date"),
    ("rating_starts_on", "Next year from", "date"),
    ("annual_trend", "Trend a year, %", "text"),
    ("complete_after", "Complete after months (0: no reserve; empty: 6)", "text"),
    ("pooling_level", "Pooling level (empty: the specific deductible)", "text"),
    ("pooling_charge", "Pooling charge", "text"),
    ("full_credibility", "Employee months of full credibility", "text"),
    ("manual_pepm", "Manual rate, employee a month", "text"),
    ("target_loss_ratio", "Target loss ratio, %", "text"),
    ("premium", "Premium of the year (empty: the agreed deposits)", "text"),
    ("new_deductible", "Next specific deductible", "text"),
)
"""Name of a field, what the page calls it, its kind."""
FILE = "renewal.csv"
_MOST_PERCENT, _MOST_COUNT = 200, 10**8


@require_GET
def page(request: HttpRequest) -> HttpResponse:
    """The renewal, or why there is none."""
    given = {name: request.GET.get(name, "").strip() for name, _, _ in FIELDS}
    context: dict[str, Any] = {
        "fields": [(name, label, kind, given[name]) for name, label, kind in FIELDS],
        "query": request.GET.urlencode(),
    }
    try:
        found = renewal(request.employer, _asked(given))
    except DomainError as refusal:
        context["refusal"] = f"{refusal} {refusal.remedy}".strip()
    else:
        context |= {
            "found": found,
            "chain": _chain(found, request.employer.currency),
            "expected": rounded(found.projection.blended),
        }
        context |= {"months": _months(found), "chart": _chart(found, request.employer.currency)}
    return show(request, "employer/renewal.html", here="renewal", **context)


@require_GET
def table(request: HttpRequest, name: str) -> HttpResponse:
    """The same as `renewal.csv`; what is refused on the page is refused here in words."""
    if name != FILE:
        raise NotFoundError("There is no such file.")
    given = {name: request.GET.get(name, "").strip() for name, _, _ in FIELDS}
    try:
        content = renewal_csv(renewal(request.employer, _asked(given)))
    except DomainError as refusal:
        return HttpResponse(f"{refusal} {refusal.remedy}".strip(), status=422, content_type="text/plain")
    return file_answer(content, "renewal.csv")


def _asked(given: dict[str, str]) -> Asked:
    """The assumptions of the form. Raises DomainError for what cannot be read, with its field."""
    target = _percent(given, "target_loss_ratio")
    return Asked(
        starts_on=_day(given, "starts_on"),
        rating_starts_on=_day(given, "rating_starts_on"),
        annual_trend=_percent(given, "annual_trend") or Fraction(0),
        complete_after=_count(given, "complete_after", 36),
        pooling_level_cents=_cents(given, "pooling_level"),
        pooling_charge_cents=_cents(given, "pooling_charge") or 0,
        full_credibility=_count(given, "full_credibility", _MOST_COUNT) or None,
        manual_pepm_cents=_cents(given, "manual_pepm") or 0,
        target_loss_ratio=target or None,
        premium_cents=_cents(given, "premium"),
        new_deductible_cents=_cents(given, "new_deductible"),
    )


def _day(given: dict[str, str], name: str) -> date | None:
    try:
        return date.fromisoformat(given[name]) if given[name] else None
    except ValueError as fault:
        raise DomainError("A day is needed, such as 2026-01-01.", where=name) from fault


def _percent(given: dict[str, str], name: str) -> Fraction | None:
    if not given[name]:
        return None
    try:
        value = Decimal(given[name])
    except InvalidOperation as fault:
        raise DomainError("A percentage is needed, such as 8.5.", where=name) from fault
    if not value.is_finite() or not -50 <= value <= _MOST_PERCENT:
        raise DomainError(f"A percentage from -50 to {_MOST_PERCENT} is needed.", where=name)
    return Fraction(value) / 100


def _count(given: dict[str, str], name: str, most: int) -> int | None:
    text = given[name]
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and len(text) < 10 and int(text) <= most):
        raise DomainError(f"A whole number up to {most} is needed.", where=name)
    return int(text)


def _cents(given: dict[str, str], name: str) -> int | None:
    if not given[name]:
        return None
    cents = int(parse_amount(given[name]))
    if cents < 0:
        raise DomainError("An amount of zero or more is needed.", where=name)
    return cents


def _chain(found: Renewal, currency: str) -> list[tuple[str, str]]:
    """The chain as the page prints it."""

    def shown(value: int | Fraction | str) -> str:
        if isinstance(value, Fraction):
            return percent_text(value)
        return money(value, currency) if isinstance(value, int) else value

    return [(what, shown(value)) for what, value in chain(found)]


def _months(found: Renewal) -> list[tuple[date, int, int, str, int, int]]:
    return [
        (one.month, one.lives_count, one.incurred.paid_cents, percent_text(one.incurred.factor), one.incurred.cents,
         one.incurred.ibnr_cents)
        for one in found.months
    ]  # fmt: skip


def _chart(found: Renewal, currency: str) -> dict[str, Any]:
    """Paid and still to come, month by month. The table below holds the figures."""
    return {
        "currency": currency,
        "label": "Claims by month of service: paid, and incurred with the reserve. The table below holds the figures.",
        "categories": [f"{one.month:%b %Y}" for one in found.months],
        "series": [
            {"name": "Paid", "type": "bar", "data": [one.incurred.paid_cents for one in found.months]},
            {"name": "Incurred", "type": "line", "data": [one.incurred.cents for one in found.months]},
        ],
    }
