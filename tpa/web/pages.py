"""What the pages of the desk and the portal share: who may see one, whose books it shows, and the shell around it.

A page is a function of the request. `portal_page`, `desk_page` and `employer_page` guard it with an action of the
permission table; a page of one employer's books can be hung up at both hosts. `show` prints it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import wraps
from typing import Any, BinaryIO, cast

from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.core.paginator import Page as Sheet
from django.core.paginator import Paginator
from django.db import transaction
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from tenants import directory
from tenants.errors import EmployerNotFound
from tenants.scope import employer_scope
from tpa.books.identity.models import User
from tpa.books.identity.permissions import ACTIONS
from tpa.infra import clock
from tpa.kernel.errors import DomainError, NotFoundError, must
from tpa.kernel.ids import public_id, read_public_id

Page = Callable[..., HttpResponse]
PER_PAGE = 50


def portal_page(action: str) -> Callable[[Page], Page]:
    """A page of the portal: for logins that may do `action` at the host's employer, to everybody else not there."""

    def guard(page: Page) -> Page:
        @wraps(page)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if not request.user.is_authenticated:
                return redirect_to_login(request.get_full_path())
            if not request.user.allows(action, request.employer.pk):
                raise Http404
            request.shell, request.root = "portal/base.html", "/"
            return _not_found_as_404(page, request, *args, **kwargs)

        guarded.action = action
        return guarded

    return guard


def desk_page(action: str, *, of_all: bool = False) -> Callable[[Page], Page]:
    """A page of the TPA's desk across employers: for logins that may do `action` for one employer at least.

    Which employers it shows follows from the grants. With `of_all`, only for logins that may do it for every employer:
    what it shows cannot be told apart by employer.
    """

    def guard(page: Page) -> Page:
        @wraps(page)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if not request.user.is_authenticated:
                return redirect_to_login(request.get_full_path())
            if not (request.user.allows(action, None) if of_all else somewhere(reader(request), action)):
                raise Http404
            request.shell = "operator/base.html"
            return _not_found_as_404(page, request, *args, **kwargs)

        guarded.action = action
        return guarded

    return guard


def employer_page(action: str) -> Callable[[Page], Page]:
    """A page of the desk for one employer, named by its public id in the path: bound to its books after the grant check.

    What a button sends to a closed employer's page is refused.
    """

    def guard(page: Page) -> Page:
        @wraps(page)
        def guarded(request: HttpRequest, employer: str, *args: Any, **kwargs: Any) -> HttpResponse:
            if not request.user.is_authenticated:
                return redirect_to_login(request.get_full_path())
            try:
                found = directory.employer(read_public_id(employer, "emp").key)
            except (EmployerNotFound, NotFoundError) as error:
                raise Http404 from error
            if found.state == found.State.PROVISIONING or not request.user.allows(action, found.pk):
                raise Http404
            request.employer = found
            request.shell, request.root = "operator/employer_base.html", employer_root(found.pk)
            with employer_scope(found):
                if request.method == "POST" and not found.is_open:
                    messages.error(request, f"The employer is {found.state}: its books are read, nothing is written.")
                    return redirect(request.root)
                return _not_found_as_404(page, request, *args, **kwargs)

        guarded.action = action
        return guarded

    return guard


def _not_found_as_404(page: Page, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
    try:
        return page(request, *args, **kwargs)
    except NotFoundError as error:
        raise Http404(str(error)) from error


def somewhere(user: User, action: str) -> bool:
    """Whether the user may do `action` for one employer at least."""
    return any(user.allows(action, held.employer_id) for held in user.held)


def employer_root(employer_id: int) -> str:
    """Where an employer's pages begin at the desk."""
    return reverse("operator:employer", args=[public_id("emp", 0, employer_id)])


def show(request: HttpRequest, template: str, **context: object) -> HttpResponse:
    """A page inside its shell, with what every page needs: the employer, what the reader may do, the instant."""
    employer = request.employer
    if employer is None:
        may = {action.replace(".", "_"): somewhere(reader(request), action) for action in ACTIONS}
    else:
        may = {action.replace(".", "_"): request.user.allows(action, employer.pk) for action in ACTIONS}
    may["whole_files"] = request.user.allows("files.read", None)
    may["all_payments"] = request.user.allows("payments.read", None)
    told = {
        "employer": employer,
        "may": may,
        "as_of": clock.now(),
        "shell": request.shell,
        "is_desk": request.shell.startswith("operator/"),
    }
    return render(request, template, {**told, "root": getattr(request, "root", ""), **context})


def sheet(request: HttpRequest, rows: QuerySet | Sequence[Any], per_page: int = PER_PAGE) -> Sheet:
    """The page of rows that the request asks for; the last one where it asks for too much."""
    return Paginator(rows, per_page).get_page(request.GET.get("page"))


def reader(request: HttpRequest) -> User:
    """Who reads the page: behind a guard it is always a login."""
    must(isinstance(request.user, User), "a page without a guard asks who reads it")
    return cast(User, request.user)


def uploaded(request: HttpRequest, kinds: str) -> tuple[BinaryIO, str]:
    """The file that came with the form, and its name. Raises DomainError where none did."""
    file = request.FILES.get("file")
    if file is None or not file.size or file.file is None:
        raise DomainError("No file was chosen.", remedy=f"Choose {kinds}.")
    return cast(BinaryIO, file.file), file.name or "upload"


def attempt(request: HttpRequest, done: str, act: Callable[[], object]) -> bool:
    """Do what a button asks for, all of it or nothing, and tell the reader: `done`, or the refusal with its remedy.

    Without `done` the act has told what became of it.
    """
    try:
        with transaction.atomic():
            act()
    except NotFoundError:
        raise
    except DomainError as refusal:
        messages.error(request, f"{refusal} {refusal.remedy}".strip())
        return False
    if done:
        messages.success(request, done)
    return True
