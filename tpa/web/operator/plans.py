"""An employer's plans at the desk: versions drafted from a document, checked, compared, published."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_GET, require_POST

from tpa.books.plans import selectors, services
from tpa.books.plans.documents import LONGEST, canonical_text
from tpa.books.plans.models import Line, Plan, PlanVersion
from tpa.infra import clock
from tpa.kernel.errors import ConflictError
from tpa.kernel.ids import key_of, public_id
from tpa.web.pages import attempt, employer_page, sheet, show
from tpa.workflows.plan_publishing import publish_plan

_MOST_BYTES = 4 * LONGEST
"""A character of UTF-8 has up to four bytes."""
_HELP = "TOML or JSON, as “How to write a plan down” (tpa/books/plans/README.md) explains it."


class PlanForm(forms.Form):
    """A plan without terms."""

    code = forms.CharField(max_length=50, label="Code, as enrolment files name it")
    name = forms.CharField(max_length=200)
    line = forms.ChoiceField(label="Line", choices=Line.choices)


class DocumentForm(forms.Form):
    """A document, typed or in a file; `seen` is the state of the draft that the reader had before him."""

    seen = forms.CharField(required=False, widget=forms.HiddenInput)
    text = forms.CharField(
        label="Document", required=False, strip=False, help_text=_HELP,
        widget=forms.Textarea(attrs={"rows": 24, "spellcheck": "false", "class": "font-monospace"}),
    )  # fmt: skip
    file = forms.FileField(label="or a file, which takes its place", required=False)

    def clean(self) -> dict[str, Any]:
        """One text."""
        told = super().clean() or self.cleaned_data
        file = told.pop("file", None)
        if file is not None:
            if file.size > _MOST_BYTES:
                told = f"The file has {file.size:,} bytes, a document at most {_MOST_BYTES:,}: nothing of it was read."
                raise forms.ValidationError({"file": told})
            try:
                told["text"] = file.read().decode("utf-8-sig")
            except UnicodeDecodeError:
                raise forms.ValidationError("The file is no text in UTF-8.") from None
        if not told.get("text", "").strip():
            raise forms.ValidationError("The document is empty.")
        return told


class DraftForm(DocumentForm):
    """The next version."""

    effective_on = forms.DateField(
        label="In force from", widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    note = forms.CharField(label="Note", max_length=500, required=False)
    field_order = ("effective_on", "note", "text", "file")


@employer_page("plans.read")
@require_GET
def plan_list(request: HttpRequest) -> HttpResponse:
    """Which plans are there, and which terms decide today?"""
    return _plan_list(request, PlanForm())


def _plan_list(request: HttpRequest, form: PlanForm) -> HttpResponse:
    today = clock.today(request.employer.time_zone)
    page = sheet(request, selectors.plans())
    rows = [(one, selectors.version_in_force(one.pk, today)) for one in page]
    return show(request, "operator/plans.html", here="plans", page=page, rows=rows, form=form)


@employer_page("plans.write")
@require_POST
def make(request: HttpRequest) -> HttpResponse:
    """One plan more."""
    form = PlanForm(request.POST)
    made: list[Plan] = []
    if form.is_valid() and attempt(
        request,
        "The plan is made. Draft its first version.",
        lambda: made.append(services.create_plan(**form.cleaned_data, at=clock.now())),
    ):
        return redirect(f"{request.root}plans/{public_id('pln', request.employer.pk, made[0].pk)}/")
    return _plan_list(request, form)


@employer_page("plans.read")
@require_GET
def plan(request: HttpRequest, plan: str) -> HttpResponse:
    """A plan's versions, and a form for the next one: from its latest document or from a ready design."""
    found = selectors.plan(key_of(plan, "pln", request.employer.pk))
    design = request.GET.get("design", "")
    return _plan(request, found, DraftForm(initial={"text": _beginning(found, design)}), design)


