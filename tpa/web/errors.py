"""What is shown where there is no page: 400, 403, 404, 429 and 500, for people and, below /api/, for programs.

None of them asks the database, the session or the cache: they must stand when those do not.
"""

from __future__ import annotations

from http import HTTPStatus
from typing import NamedTuple

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.template.loader import render_to_string

API_PATH = "/api/"
_PROBLEM = "application/problem+json"


class Told(NamedTuple):
    """What the page says: what happened, and what to do."""

    title: str
    text: str


_TOLD = {
    400: Told("This request cannot be read", "The address or the form is damaged. Go back and try again."),
    403: Told("This is not allowed", "Your login may not do this. The administrator gives roles."),
    404: Told("There is nothing here", "The address is wrong, or your login does not reach what stands at it."),
    429: Told("Too many attempts", "Wait some minutes, then try again."),
    500: Told("Something broke here", "Nothing was changed by halves. Try again; if it stays, tell the administrator."),
}
_FORM_EXPIRED = Told("This form is no longer good", "Its page was open for too long, or cookies are off. Load it anew.")


def bad_request(request: HttpRequest, exception: object = None) -> HttpResponse:
    """400."""
    return _answer(request, 400)


def forbidden(request: HttpRequest, exception: object = None) -> HttpResponse:
    """403."""
    return _answer(request, 403)


def form_refused(request: HttpRequest, reason: str = "") -> HttpResponse:
    """403 for a form whose token is missing or of another session."""
    return _answer(request, 403, _FORM_EXPIRED)


def not_found(request: HttpRequest, exception: object = None) -> HttpResponse:
    """404."""
    return _answer(request, 404)


def too_many(request: HttpRequest) -> HttpResponse:
    """429."""
    return _answer(request, 429)


def broken(request: HttpRequest) -> HttpResponse:
    """500. What broke is in the log under the request's id."""
    return _answer(request, 500)


def _answer(request: HttpRequest, status: int, told: Told | None = None) -> HttpResponse:
    told, request_id = told or _TOLD[status], getattr(request, "id", "")
    if request.path.startswith(API_PATH):
        phrase = HTTPStatus(status).phrase
        code = phrase.lower().replace(" ", "_")
        problem = {
            "type": f"/docs/problems/{code}",
            "title": phrase,
            "status": status,
            "detail": f"{told.title}.",
            "instance": request.path,
            "code": code,
            "request_id": request_id,
        }
        return JsonResponse(problem, status=status, content_type=_PROBLEM)
    context = {"told": told, "status": status, "request_id": request_id}
    return HttpResponse(render_to_string("error.html", context), status=status)
