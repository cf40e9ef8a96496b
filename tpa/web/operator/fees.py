"""An employer's fee schedules: what a version would have cost last month, before it takes effect."""

from __future__ import annotations

from datetime import date

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_GET, require_POST

from tenants.scope import desk_scope
from tpa.books.agreements import services
from tpa.books.agreements.models import FeeScheduleVersion
from tpa.infra import clock
from tpa.kernel.errors import DomainError, NotFoundError
from tpa.kernel.ids import key_of, public_id
from tpa.web.pages import attempt, employer_page, show
from tpa.workflows.fee_preview import Preview, preview_version


@employer_page("agreements.read")
@require_GET
def page(request: HttpRequest) -> HttpResponse:
    """What will this schedule cost the client? A version beside the fees in force, on a past month's census."""
    versions = list(_versions(request).prefetch_related("fees"))
    asked = request.GET.get("version", "")
    shown = _version(request, asked) if asked else (versions[0] if versions else None)
    context: dict[str, object] = {"versions": versions, "shown": shown, "month": request.GET.get("month", "")[:7]}
    if shown is not None:
        context["fees"] = shown.fees.all()
        try:
            month = _month(request.GET.get("month", ""))
            preview = preview_version(employer=request.employer, version_id=shown.pk, month=month)
        except DomainError as refusal:
            context["refusal"] = f"{refusal} {refusal.remedy}".strip()
        else:
            context |= {"preview": preview, "rows": _beside(preview), "month": f"{preview.month:%Y-%m}"}
    return show(request, "operator/fees.html", here="fees", **context)


@employer_page("agreements.write")
@require_POST
def publish(request: HttpRequest, fee_version: str) -> HttpResponse:
    """The draft counts from its date on."""
    version = _version(request, fee_version)

    def act() -> None:
        with desk_scope():
            services.publish_fee_schedule(version_id=version.pk, now=clock.now(), person_id=request.user.person)

    attempt(request, f"Version {version.number} is published.", act)
    return redirect(f"{request.root}fees/?version={public_id('fsc', request.employer.pk, version.pk)}")


def _versions(request: HttpRequest):
    return FeeScheduleVersion.objects.filter(employer_id=request.employer.pk).select_related("schedule")


def _version(request: HttpRequest, text: str) -> FeeScheduleVersion:
    found = _versions(request).filter(pk=key_of(text, "fsc", request.employer.pk)).first()
    if found is None:
        raise NotFoundError("There is no such version.")
    return found


def _month(text: str) -> date | None:
    """The first day of a month such as 2026-03; None where it is none: the last one then."""
    try:
        return date.fromisoformat(f"{text[:7]}-01")
    except ValueError:
        return None


def _beside(preview: Preview) -> list[tuple[str, int, int, int, str]]:
    """(line, by the fees in force, by those tried, difference, how it comes about) for every line of either."""
    sides = [{line.description: line for line in side.lines} for side in (preview.present, preview.tried)]
    found = []
    for name in dict.fromkeys([*sides[1], *sides[0]]):
        before, after = (side[name].cents if name in side else 0 for side in sides)
        line = sides[1].get(name) or sides[0][name]
        found.append((name, before, after, after - before, str(line.basis.get("text", ""))))
    return found
