"""Change of mind at the desk: a claim corrected, a selection decided again; looked at first, then applied or parked."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_GET, require_POST

from tpa.books.claims import corrections as book
from tpa.books.claims import selectors as claims
from tpa.books.claims.models import CorrectedFamily, Correction
from tpa.books.claims.selecting import Selection
from tpa.books.members import selectors as members
from tpa.books.plans import selectors as plans
from tpa.kernel.errors import DomainError
from tpa.kernel.ids import key_of, public_id
from tpa.web.operator.accumulators import measures_under, shown
from tpa.web.pages import attempt, employer_page, sheet, show
from tpa.workflows import corrections as workflow
from tpa.workflows.readjudication import ask_apply, ask_selection

FAMILIES = 50
"""Families whose changes are on the page; all of them are in the CSV of the API."""


@employer_page("claims.read")
@require_GET
def correction_list(request: HttpRequest) -> HttpResponse:
    """What was corrected, and what waits to be looked at."""
    page = sheet(request, book.corrections())
    context = {"page": page, "reasons": workflow.REASONS, "plans": plans.plans()}
    return show(request, "operator/corrections.html", here="corrections", **context)


@employer_page("claims.read")
@require_GET
def correction(request: HttpRequest, correction: str) -> HttpResponse:
    """What would change, for whom, by how much."""
    found = book.correction(key_of(correction, "cor", request.employer.pk))
    families = list(book.families(found)[:FAMILIES])
    context = {
        "correction": found,
        "reason": workflow.REASONS.get(found.why, found.why),
        "families": _shown(families, request.employer.currency),
        "more_count": found.families_count - len(families),
        "needs_another": workflow.is_maker(found, request.user.email, request.user.person)
        and found.gross_cents > request.user.authority_cents(request.employer.pk),
    }
    return show(request, "operator/correction.html", here="corrections", **context)


def _shown(families: Sequence[CorrectedFamily], currency: str) -> list[dict[str, Any]]:
    """Each family's part with names for the columns of the page, people by name and amounts in their unit."""
    claim_ids = [change["claim"] for one in families for change in one.shown["changes"]]
    measures = measures_under(claims.plan_versions_of(claim_ids))
    names = members.subscriber_names([one.family_id for one in families])
    people = members.members().in_bulk({row[0] for one in families for row in one.shown["accumulators"]})
    return [
        {
            "family": one,
            "name": names.get(one.family_id, "without a subscriber"),
            "changes": one.shown["changes"],
            "accumulators": [
                (
                    member,
                    people.get(member),
                    code,
                    day,
                    *(shown(code, amount, measures, currency) for amount in amounts),
                )
                for member, code, day, *amounts in one.shown["accumulators"]
            ],
            "stop_loss": one.shown["stop_loss"],
        }
        for one in families
    ]


def _go(request: HttpRequest, found: Correction) -> HttpResponse:
    return redirect(f"{request.root}corrections/{public_id('cor', request.employer.pk, found.pk)}/")


@employer_page("claims.correct")
@require_POST
def correct_claim(request: HttpRequest, claim: str) -> HttpResponse:
    """Show what it would come to if the claim were decided again, or taken back."""
    sent = request.POST
    try:
        found = workflow.preview_claims(
            claim_ids=[key_of(claim, "clm", request.employer.pk)],
            why=sent.get("why", ""),
            note=sent.get("note", "").strip(),
            by=request.user.email,
            person_id=request.user.person,
            take_back=sent.get("take_back") == "yes",
        )
    except DomainError as refusal:
        messages.error(request, f"{refusal} {refusal.remedy}".strip())
        return redirect(f"{request.root}claims/{claim}/")
    return _go(request, found)


@employer_page("claims.correct")
@require_POST
def select(request: HttpRequest) -> HttpResponse:
    """Show what it would come to if a selection of claims were decided again."""
    sent = request.POST
    try:
        days = [date.fromisoformat(sent.get(name, "")) for name in ("first", "last")]
        plan = sent.get("plan", "")
        found = ask_selection(
            selection=Selection(
                days[0],
                days[1] + timedelta(days=1),
                key_of(plan, "pln", request.employer.pk) if plan else None,
                sent.get("provider", "").strip(),
                sent.get("procedure", "").strip(),
                rule=sent.get("rule", "").strip(),
            ),
            why=sent.get("why", ""),
            note=sent.get("note", "").strip(),
            by=request.user.email,
            person_id=request.user.person,
        )
    except (ValueError, OverflowError):
        messages.error(request, "First and last day of service are needed, such as 2026-01-31.")
        return redirect(f"{request.root}corrections/")
    except DomainError as refusal:
        messages.error(request, f"{refusal} {refusal.remedy}".strip())
        return redirect(f"{request.root}corrections/")
    return _go(request, found)


@employer_page("claims.correct")
@require_POST
def act(request: HttpRequest, correction: str, action: str) -> HttpResponse:
    """Apply, park or renew what was looked at."""
    found = book.correction(key_of(correction, "cor", request.employer.pk))
    by, note = request.user.email, request.POST.get("note", "")

    def apply() -> None:
        order = ask_apply if found.kind == Correction.Kind.SELECTION else workflow.apply_correction
        order(
            correction_id=found.pk,
            signature=request.POST.get("signature", ""),
            by=by,
            person_id=request.user.person,
            alone_up_to_cents=request.user.authority_cents(request.employer.pk),
        )

    if action == "apply":
        attempt(request, "It is made so.", apply)
    elif action == "park":
        attempt(request, "It stays as it was decided.", lambda: workflow.park(correction_id=found.pk, note=note, by=by))
    else:
        attempt(
            request,
            "It was computed anew.",
            lambda: workflow.renew(correction_id=found.pk, by=by, person_id=request.user.person),
        )
    return _go(request, found)
