"""Invoices, stop-loss exposure, and the ledger from the trial balance down to the claim."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_GET, require_POST

from tpa.books.claims import selectors as claims
from tpa.books.funding import account as accounts
from tpa.books.funding import selectors as funding
from tpa.books.funding.invoicing import dispute_line
from tpa.books.ledger import selectors as ledger
from tpa.books.stoploss import at_risk
from tpa.books.stoploss import selectors as stoploss
from tpa.engine.journal.accounts import CHART
from tpa.infra import clock
from tpa.kernel.errors import NotFoundError
from tpa.kernel.ids import key_of, public_id
from tpa.web.files import file_answer
from tpa.web.pages import PER_PAGE, attempt, sheet, show
from tpa.workflows.invoice_files import FILES, invoice_file
from tpa.workflows.invoice_paper import invoice_paper
from tpa.workflows.statement_files import STATEMENT_FILES, statement_file

_SHOWN_RISKS = 25
_NEXT_STEP = {"draft": "review", "reviewed": "approve", "approved": "issue"}
"""State of an invoice -> what is done with it next."""


@require_GET
def invoices(request: HttpRequest) -> HttpResponse:
    """The invoices, the latest month first."""
    found = accounts.statement(clock.today(request.employer.time_zone)).receivables
    return show(
        request, "employer/invoices.html", here="invoices", page=sheet(request, funding.invoices()), receivables=found
    )


@require_GET
def invoice(request: HttpRequest, invoice: str) -> HttpResponse:
    """One invoice, line by line."""
    found = funding.invoice(key_of(invoice, "inv", request.employer.pk))
    lines = found.lines.order_by("n").prefetch_related("disputes")
    context = {
        "invoice": found,
        "lines": lines,
        "disputes": [one for line in lines for one in line.disputes.all()],
        "changes": found.basis.get("changes", []),
        "sendings": found.sendings.all(),
        "files": FILES,
        "next_step": _NEXT_STEP.get(found.state, ""),
    }
    return show(request, "employer/invoice.html", here="invoices", **context)


@require_GET
def invoice_pdf(request: HttpRequest, invoice: str) -> HttpResponse:
    """The invoice as a PDF."""
    number, paper = invoice_paper(employer=request.employer, invoice_id=key_of(invoice, "inv", request.employer.pk))
    return file_answer(paper, f"invoice-{number}.pdf", inline=True)


@require_GET
def invoice_rows(request: HttpRequest, invoice: str, name: str) -> HttpResponse:
    """The invoice or the rows behind it as a file."""
    key = key_of(invoice, "inv", request.employer.pk)
    saved_as, content = invoice_file(employer=request.employer, invoice_id=key, name=name)
    return file_answer(content, saved_as)


@require_POST
def dispute(request: HttpRequest, invoice: str) -> HttpResponse:
    """A line that the employer does not accept."""
    found = funding.invoice(key_of(invoice, "inv", request.employer.pk))
    position = request.POST.get("position", "")
    line = found.lines.filter(n=int(position)).first() if position.isdecimal() else None
    if line is None:
        raise NotFoundError("There is no such line.")
    told = {"line_id": line.pk, "reason": request.POST.get("reason", ""), "raised_by": request.user.email}
    attempt(request, "The line is disputed; the TPA answers here.", lambda: dispute_line(**told, now=clock.now()))
    return redirect(f"{request.root}invoices/{invoice}/" if request.root else f"/invoices/{invoice}/")


@require_GET
def statement(request: HttpRequest) -> HttpResponse:
    """What was asked for, what was paid, what is open and how old that is?"""
    found = accounts.statement(clock.today(request.employer.time_zone))
    context = {
        "statement": found,
        "entries": [
            (one, found.paid.get(one.source_id, ()) if one.kind == "payment" else ()) for one in found.entries[::-1]
        ],
        "files": STATEMENT_FILES,
    }
    return show(request, "employer/statement.html", here="statement", **context)


@require_GET
def statement_rows(request: HttpRequest, name: str) -> HttpResponse:
    """The statement of today as a file."""
    as_of = clock.today(request.employer.time_zone)
    saved_as, content = statement_file(employer=request.employer, as_of=as_of, name=name)
    return file_answer(content, saved_as)


@require_GET
def exposure(request: HttpRequest) -> HttpResponse:
    """How bad can it get, and what is coming back? People are shown by number, never by name."""
    today = clock.today(request.employer.time_zone)
    found = stoploss.exposures(request.employer.pk, today)
    receivables = [row for contract, _ in found for row in stoploss.receivables(contract.contract_id)]
    context = {
        "exposures": found,
        "receivables": receivables,
        "risks": at_risk.risks(request.employer.pk, today)[:_SHOWN_RISKS],
        "own": at_risk.own(request.employer.pk, today),
        "untold": stoploss.notices([contract.contract_id for contract, _ in found]).filter(sent_at=None)[:_SHOWN_RISKS],
    }
    return show(request, "employer/exposure.html", here="exposure", **context)


@require_GET
def trial_balance(request: HttpRequest) -> HttpResponse:
    """Every account with its balance; they add up to zero."""
    accounts = [row for row in ledger.trial_balance() if row.debit_cents or row.credit_cents]
    total = sum(row.balance_cents for row in accounts)
    return show(request, "employer/trial_balance.html", here="ledger", accounts=accounts, total=total)


@require_GET
def account(request: HttpRequest, account: str) -> HttpResponse:
    """The postings behind a balance, latest first."""
    if account not in CHART:
        raise NotFoundError("There is no such account.")
    before = request.GET.get("before")
    before_id = key_of(before, "led", request.employer.pk) if before else None
    lines = ledger.posted_lines(account, before_entry_id=before_id, limit=PER_PAGE)
    context = {
        "account": CHART[account],
        "lines": lines,
        "balance": ledger.balance(account),
        "full": len(lines) == PER_PAGE,
    }
    return show(request, "employer/account.html", here="ledger", **context)


@require_GET
def entry(request: HttpRequest, entry: str) -> HttpResponse:
    """One entry with all its postings, and the way to what caused it."""
    employer_id = request.employer.pk
    lines = ledger.lines_of_entry(key_of(entry, "led", employer_id))
    head = lines[0]
    context = {
        "head": head,
        "lines": [(line, CHART[line.account]) for line in lines],
        "total": sum(line.cents for line in lines),
        "source": _source(employer_id, head),
    }
    return show(request, "employer/entry.html", here="ledger", **context)


def _source(employer_id: int, head: ledger.PostedLine) -> tuple[str, str]:
    """(what caused an entry, its page below the employer's root); an empty page where it has none."""
    if head.source_kind == "decision":
        decision = claims.decision(head.source_id)
        page = f"claims/{public_id('clm', employer_id, decision.claim_id)}/"
        return f"claim {decision.claim_id}, version {decision.version}", page
    if head.source_kind == "invoice":
        found = funding.invoice(head.source_id)
        return f"invoice {found.number}", f"invoices/{public_id('inv', employer_id, found.pk)}/"
    return f"{head.source_kind.replace('_', ' ')} {head.source_id}", ""
