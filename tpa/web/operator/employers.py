"""One employer at the desk: overview, claims, the claim page."""

from __future__ import annotations

from typing import Any, NamedTuple

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.http import urlencode
from django.views.decorators.http import require_GET, require_POST

from tpa.books.accumulators import selectors as accumulators
from tpa.books.claims import payer_answers
from tpa.books.claims import selectors as claims
from tpa.books.claims.models import Claim, Decision, Pend
from tpa.books.ledger import selectors as ledger
from tpa.books.members import selectors as members
from tpa.books.plans import selectors as plans
from tpa.engine.adjudication.explain import PAYEES
from tpa.infra import clock
from tpa.kernel.errors import ConflictError, DomainError, NotFoundError
from tpa.kernel.ids import key_of
from tpa.web.operator.accumulators import measures_under, shown
from tpa.web.operator.examining import who, work_context
from tpa.web.pages import attempt, employer_page, sheet, show
from tpa.web.portal import figures
from tpa.workflows.claim_pends import CORRECT
from tpa.workflows.corrections import REASONS
from tpa.workflows.overrides import approve_pend


class Rung(NamedTuple):
    """A step of the ladder: `cents` of the billed amount, and how the bar is coloured."""

    label: str
    cents: int
    tone: str


@employer_page("summary.read")
@require_GET
def overview(request: HttpRequest) -> HttpResponse:
    """Where does this employer stand?"""
    employer = request.employer
    today = clock.today(employer.time_zone)
    context = {
        **figures.home(employer, today),
        "waiting_count": claims.claims(state="waiting").count(),
        "pended_count": claims.claims(state="pended").count(),
        "lives": figures.covered(today),
    }
    return show(request, "operator/employer.html", here="overview", **context)


@employer_page("claims.read")
@require_GET
def claim_list(request: HttpRequest) -> HttpResponse:
    """The claims, the latest first."""
    state, text = request.GET.get("state", ""), request.GET.get("q", "").strip()
    if state and state not in claims.STATES:
        raise NotFoundError("There is no such state.")
    page = sheet(request, claims.claims(state=state, text=text))
    context = {
        "page": page,
        "rows": standing_rows(list(page)),
        "states": claims.STATES,
        "state": state,
        "q": text,
        "keep": f"{urlencode({'state': state})}&" if state else "",
    }
    return show(request, "operator/claims.html", here="claims", **context)


def standing_rows(found: list[Claim]) -> list[tuple[Claim, claims.Standing]]:
    """Each claim with where it stands."""
    standings = claims.standings([one.pk for one in found])
    return [(one, standings[one.pk]) for one in found]


@employer_page("claims.read")
@require_GET
def claim(request: HttpRequest, claim: str) -> HttpResponse:
    """Why this amount?"""
    found = claims.claim(key_of(claim, "clm", request.employer.pk))
    versions = claims.decisions(found.pk)
    asked = request.GET.get("version", "")
    decision = next((one for one in versions if str(one.version) == asked), versions[0] if versions else None)
    if asked and (decision is None or str(decision.version) != asked):
        raise NotFoundError("There is no such version.")
    pends = claims.pends(found.pk)
    context = {
        "claim": found,
        "lines": claims.lines(found.pk),
        "member": members.member(found.member_id),
        "standing": claims.standings([found.pk])[found.pk],
        "decision": decision,
        "versions": versions,
        "timeline": timeline(found, versions, pends),
        "pend": next((one for one in pends if one.resolved_at is None), None),
        "needs_original": any(one.resolved_at is None and one.code in CORRECT for one in pends),
        "beside": beside(versions) if len(versions) > 1 else [],
        "can_correct": bool(versions) and versions[0].outcome != Decision.Outcome.REVERSED,
        "reasons": REASONS,
        **work_context(request, found, pends),
        "is_accident": bool(found.related_causes or found.accident_on),
    }
    return show(
        request, "operator/claim.html", here="claims", **context, **_decided(decision, request.employer.currency)
    )


def _decided(decision: Decision | None, currency: str) -> dict[str, Any]:
    """What stands in a decision: the ladder, the steps of its lines, its accumulator entries, its postings."""
    if decision is None:
        return {}
    explained = claims.explained(decision.pk)
    keys = {row.line.plan_version_id for row in explained} - {0}
    versions = {key: plans.version(key) for key in keys}
    measures = measures_under(keys)
    entries = accumulators.entries_of([decision.family_id], family_seq=decision.family_seq)
    return {
        "ladder": ladder(decision),
        "payee": PAYEES[decision.payee][0],
        "explained": [(row, versions.get(row.line.plan_version_id)) for row in explained],
        "entries": [(one, shown(one.code, one.amount, measures, currency)) for one in entries],
        "postings": ledger.lines_of_sources("decision", [decision.pk]),
    }


def beside(versions: list[Decision]) -> list[tuple[int, list[Any]]]:
    """Line by line what each version made of it, in the order of the versions."""
    lines = claims.decided_lines([one.pk for one in versions])
    numbers = sorted({number for _, number in lines})
    return [(number, [lines.get((one.pk, number)) for one in versions]) for number in numbers]


def ladder(decision: Decision) -> list[Rung]:
    """Billed, less what nobody owes, is allowed; the plan pays a part of it, the member owes the rest."""
    return [
        Rung("Billed", decision.charge_cents, ""),
        Rung("Discount or not covered", decision.charge_cents - decision.allowed_cents, "muted"),
        Rung("Allowed", decision.allowed_cents, ""),
        Rung("Plan pays", decision.paid_cents, "good"),
        Rung("Member owes", decision.member_responsibility_cents, "warn"),
    ]


def timeline(found: Claim, versions: list[Decision], pends: list[Pend]) -> list[tuple[Any, str, str]]:
    """(instant, what happened, more), oldest first."""
    told = [(found.received_at, "Received", found.get_source_display())]
    for one in versions:
        told.append((one.decided_at, f"Version {one.version}: {one.get_outcome_display().lower()}", ""))
    for answer in payer_answers.answers(found.pk):
        told.append((answer.recorded_at, f"{answer.payer[0]} has answered", answer.note))
    for pend in pends:
        told.append((pend.raised_at, f"Waits in {pend.queue.replace('_', ' ')}: {pend.code}", pend.detail))
        if pend.resolved_at is not None:
            told.append((pend.resolved_at, pend.get_resolution_display(), pend.note))
    return sorted(told, key=lambda one: one[0])


@employer_page("claims.decide")
@require_POST
def release(request: HttpRequest, claim: str) -> HttpResponse:
    """Let a claim that waited be decided again. The note says what was looked at."""
    employer_id = request.employer.pk
    found = claims.claim(key_of(claim, "clm", employer_id))
    waiting = [one.pk for one in claims.pends(found.pk) if one.resolved_at is None]
    note = request.POST.get("note", "").strip()

    def act() -> None:
        if not note:
            raise DomainError("A release needs a note.", remedy="Say what you looked at.")
        if not waiting:
            raise ConflictError("The claim does not wait for a person any more.")
        named, (by, authority_cents) = request.POST.get("corrects", "").strip(), who(request)
        row = approve_pend(
            pend_id=waiting[0],
            note=note,
            by=by,
            authority_cents=authority_cents,
            corrects=key_of(named, "clm", employer_id) if named else None,
            stands_alone=request.POST.get("stands_alone") == "yes",
        )
        said = (
            "It is above your authority: another person has to approve it."
            if row
            else "The claim will be decided again."
        )
        messages.success(request, said)

    attempt(request, "", act)
    return redirect("operator:claim", employer=request.resolver_match.kwargs["employer"], claim=claim)
