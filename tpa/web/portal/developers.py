"""For those who connect other systems: where the API is, webhook endpoints, what was sent, what happened."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_GET, require_POST

from tenants.scope import desk_scope
from tpa.books.events import selectors, services
from tpa.books.events.kinds import KINDS
from tpa.books.events.models import Endpoint
from tpa.infra import clock
from tpa.kernel.errors import NotFoundError
from tpa.kernel.ids import key_of, public_id
from tpa.web.pages import attempt, portal_page, sheet, show

_LATEST = 20


@portal_page("events.subscribe")
@require_GET
def developers(request: HttpRequest) -> HttpResponse:
    """The endpoints, and the latest events."""
    context = {
        "endpoints": selectors.endpoints(request.employer.pk),
        "events": selectors.events(request.employer.pk)[:_LATEST],
        "kinds": KINDS,
    }
    return show(request, "portal/developers.html", here="developers", **context)


@portal_page("events.subscribe")
@require_POST
def add(request: HttpRequest) -> HttpResponse:
    """Enter an address."""
    with desk_scope():
        attempt(
            request,
            "The endpoint is entered. Open it to see its secret.",
            lambda: services.add_endpoint(
                employer_id=request.employer.pk,
                url=request.POST.get("url", "").strip(),
                kinds=request.POST.getlist("kinds"),
                by=request.user.email,
                now=clock.now(),
            ),
        )
    return redirect("portal:developers")


def _found(request: HttpRequest, public: str) -> Endpoint:
    return selectors.endpoint(key_of(public, "whk", request.employer.pk), request.employer.pk)


@portal_page("events.subscribe")
@require_GET
def endpoint(request: HttpRequest, endpoint: str) -> HttpResponse:
    """One endpoint: its secret, and what was sent to it."""
    found = _found(request, endpoint)
    page = sheet(request, selectors.deliveries(found.pk))
    context = {"endpoint": found, "secret": selectors.secret_of(found), "page": page}
    return show(request, "portal/endpoint.html", here="developers", **context)


@portal_page("events.subscribe")
@require_POST
def act(request: HttpRequest, endpoint: str, action: str) -> HttpResponse:
    """Disable, enable, or rotate the secret."""
    now = clock.now()
    with desk_scope():
        one = _found(request, endpoint)
        if action == "disable":
            reason = f"Disabled by {request.user.email}."
            services.disable_endpoint(one=one, reason=reason, now=now)
            messages.success(request, "Nothing is sent to it from now on.")
        elif action == "enable":
            services.enable_endpoint(one=one)
            messages.success(request, "New events are sent to it again.")
        elif action == "rotate":
            services.rotate_secret(one=one, now=now)
            messages.success(request, "It has a new secret. For a day the one before signs as well.")
        else:
            raise NotFoundError("There is no such button.")
    return redirect("portal:endpoint", endpoint=endpoint)


@portal_page("events.subscribe")
@require_POST
def redeliver(request: HttpRequest, delivery: str) -> HttpResponse:
    """Send something once more."""
    with desk_scope():
        found = selectors.delivery(key_of(delivery, "whd", request.employer.pk), request.employer.pk)
        attempt(request, "It is sent again within seconds.", lambda: services.redeliver(one=found, now=clock.now()))
    return redirect("portal:endpoint", endpoint=public_id("whk", request.employer.pk, found.endpoint_id))
