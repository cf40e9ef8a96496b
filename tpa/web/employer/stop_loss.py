"""Stop-loss beside the exposure: filings, gaps between contracts, quotes on the past; at the desk and in the portal."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_GET, require_POST

from tpa.books.agreements import selectors as agreements
from tpa.books.stoploss import gaps as book
from tpa.books.stoploss import selectors
from tpa.books.stoploss.models import FilingEvent
from tpa.books.stoploss.states import DECISIONS, NEXT
from tpa.engine.stoploss.gaps import told as in_words
from tpa.infra import clock
from tpa.infra.models import Job
from tpa.kernel.document_text import read_json
from tpa.kernel.errors import DomainError
from tpa.kernel.ids import key_of, public_id
from tpa.kernel.money import parse_amount
from tpa.web.files import file_answer
from tpa.web.pages import attempt, sheet, show
from tpa.workflows.stop_loss_advances import ask_advance, possible_advances
from tpa.workflows.stop_loss_filings import file_claim, post_received, record
from tpa.workflows.stop_loss_packet import packet_file
from tpa.workflows.stop_loss_sweep import open_watch, tell_carrier
from tpa.workflows.stop_loss_what_if import ask

_LONGEST_NUMBER = 19


@require_GET
def filings(request: HttpRequest) -> HttpResponse:
    """What was asked of the carriers, and where it stands."""
    open_ = agreements.stop_loss_contracts(request.employer.pk)
    return show(
        request,
        "employer/stop_loss_filings.html",
        here="exposure",
        page=sheet(request, selectors.filings()),
        contracts=open_,
        numbers={one.contract_id: f"{one.carrier_name} {one.number}" for one in open_},
        advances=possible_advances(request.employer),
    )


@require_GET
def filing(request: HttpRequest, filing: str) -> HttpResponse:
    """One filing: what is in the packet, what is missing, what has happened, what may come next."""
    found = selectors.filing(key_of(filing, "slf", request.employer.pk))
    accepted = selectors.accepted_cents(found)
    context = {
        "filing": found,
        "accepted": accepted,
        "short": None if accepted is None else found.requested_cents - accepted,
        "sums": selectors.sums(found),
        "missing": [one for one in found.document["checklist"] if not one["there"]],
        "next": [(state, FilingEvent.State(state).label) for state in sorted(NEXT[found.state])],
        "today": clock.today(request.employer.time_zone),
        "decisions": DECISIONS,
    }
    return show(request, "employer/stop_loss_filing.html", here="exposure", **context)


@require_GET
def filing_packet(request: HttpRequest, filing: str, form: str) -> HttpResponse:
    """The packet as a file. It names people."""
    found = selectors.filing(key_of(filing, "slf", request.employer.pk))
    content = packet_file(employer=request.employer, filing=found, form=form)
    return file_answer(content, f"{found.file_name}.{form}")


@require_POST
def make_filing(request: HttpRequest) -> HttpResponse:
    """Assemble the next packet of a unit."""
    contract_id = key_of(request.POST.get("contract", ""), "slc", request.employer.pk)
    unit = request.POST.get("unit", "0").strip() or "0"
    kind = "aggregate" if unit == "0" else "specific"
    made: list[int] = []

    def make() -> None:
        told = {"contract_id": contract_id, "unit_id": number_of(unit), "by": request.user.email}
        made.append((ask_advance(**told) if request.POST.get("advance") else file_claim(kind=kind, **told)).pk)

    if not attempt(request, "The packet is assembled; send it and say so here.", make):
        return redirect(f"{request.root}exposure/filings/")
    return redirect(f"{request.root}exposure/filings/{public_id('slf', request.employer.pk, made[0])}/")


@require_POST
def step(request: HttpRequest, filing: str) -> HttpResponse:
    """The next step of a filing."""
    key = key_of(filing, "slf", request.employer.pk)
    posted = request.POST

    def do() -> None:
        on, cents = day_of(posted.get("on", "")), posted.get("amount", "").strip()
        state = posted.get("state", "")
        if state not in FilingEvent.State.values:
            raise DomainError("Choose the step.")
        if state == FilingEvent.State.POSTED:
            to = "invoice" if posted.get("to") == "invoice" else "fund"
            post_received(filing_id=key, on=on, by=request.user.email, to=to)
            return
        record(
            filing_id=key,
            state=state,
            on=on,
            by=request.user.email,
            cents=int(parse_amount(cents)) if cents else None,
            reference=posted.get("reference", "").strip()[:60],
            note=posted.get("note", "").strip()[:400],
        )

    attempt(request, "Recorded.", do)
    return redirect(f"{request.root}exposure/filings/{filing}/")


def day_of(text: str, where: str = "on") -> date:
    """The day of a form's field. Raises DomainError."""
    try:
        return date.fromisoformat(text)
    except ValueError as fault:
        raise DomainError("A day is needed, such as 2026-01-31.", where=where) from fault


