"""Who calls, for which employer, and whether he may: API keys, the employer of a call, the permission table.

On an employer's portal host the employer is the host's. On the TPA's host every call for one employer names it, by the
header `Employer: emp_...`. A credential that does not count for that employer is answered 404, as if there were nothing;
so is an employer's key at any host but its own portal's, and the TPA's key at any portal.
"""

from __future__ import annotations

from typing import Any, NamedTuple, cast

from django.http import HttpRequest
from rest_framework import exceptions
from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.permissions import BasePermission
from rest_framework.request import Request

from tenants import directory
from tenants.errors import EmployerNotFound
from tenants.models import Employer
from tenants.scope import desk_scope
from tpa.books.identity.models import ApiKey, User
from tpa.books.identity.selectors import employer_ids_for
from tpa.books.identity.services import use_key
from tpa.infra.employers import require_open
from tpa.kernel.errors import ConflictError, NotFoundError
from tpa.kernel.ids import read_public_id

EMPLOYER_HEADER = "Employer"


class KeyAuthentication(BaseAuthentication):
    """`Authorization: Bearer tpa_live_...`."""

    def authenticate(self, request: Request) -> tuple[ApiKey, ApiKey] | None:
        scheme, _, text = get_authorization_header(request).decode("latin-1").partition(" ")
        if scheme.lower() != "bearer":
            return None
        key = use_key(text=text.strip())
        if key is None:
            raise exceptions.AuthenticationFailed("This key is unknown, revoked or expired.")
        return key, key

    def authenticate_header(self, request: Request) -> str:
        return "Bearer"


class Row(NamedTuple):
    """A row of the permission table: the action that a call needs, and whose books it is about.

    `of_employer`: one employer's; without it the TPA's own. `by_grants`: the TPA's rows about employers; the caller sees
    those of the employers for which he may do the action (`view.employer_ids`).
    """

    action: str
    of_employer: bool = True
    by_grants: bool = False


def caller_name(request: Request) -> str:
    """How the books name who called."""
    return request.user.name if isinstance(request.user, ApiKey) else request.user.email


def person_of(request: Request) -> int | None:
    """The human being who called; None for a program."""
    return getattr(request.user, "person", None)


def person_behind(request: Request) -> int | None:
    """The human being who called, or who issued the program's key; None for a key that nobody issued."""
    if not isinstance(request.user, ApiKey):
        return person_of(request)
    with desk_scope():
        issuer = request.user.issued_by
        return issuer.person if issuer is not None else None


class PersonNeededError(ConflictError):
    """Programs do not do what a human being answers for."""

    code = "person_needed"
    remedy = "Log in at the desk."


def human_of(request: Request, says: str) -> User:
    """The person who called. Raises PersonNeededError for a program; `says` tells what a person is needed for."""
    if person_of(request) is None:
        raise PersonNeededError(says)
    return cast(User, request.user)


class Answerable(NamedTuple):
    """Who answers for what is decided: the human being, how the books name them, and up to what amount alone."""

    person_id: int
    name: str
    authority_cents: int


def answerable(request: Request, employer_id: int, says: str) -> Answerable:
    """The person who called, or who issued the program's key. Raises PersonNeededError for a key that nobody issued."""
    with desk_scope():
        issuer = request.user.issued_by if isinstance(request.user, ApiKey) else None
        user = issuer if issuer is not None and issuer.is_active else human_of(request, says)
        return Answerable(user.person, user.email, user.authority_cents(employer_id))


def employer_of_call(request: HttpRequest | Request) -> Employer | None:
    """The employer that the host or the header names, or None. Raises NotFoundError for one that is not there."""
    host_employer: Employer | None = getattr(request, "employer", None)
    if host_employer is not None:
        return host_employer
    text = request.headers.get(EMPLOYER_HEADER) or request.GET.get("employer")
    if not text:
        return None
    try:
        return directory.employer(read_public_id(text, "emp").key)
    except EmployerNotFound as error:
        raise NotFoundError("There is no such employer.") from error


class TablePermission(BasePermission):
    """Asks the permission table of the view. No row, no entry."""

    def has_permission(self, request: Request, view: Any) -> bool:
        row: Row | None = view.permissions.get(request.method)
        if row is None:
            raise exceptions.MethodNotAllowed(request.method or "")
        if not request.user or not request.user.is_authenticated:
            raise exceptions.NotAuthenticated
        self._check_host(request)
        employer = employer_of_call(request)
        if row.by_grants:
            return self._by_grants(request, view, row, employer)
        if row.of_employer and employer is None:
            raise exceptions.ParseError(f"Name the employer: {EMPLOYER_HEADER}: emp_...", code="employer_missing")
        employer_id = employer.pk if employer is not None and (row.of_employer or self._on_portal(request)) else None
        if not self._counts(request.user, employer_id):
            raise NotFoundError("There is no such employer.")
        if not request.user.allows(row.action, employer_id):
            return False
        if row.of_employer and employer is not None:
            view.employer = require_open(employer)
        return True

    def _by_grants(self, request: Request, view: Any, row: Row, employer: Employer | None) -> bool:
        """An employer that the host or the header names narrows what is seen to itself."""
        if employer is None:
            view.employer_ids = employer_ids_for(request.user, row.action)
            return view.employer_ids is None or bool(view.employer_ids)
        if not self._counts(request.user, employer.pk):
            raise NotFoundError("There is no such employer.")
        view.employer_ids = [employer.pk]
        return bool(request.user.allows(row.action, employer.pk))

    @staticmethod
    def _check_host(request: Request) -> None:
        """An employer's key is worth nothing at the TPA's host, whatever employer is named there; the TPA's at a portal."""
        of_employer = isinstance(request.user, ApiKey) and request.user.employer_id is not None
        if isinstance(request.user, ApiKey) and of_employer != TablePermission._on_portal(request):
            raise NotFoundError("There is nothing here.")

    @staticmethod
    def _on_portal(request: Request) -> bool:
        return getattr(request, "employer", None) is not None

    @staticmethod
    def _counts(caller: Any, employer_id: int | None) -> bool:
        """Whether the credential has anything to do with that employer at all: otherwise its existence is not confirmed."""
        if isinstance(caller, ApiKey):
            return caller.employer_id is None or caller.employer_id == employer_id
        return employer_id is None or bool(caller.roles_at(employer_id))
