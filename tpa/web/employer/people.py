"""Who is covered, and enrolment files on their way into the books."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_GET, require_POST

from tpa.books.edi import selectors as edi
from tpa.books.edi.models import InboundFile
from tpa.books.members import selectors as members
from tpa.books.members.models import Load
from tpa.infra import clock
from tpa.kernel.errors import DomainError
from tpa.kernel.ids import key_of, public_id
from tpa.web.pages import attempt, sheet, show, uploaded
from tpa.web.portal import figures
from tpa.workflows.eligibility_load import apply_load, reject_load, undo_load
from tpa.workflows.eligibility_load_intake import receive_enrolment_file

_FIGURES = (
    ("members_added", "People new"),
    ("members_changed", "People changed"),
    ("added", "Coverages added"),
    ("reinstated", "Coverages reinstated"),
    ("changed", "Coverages changed"),
    ("terminated", "Coverages ended"),
    ("retro_adds", "Added for days past"),
    ("retro_terminations", "Ended for days past"),
)


@require_GET
def roster(request: HttpRequest) -> HttpResponse:
    """Who is covered?"""
    text = request.GET.get("q", "").strip()
    rows = members.member_search(text) if text else members.members().order_by("last_name", "first_name", "id")
    lives = figures.covered(clock.today(request.employer.time_zone))
    return show(request, "employer/members.html", here="members", page=sheet(request, rows), q=text, lives=lives)


@require_GET
def loads(request: HttpRequest) -> HttpResponse:
    """The enrolment files that came, and what became of each."""
    unread = edi.files().exclude(kind=InboundFile.Kind.CLAIMS).exclude(state=InboundFile.State.DONE)[:10]
    return show(request, "employer/loads.html", here="loads", page=sheet(request, members.loads()), unread=unread)


@require_POST
def upload(request: HttpRequest) -> HttpResponse:
    """Take in an 834 or CSV file; a worker reads it and stages a load."""

    def act() -> None:
        content, name = uploaded(request, "an 834 or a CSV file")
        received = receive_enrolment_file(content=content, name=name, received_by=request.user.email)
        if not received.is_new:
            raise DomainError("Exactly this file was received before.", remedy="Look for it in the list.")

    attempt(request, "The file is received. Its preview appears here as soon as it is read.", act)
    return redirect(f"{request.root}enrolment/")


@require_GET
def load(request: HttpRequest, load: str) -> HttpResponse:
    """What will this file change?"""
    found = members.load(key_of(load, "lod", request.employer.pk))
    preview = found.preview
    context = {
        "load": found,
        "figures": [(label, preview.get(name, 0)) for name, label in _FIGURES],
        "is_staged": found.state == Load.State.STAGED,
        "can_undo": found.state == Load.State.APPLIED and found.format != Load.Format.UNDO,
    }
    return show(request, "employer/load.html", here="loads", **context)


@require_POST
def act_on_load(request: HttpRequest, load: str, action: str) -> HttpResponse:
    """Apply, reject or undo a load; what is refused is said, and nothing has changed then."""
    found = members.load(key_of(load, "lod", request.employer.pk))
    by, now = request.user.email, clock.now()
    back = f"{request.root}enrolment/{public_id('lod', request.employer.pk, found.pk)}/"
    if action == "apply":
        told = {name: request.POST.get(name) == "yes" for name in ("confirm_terminations", "skip_errors")}
        attempt(request, "The load is applied.", lambda: apply_load(load_id=found.pk, by=by, at=now, **told))
    elif action == "undo":
        attempt(request, "The load is taken back.", lambda: undo_load(load_id=found.pk, by=by, at=now))
    elif action == "reject":
        attempt(request, "The load is rejected.", lambda: reject_load(load_id=found.pk, by=by))
    else:
        messages.error(request, "There is nothing of this kind to do.")
    return redirect(back)
