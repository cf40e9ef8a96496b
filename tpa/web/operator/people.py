"""Member at the desk: covered on this date? How far along?"""

from __future__ import annotations

from datetime import UTC, date, datetime, time

from django import forms
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_GET

from tpa.books.accumulators import selectors as accumulators
from tpa.books.claims import selectors as claims
from tpa.books.members import selectors as members
from tpa.books.members import standing
from tpa.books.members.models import Coverage
from tpa.books.plans import selectors as plans
from tpa.engine.accumulators.balances import Balances
from tpa.infra import clock
from tpa.kernel.ids import key_of
from tpa.web.operator.accumulators import Progress, progress
from tpa.web.pages import employer_page, sheet, show


class AskForm(forms.Form):
    """On which day, and as known at the end of which day (UTC)?"""

    on = forms.DateField(required=False, label="Covered on", widget=forms.DateInput(attrs={"type": "date"}))
    known_on = forms.DateField(
        required=False, label="As known at the end of", widget=forms.DateInput(attrs={"type": "date"})
    )


def _known_at(day: date | None) -> datetime | None:
    return None if day is None else datetime.combine(day, time.max, UTC)


@employer_page("members.read")
@require_GET
def member(request: HttpRequest, member: str) -> HttpResponse:
    """Covered on this day, as known at that instant; how far along; which claims?"""
    employer = request.employer
    found = members.member(key_of(member, "mem", employer.pk))
    ask = AskForm(request.GET)
    told = ask.cleaned_data if ask.is_valid() else {}
    on = told.get("on") or clock.today(employer.time_zone)
    known_at = _known_at(told.get("known_on"))
    coverages = list(
        members.coverage_on(on, known_at=known_at, member_ids=[found.pk]).select_related("plan").order_by("line")
    )
    context = {
        "member": found,
        "people": members.members().filter(family=found.family_id).order_by("id"),
        "ask": AskForm(initial={"on": on, "known_on": told.get("known_on")}) if ask.is_valid() else ask,
        "on": on,
        "known_on": told.get("known_on"),
        "coverages": coverages,
        "elsewhere": members.other_coverages(found.pk),
        "contributions": standing.contributions(found.pk),
        "payee_order": standing.payee_order(found.pk),
        "history": members.coverage_history(found.pk).select_related("plan"),
        "progress": _progress(coverages, found.family_id, on, employer.currency)
        if request.user.allows("accumulators.read", employer.pk)
        else [],
        "keep": _kept(request),
    }
    if request.user.allows("claims.read", employer.pk):
        page = sheet(request, claims.claims(member_id=found.pk), per_page=20)
        standings = claims.standings([one.pk for one in page])
        context |= {"page": page, "rows": [(one, standings[one.pk]) for one in page]}
    return show(request, "operator/member.html", here="members", **context)


def _kept(request: HttpRequest) -> str:
    query = request.GET.copy()
    query.pop("page", None)
    return f"{query.urlencode()}&" if query else ""


def _progress(coverages: list[Coverage], family_id: int, on: date, currency: str) -> list[Progress]:
    """The counters of the plans that cover the member on the day, as used up to now."""
    found = accumulators.balances([family_id]).get(family_id)
    balances = Balances(found.rows if found else ())
    dated = plans.published_terms({one.plan_id for one in coverages})
    rows = []
    for one in coverages:
        in_force = [plan for plan in dated.get(one.plan_id, ()) if plan.effective_on <= on]
        if in_force:
            rows += progress(in_force[-1].terms, balances, one.member_id, on, tier=one.tier, currency=currency)
    return rows
