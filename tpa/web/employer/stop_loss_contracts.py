"""The employer's stop-loss contracts: what is covered, when, for whom; drawn, and tried with a claim."""

from __future__ import annotations

from datetime import date
from typing import Any, NamedTuple

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_GET

from tpa.books.agreements import selectors as agreements
from tpa.books.agreements.selectors import StopLossInForce
from tpa.books.stoploss.trials import TriedClaim, try_on_all
from tpa.infra import clock
from tpa.kernel.coverage import FUND_LINES
from tpa.kernel.errors import DomainError
from tpa.kernel.money import parse_amount
from tpa.kernel.periods import add_months
from tpa.web.employer.stop_loss import day_of, number_of
from tpa.web.pages import show
from tpa.workflows.stop_loss_contracts import unkept_promises

_SIDE = 1000
"""Width and height of the drawing, in its own units."""


class Box(NamedTuple):
    """A contract's windows in the drawing: service to the right, payment downwards."""

    name: str
    x: int
    y: int
    width: int
    height: int


class Tick(NamedTuple):
    """The first of a January, or of the drawing's first month."""

    text: str
    at: int


class Drawing(NamedTuple):
    """Windows by service and payment. `ticks` are the same on both sides: so the diagonal is payment on the day of service."""

    boxes: list[Box]
    ticks: list[Tick]
    side: int = _SIDE


def drawing_of(contracts: list[StopLossInForce]) -> Drawing | None:
    """The windows of consecutive contracts, and of an aggregate that has its own; None without any."""
    if not contracts:
        return None
    names = ("", " aggregate")
    windows = [
        (f"{one.number}{cover}", view.incurred, view.paid_window)
        for one in contracts
        for cover, view in zip(names, one.terms.views, strict=False)
    ]
    first = min(min(incurred.starts_on, paid.starts_on) for _, incurred, paid in windows).replace(day=1)
    end = max(max(incurred.ends_before, paid.ends_before) for _, incurred, paid in windows)
    days = (end - first).days

    def at(day: date) -> int:
        return _SIDE * (day - first).days // days

    boxes = [
        Box(
            name,
            at(incurred.starts_on),
            at(paid.starts_on),
            at(incurred.ends_before) - at(incurred.starts_on),
            at(paid.ends_before) - at(paid.starts_on),
        )
        for name, incurred, paid in windows
    ]
    ticks, day = [Tick(f"{first:%Y-%m}", 0)], date(first.year + 1, 1, 1)
    while day < end:
        ticks.append(Tick(f"{day:%Y-%m}", at(day)))
        day = add_months(day, 12)
    return Drawing(boxes, ticks)


@require_GET
def contracts(request: HttpRequest) -> HttpResponse:
    """What is covered, when, for whom? With a claim in the address: what would each contract do with it?"""
    held = agreements.stop_loss_contracts(request.employer.pk)
    today = clock.today(request.employer.time_zone)
    context: dict[str, Any] = {
        "contracts": [(one, unkept_promises(request.employer.pk, one.carrier_id, one.terms)) for one in held],
        "drawing": drawing_of(held),
        "lines": FUND_LINES,
        "asked": {"line": "medical", "incurred_on": today.isoformat(), "paid_on": today.isoformat()}
        | request.GET.dict(),
    }
    if request.GET.get("amount"):
        try:
            context["tried"] = try_on_all(request.employer.pk, _claim(request), today)
        except DomainError as refusal:
            context["refusal"] = f"{refusal} {refusal.remedy}".strip()
    return show(request, "employer/stop_loss_contracts.html", here="exposure", **context)


def _claim(request: HttpRequest) -> TriedClaim:
    """The claim that the address asks about. Raises DomainError for what cannot be one."""
    asked = request.GET
    cents, number = int(parse_amount(asked.get("amount", ""))), number_of(asked.get("number", "") or "0")
    if cents <= 0:
        raise DomainError("A claim is more than nothing.", where="amount")
    if asked.get("line", "medical") not in FUND_LINES:
        raise DomainError("Choose a line of coverage.", where="line")
    incurred_on, paid_on = (day_of(asked.get(name, ""), name) for name in ("incurred_on", "paid_on"))
    if paid_on < incurred_on:
        raise DomainError("Nothing is paid before it is incurred.", where="paid_on")
    codes, diagnoses = (
        tuple(word.replace(".", "").upper() for word in asked.get(name, "").replace(",", " ").split())
        for name in ("codes", "diagnoses")
    )
    line = asked.get("line", "medical")
    return TriedClaim(line, cents, incurred_on, paid_on, number, codes, diagnoses)
