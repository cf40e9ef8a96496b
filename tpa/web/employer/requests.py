"""What an employer is asked for: now, and before. The desk prepares, approves and releases; the portal reads."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_GET, require_POST

from tpa.books.agreements.errors import NothingAgreedError
from tpa.books.funding import requests
from tpa.kernel.errors import NotFoundError
from tpa.kernel.ids import key_of
from tpa.web.pages import attempt, sheet, show
from tpa.workflows.funding_requests import (
    Standing,
    ask_employer,
    funding_standing,
    prepare_request,
    release_request,
    withdraw_request,
)

_STEPS: dict[str, tuple[str, Callable[[int, int, str], object]]] = {
    "approve": ("The employer is asked.", lambda key, person, note: ask_employer(request_id=key, person_id=person)),
    "release": ("It is released.", lambda key, person, note: release_request(request_id=key, person_id=person)),
    "withdraw": ("It is withdrawn.", lambda key, person, note: withdraw_request(request_id=key, note=note)),
}
"""Button -> what is told, and the step."""


@require_GET
def page(request: HttpRequest) -> HttpResponse:
    """How much is needed now, for what, and what waits?"""
    context = {"standing": _standing(), "page": sheet(request, requests.requests())}
    return show(request, "employer/funding_requests.html", here="requests", **context)


def _standing() -> Standing | None:
    try:
        return funding_standing()
    except NothingAgreedError:
        return None


@require_POST
def prepare(request: HttpRequest) -> HttpResponse:
    """A request for what is needed today."""
    attempt(request, "The request is prepared.", lambda: prepare_request(person_id=request.user.person))
    return redirect(f"{request.root}funding-requests/")


@require_POST
def act(request: HttpRequest, funding_request: str, action: str) -> HttpResponse:
    """Take a request one step on."""
    if action not in _STEPS:
        raise NotFoundError("There is no such step.")
    done, step = _STEPS[action]
    key = key_of(funding_request, "frq", request.employer.pk)
    note = request.POST.get("note", "").strip()
    attempt(request, done, lambda: step(key, request.user.person, note))
    return redirect(f"{request.root}funding-requests/")
