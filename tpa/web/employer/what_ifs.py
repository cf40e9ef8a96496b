"""What would the year have cost under other terms? Questions and answers, at the desk and in the portal."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_GET, require_POST

from tpa.books.members import selectors as members
from tpa.books.plans import selectors as plans
from tpa.books.plans.models import WhatIf
from tpa.infra import clock
from tpa.infra.models import Job
from tpa.kernel.errors import DomainError
from tpa.kernel.ids import key_of, public_id
from tpa.kernel.periods import Span, year_of
from tpa.web.pages import sheet, show
from tpa.workflows.what_if import ask, claims_of_family

SHOWN_MEMBERS = 50


@require_GET
def what_ifs(request: HttpRequest) -> HttpResponse:
    """The questions that were asked, and a form for another one."""
    versions = [one for plan in plans.plans() for one in plans.versions(plan.pk).defer("document")]
    last_year = year_of(clock.today(request.employer.time_zone))
    context = {"page": sheet(request, plans.what_ifs()), "versions": versions, "year": last_year}
    return show(request, "employer/what_ifs.html", here="what_ifs", **context)


@require_POST
def ask_what_if(request: HttpRequest) -> HttpResponse:
    """Ask; the page of the question tells how far its job is."""
    employer_id = request.employer.pk
    try:
        starts_on = date.fromisoformat(request.POST.get("starts_on", ""))
        ends_before = date.fromisoformat(request.POST.get("ends_before", ""))
    except ValueError:
        messages.error(request, "Two days are needed, such as 2026-01-01 and 2027-01-01.")
        return redirect(f"{request.root}what-ifs/")
    version_id = key_of(request.POST.get("version", ""), "plv", employer_id)
    try:
        asked = ask(
            employer_id=employer_id, version_id=version_id, span=Span(starts_on, ends_before), by=request.user.email
        )
    except DomainError as refusal:
        messages.error(request, f"{refusal} {refusal.remedy}".strip())
        return redirect(f"{request.root}what-ifs/")
    return redirect(f"{request.root}what-ifs/{public_id('wif', employer_id, asked.pk)}/")


@require_GET
def what_if(request: HttpRequest, what_if: str) -> HttpResponse:
    """The answer: plan and members, by benefit and month; at the desk the members whom it changes most."""
    asked = plans.what_if(key_of(what_if, "wif", request.employer.pk))
    job = Job.objects.filter(pk=asked.job_id).first()
    is_open = job is not None and job.state in (Job.State.QUEUED, Job.State.RUNNING)
    context: dict[str, Any] = {"asked": asked, "job": job, "is_open": is_open, "last_day": _last_day(asked)}
    if asked.result is not None:
        months = asked.result["by_month"]
        context |= {
            "result": asked.result,
            "months": [(date.fromisoformat(one["month"]), one) for one in months],
            "chart": chart(months, request.employer.currency),
        }
        if request.user.allows("claims.read", request.employer.pk):
            changed = [one for one in asked.members or () if one["member_difference_cents"]]
            context |= {"members": changed[:SHOWN_MEMBERS], "changed_count": len(changed)}
    return show(request, "employer/what_if.html", here="what_ifs", **context)


@require_GET
def what_if_member(request: HttpRequest, what_if: str, member: str) -> HttpResponse:
    """A member's claims, each beside itself: decided again for this page alone."""
    employer_id = request.employer.pk
    asked = plans.what_if(key_of(what_if, "wif", employer_id))
    person = members.member(key_of(member, "mem", employer_id))
    again = claims_of_family(employer_id=employer_id, asked=asked, family_id=person.family_id)
    rows = [
        (one, *(sum(line.paid_cents for line in lines) for lines in (one.present, one.proposed)), not one.proposed)
        for one in again
        if one.member_id == person.pk
    ]
    return show(request, "employer/what_if_member.html", here="what_ifs", asked=asked, member=person, rows=rows)


def chart(months: list[dict[str, Any]], currency: str) -> dict[str, Any]:
    """Two bars a month: what the plan paid, what it would pay. The table below holds the figures."""
    return {
        "currency": currency,
        "label": "What the plan pays by month of service, as decided and as it would be. The table holds the figures.",
        "categories": [date.fromisoformat(one["month"]).strftime("%b %Y") for one in months],
        "series": [
            {"name": name, "type": "bar", "data": [one[side]["paid_cents"] for one in months]}
            for name, side in (("As decided", "present"), ("As it would be", "proposed"))
        ],
    }


def _last_day(asked: WhatIf) -> date:
    return Span(asked.starts_on, asked.ends_before).last_day
