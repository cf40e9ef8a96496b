"""The pages of the portal: home, invoices, exposure, members, ledger."""

from __future__ import annotations

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from tpa.books.funding import selectors as funding
from tpa.books.ledger import selectors as ledger
from tpa.books.members import selectors as members
from tpa.books.stoploss import selectors as stoploss
from tpa.engine.journal.accounts import CHART
from tpa.infra import clock
from tpa.kernel.errors import NotFoundError
from tpa.kernel.ids import key_of
from tpa.web.pages import portal_page
from tpa.web.portal import figures
from tpa.workflows.invoice_paper import invoice_paper

PER_PAGE = 50


def show(request: HttpRequest, template: str, **context: object) -> HttpResponse:
    """A portal page with what every page needs: the employer, the roles, the instant."""
    employer = request.employer
    allows = {
        action.replace(".", "_"): request.user.allows(action, employer.pk)
        for action in ("invoices.read", "exposure.read", "ledger.read", "members.read", "files.read")
    }
    now = clock.now()
    return render(request, f"portal/{template}.html", {"employer": employer, "may": allows, "as_of": now, **context})


@portal_page("summary.read")
def home(request: HttpRequest) -> HttpResponse:
    """What has the plan cost, and is that normal?"""
    today = clock.today(request.employer.time_zone)
    return show(request, "home", here="home", **figures.home(request.employer, today))


@portal_page("invoices.read")
def invoices(request: HttpRequest) -> HttpResponse:
    """The invoices, the latest month first."""
    page = Paginator(funding.invoices(), PER_PAGE).get_page(request.GET.get("page"))
    return show(request, "invoices", here="invoices", page=page)


@portal_page("invoices.read")
def invoice(request: HttpRequest, invoice: str) -> HttpResponse:
    """One invoice, line by line."""
    found = funding.invoice(key_of(invoice, "inv", request.employer.pk))
    return show(request, "invoice", here="invoices", invoice=found, lines=found.lines.order_by("n"))


@portal_page("invoices.read")
def invoice_pdf(request: HttpRequest, invoice: str) -> HttpResponse:
    """The invoice as a PDF."""
    number, paper = invoice_paper(employer=request.employer, invoice_id=key_of(invoice, "inv", request.employer.pk))
    answer = HttpResponse(paper, content_type="application/pdf")
    answer["Content-Disposition"] = f'inline; filename="invoice-{number}.pdf"'
    return answer


@portal_page("exposure.read")
def exposure(request: HttpRequest) -> HttpResponse:
    """How bad can it get, and what is coming back? People are shown by number, never by name."""
    today = clock.today(request.employer.time_zone)
    found = stoploss.exposures(request.employer.pk, today)
    return show(request, "exposure", here="exposure", exposures=found, receivables=_receivables(found))


def _receivables(found: list) -> list:
    return [row for contract, _ in found for row in stoploss.receivables(contract.contract_id)]


@portal_page("members.read")
def roster(request: HttpRequest) -> HttpResponse:
    """Who is covered?"""
    text = request.GET.get("q", "").strip()
    rows = members.member_search(text) if text else members.members().order_by("last_name", "first_name", "id")
    page = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    return show(request, "members", here="members", page=page, q=text, lives=members.lives_on(clock.today()))


@portal_page("ledger.read")
def trial_balance(request: HttpRequest) -> HttpResponse:
    """Every account with its balance; they add up to zero."""
    accounts = [row for row in ledger.trial_balance() if row.debit_cents or row.credit_cents]
    total = sum(row.balance_cents for row in accounts)
    return show(request, "trial_balance", here="ledger", accounts=accounts, total=total)


@portal_page("ledger.read")
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
    return show(request, "account", here="ledger", **context)
