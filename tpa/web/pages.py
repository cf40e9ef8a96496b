"""What the pages of the desk and the portal share: who may see one, and whose books it shows."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse

from tenants import directory
from tenants.errors import EmployerNotFound
from tenants.scope import employer_scope
from tpa.kernel.errors import NotFoundError
from tpa.kernel.ids import read_public_id

Page = Callable[..., HttpResponse]


def portal_page(action: str) -> Callable[[Page], Page]:
    """A page of the portal: for logins that may do `action` at the host's employer, to everybody else not there."""

    def guard(page: Page) -> Page:
        @wraps(page)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if not request.user.is_authenticated:
                return redirect_to_login(request.get_full_path())
            if not request.user.allows(action, request.employer.pk):
                raise Http404
            return _not_found_as_404(page, request, *args, **kwargs)

        guarded.action = action
        return guarded

    return guard


def desk_page(action: str) -> Callable[[Page], Page]:
    """A page of the TPA's desk across employers: for desk logins; which employers it shows follows from the grants."""

    def guard(page: Page) -> Page:
        @wraps(page)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if not request.user.is_authenticated:
                return redirect_to_login(request.get_full_path())
            if not any(request.user.allows(action, held.employer_id) for held in request.user.held):
                raise Http404
            return _not_found_as_404(page, request, *args, **kwargs)

        guarded.action = action
        return guarded

    return guard


def employer_page(action: str) -> Callable[[Page], Page]:
    """A page of the desk for one employer, named by its public id in the path: bound to its books after the grant check."""

    def guard(page: Page) -> Page:
        @wraps(page)
        def guarded(request: HttpRequest, employer: str, *args: Any, **kwargs: Any) -> HttpResponse:
            if not request.user.is_authenticated:
                return redirect_to_login(request.get_full_path())
            try:
                found = directory.employer(read_public_id(employer, "emp").key)
            except (EmployerNotFound, NotFoundError) as error:
                raise Http404 from error
            if not request.user.allows(action, found.pk):
                raise Http404
            request.employer = found
            with employer_scope(found):
                response = _not_found_as_404(page, request, *args, **kwargs)
                if hasattr(response, "render"):
                    response.render()
                return response

        guarded.action = action
        return guarded

    return guard


def _not_found_as_404(page: Page, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
    try:
        return page(request, *args, **kwargs)
    except NotFoundError as error:
        raise Http404(str(error)) from error
