"""From a host name to a bound connection: the desk, one employer's portal, or nothing."""

import uuid
from collections.abc import Callable
from typing import Any

import pghistory
from allauth.mfa.models import Authenticator
from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import BadRequest
from django.http import Http404, HttpRequest, HttpResponse
from django.http.request import split_domain_port
from django.shortcuts import redirect
from structlog.contextvars import bound_contextvars

from tenants import directory
from tenants.errors import EmployerNotFound
from tenants.scope import desk_scope, employer_scope
from tpa.config.accounts import host_employer_id

Answer = Callable[[HttpRequest], HttpResponse]
ACCOUNT_PATH = "/account/"
"""Log-in pages work with the shared tables of people, also on a portal host."""
ADMIN_PATH = "/admin/"
API_PATH = "/api/"
_HOST = "host_employer"
_SAFE = ("GET", "HEAD", "OPTIONS")
_SECOND_FACTORS = [Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN]
_UNSAFE_EVAL, _UNSAFE_INLINE = "'unsafe-eval'", "'unsafe-inline'"


class RequestIdMiddleware:
    """Every answer and every log line of a request carry one id."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.id = uuid.uuid4().hex
        with bound_contextvars(request_id=request.id):
            response = self.get_response(request)
        response["X-Request-Id"] = request.id
        return response


class HostMiddleware:
    """`request.employer`: the employer whose portal the host is, None at the TPA's own host; any other host is a 404.

    An address with a zero character names nothing: PostgreSQL holds no such text.
    """

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if "\0" in request.path or "%00" in request.META["QUERY_STRING"]:
            raise BadRequest("The address holds a zero character.")
        host, _port = split_domain_port(request.get_host())
        with desk_scope():
            if host == settings.TPA_HOST:
                request.employer = None
                return self.get_response(request)
            try:
                request.employer = directory.employer_of_host(host)
            except EmployerNotFound as error:
                raise Http404("There is nothing at this host.") from error
            if not request.employer.is_open:
                raise Http404("There is nothing at this host.")
            request.urlconf = settings.TENANT_URLCONF
            return self.get_response(request)


class PlainTextMiddleware:
    """A form with a zero character in it is refused: PostgreSQL holds no such text. The API looks for itself."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.method == "POST" and not request.path.startswith(API_PATH):
            sent = request.POST.lists()
            if any("\0" in text for name, values in sent for text in (name, *values)):
                raise BadRequest("The form holds a zero character.")
        return self.get_response(request)


class HostSessionMiddleware:
    """A session belongs to the host that began it: at any other it is as if the cookie were not there."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        host = host_employer_id(request) or 0
        if request.session.session_key and request.session.get(_HOST) != host:
            request.session = type(request.session)()
        response = self.get_response(request)
        if request.session.modified and not request.session.is_empty():
            request.session[_HOST] = host
        return response


class EmployerMiddleware:
    """Takes a login seriously only where it counts, then binds the connection to the portal's employer for the view."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        employer_id = host_employer_id(request)
        # Read here: an employer's database role cannot read the tables of people.
        if request.user.is_authenticated and not request.user.counts_at(employer_id):
            request.user = AnonymousUser()
        if employer_id is None or request.path.startswith(ACCOUNT_PATH):
            return self.get_response(request)
        with employer_scope(request.employer):
            return self.get_response(request)


class SecondFactorMiddleware:
    """At the desk, where the settings ask for it, a login without a second factor reaches the page that sets one up."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        is_asked = settings.MFA_AT_DESK and host_employer_id(request) is None
        if not is_asked or request.path.startswith(ACCOUNT_PATH) or not request.user.is_authenticated:
            return self.get_response(request)
        if is_mfa_enabled(request.user, _SECOND_FACTORS):
            return self.get_response(request)
        if request.path.startswith(API_PATH):
            request.user = AnonymousUser()
            return self.get_response(request)
        messages.warning(request, "The desk asks for a second factor. Set one up, and it opens.")
        return redirect("mfa_index")


class HistoryMiddleware:
    """Whatever a request changes in the TPA's configuration is kept with who asked for it, and why where a form says so."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if host_employer_id(request) is not None or request.method in _SAFE:
            return self.get_response(request)
        told = {"who": getattr(request.user, "email", ""), "request": request.id}
        if request.path.startswith(ADMIN_PATH):
            told["why"] = request.POST.get("reason", "")[:200]
        with pghistory.context(**told):
            return self.get_response(request)


class AdminPolicyMiddleware:
    """The admin's own scripts need what no other page may have."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> Any:
        response = self.get_response(request)
        if request.path.startswith(ADMIN_PATH) and getattr(request, "employer", None) is None:
            response._csp_replace = {
                "script-src": ["'self'", _UNSAFE_EVAL, _UNSAFE_INLINE],
                "style-src": ["'self'", _UNSAFE_INLINE],
            }
        return response
