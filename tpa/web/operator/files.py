"""What comes in for many employers: claim files with their answers, claims that found no member; and the jobs."""

from __future__ import annotations

from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from tenants import directory
from tenants.models import Employer
from tenants.scope import desk_scope, employer_scope
from tpa.books.edi import selectors as edi
from tpa.books.edi.models import InboundFile, IntakeItem
from tpa.books.identity import selectors as identity
from tpa.books.members import selectors as members
from tpa.infra.models import Job
from tpa.kernel.errors import DomainError, NotFoundError
from tpa.kernel.ids import key_of, public_id
from tpa.web.files import file_answer
from tpa.web.pages import attempt, desk_page, reader, sheet, show, uploaded
from tpa.workflows.claim_intake import receive_claims_file
from tpa.workflows.claim_routing import assign_item, discard_item


@desk_page("files.read", of_all=True)
@require_GET
def files(request: HttpRequest) -> HttpResponse:
    """The claim files that came, and what became of each."""
    page = sheet(request, edi.files().filter(kind=InboundFile.Kind.CLAIMS))
    may_upload = request.user.allows("files.write", None)
    return show(request, "operator/files.html", here="files", page=page, may_upload=may_upload)


@desk_page("files.write", of_all=True)
@require_POST
def upload(request: HttpRequest) -> HttpResponse:
    """Take in an 837; a worker reads it."""

    def act() -> None:
        content, name = uploaded(request, "an 837 file")
        received = receive_claims_file(content=content, name=name, received_by=request.user.email)
        if not received.is_new:
            raise DomainError("Exactly this file was received before.", remedy="Look for it in the list.")

    attempt(request, "The file is received and will be read soon.", act)
    return redirect("operator:files")


def _file(text: str) -> InboundFile:
    found = edi.file(key_of(text, "fil", 0))
    if found.kind != InboundFile.Kind.CLAIMS:
        raise NotFoundError("There is no such file.")
    return found


@desk_page("files.read", of_all=True)
@require_GET
def file(request: HttpRequest, file: str) -> HttpResponse:
    """One file: counts, issues, answers."""
    found = _file(file)
    context = {"file": found, "answers": edi.acknowledgements(found.pk), "counts": sorted(found.counts.items())}
    return show(request, "operator/file.html", here="files", **context)


@desk_page("files.read", of_all=True)
@require_GET
def answer(request: HttpRequest, file: str, answer: int) -> HttpResponse:
    """An answer as X12, to be saved."""
    found = edi.acknowledgements(_file(file).pk).filter(pk=answer).first()
    if found is None:
        raise NotFoundError("There is no such answer.")
    return file_answer(bytes(found.content), f"{found.kind}-{found.pk}.x12")


@desk_page("files.read", of_all=True)
@require_GET
def intake(request: HttpRequest) -> HttpResponse:
    """Claims that found no member, or more than one; the oldest first."""
    return show(request, "operator/intake.html", here="intake", page=sheet(request, edi.intake_items()))


@desk_page("claims.write", of_all=True)
@require_GET
def intake_item(request: HttpRequest, item: str) -> HttpResponse:
    """One of them, and who it could be."""
    found = _item(item)
    chosen = request.GET.get("employer", "")
    text = request.GET.get("q", "").strip()
    context = {
        "item": found,
        "claim": found.claim,
        "candidates": [_person(employer_id, member_id) for employer_id, _, member_id in found.candidates],
        "found": _search(int(chosen), text) if chosen.isdecimal() and text else [],
        "employers": Employer.objects.filter(state=Employer.State.ACTIVE).order_by("name"),
        "chosen": chosen,
        "q": text,
    }
    return show(request, "operator/intake_item.html", here="intake", **context)


def _item(text: str) -> IntakeItem:
    found = edi.intake_items().filter(pk=key_of(text, "itk", 0)).first()
    if found is None:
        raise NotFoundError("There is no such claim in the intake queue.")
    return found


def _person(employer_id: int, member_id: int) -> tuple[Employer, object]:
    employer = directory.employer(employer_id)
    with employer_scope(employer):
        return employer, members.member(member_id)


def _search(employer_id: int, text: str) -> list[tuple[Employer, object]]:
    employer = directory.employer(employer_id)
    with employer_scope(employer):
        return [(employer, one) for one in members.member_search(text)[:20]]


@desk_page("claims.write", of_all=True)
@require_POST
def resolve(request: HttpRequest, item: str) -> HttpResponse:
    """Give the claim to a member, or discard it."""
    found, by = _item(item), request.user.person
    if request.POST.get("discard") == "yes":
        done = attempt(request, "The claim is discarded.", lambda: discard_item(item_id=found.pk, by_id=by))
    else:
        employer_id, _, member_id = request.POST.get("member", "").partition(":")
        if not (employer_id.isdecimal() and member_id.isdecimal()):
            raise NotFoundError("There is no such member.")
        told = {"employer_id": int(employer_id), "member_id": int(member_id), "by_id": by}
        done = attempt(request, "The claim is in the books.", lambda: assign_item(item_id=found.pk, **told))
    return redirect("operator:intake") if done else redirect("operator:intake-item", public_id("itk", 0, found.pk))


def _jobs(request: HttpRequest) -> QuerySet[Job]:
    """The jobs that the reader may see: of the employers of his grants, and the TPA's own where he sees them all."""
    with desk_scope():
        ids = identity.employer_ids_for(reader(request), "jobs.read")
    return Job.objects.order_by("-id") if ids is None else Job.objects.filter(Q(employer_id__in=ids)).order_by("-id")


@desk_page("jobs.read")
@require_GET
def jobs(request: HttpRequest) -> HttpResponse:
    """What ran, what failed?"""
    state = request.GET.get("state", "")
    found = _jobs(request)
    if state:
        found = found.filter(state=state)
    page = sheet(request, found)
    names = dict(Employer.objects.filter(pk__in=[one.employer_id for one in page]).values_list("pk", "name"))
    rows = [(one, names.get(one.employer_id, "")) for one in page]
    context = {"page": page, "rows": rows, "states": Job.State.values, "state": state}
    return show(request, "operator/jobs.html", here="jobs", keep=f"state={state}&" if state else "", **context)


@desk_page("jobs.read")
@require_GET
def job(request: HttpRequest, job: int) -> HttpResponse:
    """One job; as long as it runs, its progress is fetched again and again."""
    found = _jobs(request).filter(pk=job).first()
    if found is None:
        raise NotFoundError("There is no such job.")
    is_open = found.state in (Job.State.QUEUED, Job.State.RUNNING)
    if request.htmx:
        # A page that has stopped moving is shown whole once more, with its result.
        return render(request, "operator/job_progress.html", {"job": found, "is_open": is_open})
    return show(request, "operator/job.html", here="jobs", job=found, is_open=is_open)
