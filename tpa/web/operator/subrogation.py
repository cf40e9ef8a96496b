"""Subrogation at the desk: who else is liable, what the plan has paid, what comes back."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_GET, require_POST

from tpa.books.claims import subrogation as book
from tpa.books.members import selectors as members
from tpa.engine.coordination.subrogation import Settlement
from tpa.kernel.errors import DomainError
from tpa.kernel.ids import key_of, public_id
from tpa.kernel.money import format_amount, parse_amount
from tpa.kernel.periods import FOREVER
from tpa.web.pages import attempt, employer_page, sheet, show
from tpa.workflows import subrogation as workflow


class DayError(DomainError):
    """A text is no day."""

    code = "day"
    remedy = "Write it as 2026-03-31."


@employer_page("claims.read")
@require_GET
def case_list(request: HttpRequest) -> HttpResponse:
    """What is pursued, and what it comes to."""
    state = request.GET.get("state", "open")
    state = state if state in book.STATES else "open"
    page = sheet(request, book.cases(state=state))
    keys = [one.pk for one in page]
    liens, came = book.lien_lines(keys), book.recovered(keys)
    rows = [(one, sum(line.paid_cents for line in liens[one.pk]), came[one.pk]) for one in page]
    context = {"page": page, "rows": rows, "state": state, "states": list(book.STATES), "keep": f"state={state}&"}
    return show(request, "operator/subrogation.html", here="subrogation", **context)


@employer_page("claims.read")
@require_GET
def case(request: HttpRequest, case: str) -> HttpResponse:
    """How far it is, and what is to be done next."""
    found = book.case(key_of(case, "sub", request.employer.pk))
    standing = workflow.standing_of(found)
    context = {
        "case": found,
        "member": members.member(found.member_id),
        "standing": standing,
        "owed_back": format_amount(standing.owed_back_cents),
        "lines": book.lien_lines([found.pk])[found.pk],
        "settlement": book.settlement(found.pk),
        "recoveries": book.recoveries(found.pk),
    }
    return show(request, "operator/subrogation_case.html", here="subrogation", **context)


@employer_page("claims.write")
@require_POST
def open_case(request: HttpRequest, claim: str) -> HttpResponse:
    """Open the case of a claim's accident, or go to it."""
    key = key_of(claim, "clm", request.employer.pk)
    try:
        found = workflow.open_for_claim(claim_id=key, by=request.user.email)
    except DomainError as error:
        messages.error(request, f"{error.message} {error.remedy}".strip())
        return redirect(f"{request.root}claims/{claim}/")
    return _go(request, found.pk)


@employer_page("claims.write")
@require_POST
def act(request: HttpRequest, case: str, action: str) -> HttpResponse:
    """Note what the member was asked or told, a settlement, or that nothing more is expected."""
    key, sent, by = key_of(case, "sub", request.employer.pk), request.POST, request.user.email

    def settled() -> Any:
        told = Settlement(
            parse_amount(sent.get("settlement", "")),
            parse_amount(sent.get("fee") or "0"),
            parse_amount(sent.get("costs") or "0"),
            parse_amount(sent["damages"]) if sent.get("damages") else None,
        )
        return workflow.settle_case(case_id=key, settled_on=_day(sent.get("on")), told=told, by=by)

    def answered() -> Any:
        told = {name: sent.get(name, "")[:longest] for name, longest in (("answers", 2000), ("liable", 200))}
        return workflow.record_answers(
            case_id=key,
            answered_on=_day(sent.get("on")),
            **told,
            attorney=sent.get("attorney", "")[:200],
            fee_terms=sent.get("fee_terms", "silent"),
            made_whole=sent.get("made_whole") == "yes",
        )

    actions = {
        "ask": lambda: workflow.ask_member(case_id=key, asked_on=_day(sent.get("on"))),
        "answer": answered,
        "settle": settled,
        "close": lambda: workflow.close(case_id=key, note=sent.get("note", "")[:400], by=by),
    }
    if action in actions:
        attempt(request, "Noted.", actions[action])
    return _go(request, key)


@employer_page("funding.record")
@require_POST
def receive(request: HttpRequest, case: str) -> HttpResponse:
    """Money came in."""
    key, sent = key_of(case, "sub", request.employer.pk), request.POST

    def received() -> Any:
        return workflow.receive(
            case_id=key,
            cents=parse_amount(sent.get("amount", "")),
            received_on=_day(sent.get("on")),
            reference=sent.get("reference", "")[:80],
            by=request.user.email,
        )

    attempt(request, "It is in the fund.", received)
    return _go(request, key)


def _go(request: HttpRequest, key: int) -> HttpResponse:
    return redirect(f"{request.root}subrogation/{public_id('sub', request.employer.pk, key)}/")


def _day(text: str | None) -> date:
    """A day as a form sends it. Raises DayError."""
    try:
        found = date.fromisoformat(text or "")
    except ValueError as fault:
        raise DayError(f"{text!r} is no day.") from fault
    if found >= FOREVER:
        raise DayError(f"{text!r} is no day.")
    return found