def number_of(text: str) -> int:
    """The number by which a form names a person, a family or the group. Raises DomainError."""
    text = text.strip()
    if not (text.isascii() and text.isdigit() and len(text) < _LONGEST_NUMBER):
        raise DomainError("A person is named by number.", remedy="Take it from the exposure; 0 is the group.")
    return int(text)


@require_POST
def tell(request: HttpRequest) -> HttpResponse:
    """The carrier has been told of a notice."""
    key = key_of(request.POST.get("notice", ""), "ntc", request.employer.pk)
    attempt(request, "Marked as told.", lambda: tell_carrier(notice_ids=[key], by=request.user.email))
    return redirect(f"{request.root}exposure/")


@require_POST
def watch(request: HttpRequest) -> HttpResponse:
    """Watch somebody before any figure asks for it."""
    posted = request.POST

    def do() -> None:
        due_on = posted.get("due_on", "")
        open_watch(
            contract_id=key_of(posted.get("contract", ""), "slc", request.employer.pk),
            unit_id=number_of(posted.get("unit", "")),
            why=posted.get("why", ""),
            due_on=day_of(due_on, "due_on") if due_on else None,
            by=request.user.email,
        )

    attempt(request, "The watch is open: the carrier is to be told.", do)
    return redirect(f"{request.root}exposure/")


@require_GET
def gaps(request: HttpRequest) -> HttpResponse:
    """Month of service by month of payment over all contracts: covered once, twice, not at all."""
    employer_id = request.employer.pk
    proposed = agreements.proposed_stop_loss(employer_id)
    asked = request.GET.get("with", "")
    drawn = next((one for one in proposed if asked and one.version_id == key_of(asked, "slv", employer_id)), None)
    cover = request.GET.get("cover", "")
    told: dict[str, Any] = {"cover": cover if cover in book.COVERS else ""}
    told |= {"proposed": drawn.terms, "name": f"{drawn.number} (proposed)"} if drawn else {}
    found = book.gaps(employer_id, **told)
    months = sorted({cell.paid for row in found.cells for cell in row})
    rows = [(row[0].incurred, [None] * (len(months) - len(row)), row) for row in found.cells if row]
    context = {
        "gaps": found,
        "proposed": proposed,
        "drawn": drawn,
        "months": months,
        "rows": rows,
        "uncovered": [in_words(one) for one in found.uncovered],
        "doubled": [(in_words(one), ", ".join(one.names)) for one in found.doubled],
    }
    return show(request, "employer/stop_loss_gaps.html", here="exposure", **context)


@require_GET
def quotes(request: HttpRequest) -> HttpResponse:
    """The quotes that were tried on the past, and a form for another one."""
    held = agreements.stop_loss_contracts(request.employer.pk)
    return show(
        request,
        "employer/stop_loss_quotes.html",
        here="exposure",
        page=sheet(request, selectors.what_ifs()),
        held=held[-1].number if held else "",
    )


@require_POST
def ask_quote(request: HttpRequest) -> HttpResponse:
    """Ask; the page of the question tells how far its job is."""
    employer_id = request.employer.pk
    try:
        document = read_json(request.POST.get("document", ""))
        asked = ask(
            employer_id=employer_id,
            name=request.POST.get("name", "").strip() or "Quote",
            document=document,
            by=request.user.email,
        )
    except DomainError as refusal:
        messages.error(request, f"{refusal.where}: {refusal} {refusal.remedy}".strip(": "))
        return redirect(f"{request.root}exposure/quotes/")
    return redirect(f"{request.root}exposure/quotes/{public_id('slw', employer_id, asked.pk)}/")


@require_GET
def quote(request: HttpRequest, quote: str) -> HttpResponse:
    """Retained, reimbursed and premium, year by year: under the contract in force, and under the quote."""
    asked = selectors.what_if(key_of(quote, "slw", request.employer.pk))
    job = Job.objects.filter(pk=asked.job_id).first()
    context: dict[str, Any] = {
        "asked": asked,
        "job": job,
        "is_open": job is not None and job.state in (Job.State.QUEUED, Job.State.RUNNING),
    }
    if asked.result is not None:
        total = asked.result["total"]
        context |= {
            "result": asked.result,
            "difference": total["quote"]["cost_cents"] - total["present"]["cost_cents"],
            "chart": chart(asked.result["months"], request.employer.currency),
        }
    return show(request, "employer/stop_loss_quote.html", here="exposure", **context)


def chart(months: list[dict[str, Any]], currency: str) -> dict[str, Any]:
    """Two lines, what the months cost, and the difference as bars. The table below holds the figures."""
    return {
        "currency": currency,
        "label": "Cost by month of payment under the contract in force and under the quote. The table holds the figures.",
        "categories": [date.fromisoformat(one["month"]).strftime("%b %Y") for one in months],
        "series": [
            {"name": "In force", "type": "line", "data": [one["present"] for one in months]},
            {"name": "Quote", "type": "line", "data": [one["quote"] for one in months]},
            {"name": "Difference", "type": "bar", "data": [one["quote"] - one["present"] for one in months]},
        ],
    }