def _plan(request: HttpRequest, found: Plan, form: DraftForm, design: str = "") -> HttpResponse:
    versions = selectors.versions(found.pk).defer("document")
    context = {"plan": found, "page": sheet(request, versions), "form": form, "design": design}
    return show(request, "operator/plan.html", here="plans", designs=selectors.designs(), **context)


def _beginning(found: Plan, design: str) -> str:
    if design:
        return selectors.design(design)
    latest = selectors.versions(found.pk).first()
    return canonical_text(latest.document) if latest else ""


@employer_page("plans.write")
@require_POST
def draft(request: HttpRequest, plan: str) -> HttpResponse:
    """The next version from the document that was sent."""
    found = selectors.plan(key_of(plan, "pln", request.employer.pk))
    form = DraftForm(request.POST, request.FILES)
    made: list[PlanVersion] = []

    def act() -> None:
        told = {name: form.cleaned_data[name] for name in ("text", "effective_on", "note")}
        made.append(services.draft_version(plan_id=found.pk, **told, by=request.user.email, at=clock.now()))

    if form.is_valid() and attempt(request, "The version is drafted. Nothing is decided by it yet.", act):
        return redirect(_address(request, made[0].pk))
    return _plan(request, found, form)


@employer_page("plans.read")
@require_GET
def version(request: HttpRequest, version: str) -> HttpResponse:
    """What does the version say, what is wrong with it, what does it change?"""
    found = _version(request, version)
    return _shown(request, found, DocumentForm(initial={"text": canonical_text(found.document), "seen": _seen(found)}))


def _shown(request: HttpRequest, found: PlanVersion, form: DocumentForm) -> HttpResponse:
    before = selectors.version_before(found)
    context = {
        "version": found,
        "findings": services.check_version(found),
        "before": before,
        "difference": selectors.versions_difference(before.pk, found.pk) if before else "",
        "text": canonical_text(found.document),
        "form": form,
    }
    return show(request, "operator/plan_version.html", here="plans", **context)


@employer_page("plans.write")
@require_POST
def revise(request: HttpRequest, version: str) -> HttpResponse:
    """Another document for a draft that nobody else has changed meanwhile."""
    found = _version(request, version)
    form = DocumentForm(request.POST, request.FILES)

    def unless() -> None:
        if _seen(selectors.version(found.pk)) != form.cleaned_data["seen"]:
            raise ConflictError(
                "Somebody else changed the draft.", remedy="Open it again, and change what is there now."
            )

    def act() -> None:
        services.revise_draft(
            version_id=found.pk, text=form.cleaned_data["text"], by=request.user.email, at=clock.now(), unless=unless
        )

    if form.is_valid() and attempt(request, "The draft is changed.", act):
        return redirect(_address(request, found.pk))
    return _shown(request, found, form)


@employer_page("plans.publish")
@require_POST
def publish(request: HttpRequest, version: str) -> HttpResponse:
    """Let claims be decided by the draft; refused where a check finds an error."""
    found = _version(request, version)
    told = {
        "by": request.user.email,
        "person_id": request.user.person,
        "at": clock.now(),
        "reason": request.POST.get("reason", "").strip()[:400],
    }
    attempt(request, f"{found} is published.", lambda: publish_plan(version_id=found.pk, **told))
    return redirect(_address(request, found.pk))


@employer_page("plans.write")
@require_POST
def discard(request: HttpRequest, version: str) -> HttpResponse:
    """Drop a draft."""
    found = _version(request, version)
    if attempt(request, "The draft is dropped.", lambda: services.discard_draft(version_id=found.pk)):
        return redirect(f"{request.root}plans/{public_id('pln', request.employer.pk, found.plan_id)}/")
    return redirect(_address(request, found.pk))


def _version(request: HttpRequest, text: str) -> PlanVersion:
    return selectors.version(key_of(text, "plv", request.employer.pk))


def _address(request: HttpRequest, version_id: int) -> str:
    return f"{request.root}plan-versions/{public_id('plv', request.employer.pk, version_id)}/"


def _seen(found: PlanVersion) -> str:
    return found.drafted_at.isoformat()
