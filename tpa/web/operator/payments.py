"""Payments at the desk: runs proposed, approved and released by two persons, a payment's life, what payees owe."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from datetime import date
from typing import TypeVar

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_GET, require_POST

from tpa.books.edi import banks
from tpa.books.members import selectors as members
from tpa.books.payments import accounts, selectors
from tpa.books.payments.models import PayingTerms, PaymentFile
from tpa.books.providers import payee_accounts, payee_addresses
from tpa.books.providers.account_models import PayeeAccount, PayeeAddress
from tpa.engine.paying import states
from tpa.infra import clock
from tpa.kernel.errors import DomainError, NotFoundError
from tpa.kernel.ids import key_of
from tpa.kernel.money import parse_amount
from tpa.web.files import file_answer
from tpa.web.pages import attempt, employer_page, sheet, show, uploaded
from tpa.workflows import payment_lives, payment_run, receivables
from tpa.workflows.check_printing import Form, print_payment, print_run
from tpa.workflows.eobs import eob, eob_paper
from tpa.workflows.overpayment_letters import letter_paper
from tpa.workflows.payee_addresses import without_address
from tpa.workflows.payment_files import send_file, send_run

_SHOWN = 200
_BESIDE = 25
_RETURNED = {
    "reopened": "to be voided or issued anew",
    "refused": "of an account that is used no more",
    "state": "came back before",
    "unknown": "of no transfer of ours",
}
"""What became of an entry of a return file, as it is counted."""
_Row = TypeVar("_Row", PayeeAccount, PayeeAddress)
_DAYS, _MOST_DAYS = ("recoup_after_days", "stale_after_days", "unclaimed_after_days"), 3_650


@employer_page("payments.read")
@require_GET
def runs(request: HttpRequest) -> HttpResponse:
    """What was paid run by run, and the run that waits for somebody."""
    open_run = selectors.open_run()
    latest = selectors.runs().first()
    waiting, unsent = selectors.waiting_payments(), selectors.files().filter(sent_at=None, run=None)
    return show(
        request,
        "operator/payment_runs.html",
        here="payments",
        page=sheet(request, selectors.runs()),
        open_run=open_run,
        available_cents=payment_run.available_cents(),
        unmailed=without_address()[:_SHOWN] if latest is not None and latest.unmailed_count else [],
        terms=selectors.terms(),
        waiting=waiting[:_BESIDE],
        more_waiting=max(0, waiting.count() - _BESIDE),
        unsent_runs=selectors.unsent_by_run(),
        unsent=unsent[:_BESIDE],
        more_unsent=max(0, unsent.count() - _BESIDE),
    )


@employer_page("payments.release")
@require_POST
def returns(request: HttpRequest) -> HttpResponse:
    """Take in what the bank has sent back."""

    def act() -> None:
        content, _ = uploaded(request, "the return file (NACHA)")
        taken = payment_lives.take_returns(content=content.read(), person_id=request.user.person)
        counts = Counter[str](one.outcome for one in taken)
        told = [f"{counts[outcome]} {what}" for outcome, what in _RETURNED.items() if counts[outcome]]
        messages.success(request, f"{'; '.join(told) or 'Nothing came back in this file'}.")

    attempt(request, "", act)
    return redirect(f"{request.root}payment-runs/")


@employer_page("payments.release")
@require_POST
def propose(request: HttpRequest) -> HttpResponse:
    """Put together what may be paid today."""
    person = request.user.person

    def act() -> None:
        if payment_run.propose_payments(person_id=person) is None:
            raise DomainError("Nothing waits to be paid.")

    attempt(request, "The run is proposed.", act)
    return redirect(f"{request.root}payment-runs/")


@employer_page("payments.read")
@require_GET
def run(request: HttpRequest, run: str) -> HttpResponse:
    """One run: to whom, how much, what is set off, and who may take it on."""
    found = selectors.run(key_of(run, "run", request.employer.pk))
    person = request.user.person
    is_maker = found.needs_second_person and person == (found.proposed_by_id or found.approved_by_id)
    return show(
        request,
        "operator/payment_run.html",
        here="payments",
        run=found,
        page=sheet(request, found.payments.order_by("id")),
        files=selectors.files().filter(run=found)[:_SHOWN],
        has_checks=selectors.files().filter(run=found, kind=PaymentFile.Kind.PAPER).exists(),
        is_maker=is_maker,
        may_release=found.state == "approved" or (found.state == "proposed" and not found.needs_second_person),
    )


@employer_page("payments.release")
@require_POST
def act_on_run(request: HttpRequest, run: str, action: str) -> HttpResponse:
    """Approve, release or cancel."""
    key, person = key_of(run, "run", request.employer.pk), request.user.person
    steps: dict[str, tuple[str, Callable[[], object]]] = {
        "approve": ("The run is approved.", lambda: payment_run.approve_payments(run_id=key, person_id=person)),
        "release": ("The run is released.", lambda: payment_run.release_payments(run_id=key, person_id=person)),
        "cancel": (
            "The run is cancelled.",
            lambda: payment_run.cancel_payments(run_id=key, person_id=person, note=request.POST.get("note", "")),
        ),
    }
    if action not in steps:
        raise NotFoundError("There is no such step.")
    attempt(request, *steps[action])
    return redirect(f"{request.root}payment-runs/{run}/")


@employer_page("payments.read")
@require_GET
def payment(request: HttpRequest, payment: str) -> HttpResponse:
    """One payment: its claims, what it sets off and carries on, and its timeline."""
    found = selectors.payment(key_of(payment, "pay", request.employer.pk))
    return show(
        request,
        "operator/payment.html",
        here="payments",
        payment=found,
        address=found.address,
        claims=found.claims.order_by("id"),
        carried=found.carried.all(),
        taken=found.taken.select_related("payment"),
        events=found.events.all(),
        may_print=found.method == states.CHECK and found.issued_on is not None and found.state not in states.STOPPED,
        may_void=states.may_become(found.state, "void", found.method),
    )


@employer_page("payments.release")
@require_POST
def act_on_payment(request: HttpRequest, payment: str, action: str) -> HttpResponse:
    """Void it, or issue it anew."""
    key, person = key_of(payment, "pay", request.employer.pk), request.user.person
    reason = request.POST.get("reason", "")
    steps: dict[str, tuple[str, Callable[[], object]]] = {
        "void": (
            "The payment is void; its claims are paid by the next run.",
            lambda: payment_lives.void_payment(payment_id=key, person_id=person, reason=reason),
        ),
        "reissue": (
            "The payment is issued anew.",
            lambda: payment_lives.reissue_payment(payment_id=key, person_id=person, reason=reason),
        ),
        "mail": ("The check is mailed.", lambda: payment_lives.mail_payments(payment_ids=[key], person_id=person)),
    }
    if action not in steps:
        raise NotFoundError("There is no such step.")
    attempt(request, *steps[action])
    return redirect(f"{request.root}payments/{payment}/")


@employer_page("payments.read")
@require_GET
def letter(request: HttpRequest, payment: str) -> HttpResponse:
    """The letter that asks for an overpayment, as PDF."""
    key = key_of(payment, "pay", request.employer.pk)
    paper = letter_paper(employer=request.employer, payment_id=key)
    return file_answer(paper, f"overpayment-{payment}.pdf", inline=True)


@employer_page("payments.release")
@require_GET
def file(request: HttpRequest, file: str) -> HttpResponse:
    """A file as it was released."""

    def send() -> tuple[str, bytes]:
        sent = send_file(file_id=key_of(file, "pfl", request.employer.pk), person_id=request.user.person)
        return sent.name, bytes(sent.content)

    return _download(request, "payment-runs/", send)


@employer_page("payments.release")
@require_POST
def run_files(request: HttpRequest, run: str) -> HttpResponse:
    """All files of a run as they were released, in one."""
    key, person = key_of(run, "run", request.employer.pk), request.user.person
    return _download(request, f"payment-runs/{run}/", lambda: (f"{run}.zip", send_run(run_id=key, person_id=person)))


@employer_page("payments.release")
@require_POST
def print_checks(request: HttpRequest, run: str, form: str) -> HttpResponse:
    """The checks of a run on paper, or as a list for who prints and mails them."""
    key, person = key_of(run, "run", request.employer.pk), request.user.person
    return _download(
        request, f"payment-runs/{run}/", lambda: print_run(run_id=key, form=_form(form), person_id=person)[:2]
    )


@employer_page("payments.release")
@require_POST
def print_check(request: HttpRequest, payment: str, form: str) -> HttpResponse:
    """One check on paper: the original once, then copies."""
    key, person = key_of(payment, "pay", request.employer.pk), request.user.person
    return _download(
        request, f"payments/{payment}/", lambda: print_payment(payment_id=key, form=_form(form), person_id=person)[:2]
    )


def _form(told: str) -> Form:
    if told not in ("pdf", "csv"):
        raise NotFoundError("Checks are not printed in this form.")
    return "csv" if told == "csv" else "pdf"


def _download(request: HttpRequest, back_to: str, make: Callable[[], tuple[str, bytes]]) -> HttpResponse:
    """What `make` gives, (name, content), as a file; where it refuses, the page again with the reason."""
    try:
        name, content = make()
    except NotFoundError:
        raise
    except DomainError as refusal:
        messages.error(request, f"{refusal} {refusal.remedy}")
        return redirect(f"{request.root}{back_to}")
    return file_answer(content, name)


@employer_page("payments.read")
@require_GET
def payees(request: HttpRequest) -> HttpResponse:
    """What payees owe back, where their money goes, and how claims are paid."""
    balances = selectors.open_balances().select_related("payment").order_by("-id")
    waiting = [one for one in selectors.payables() if one.cents < 0]
    return show(
        request,
        "operator/payees.html",
        here="payees",
        page=sheet(request, balances),
        owed_cents=sum(one.cents for one in balances) - sum(one.cents for one in waiting),
        waiting=waiting[:_SHOWN],
        accounts=_with_names(payee_accounts.accounts(request.employer.pk)[:_SHOWN]),
        addresses=_with_names(payee_addresses.addresses(request.employer.pk)[:_SHOWN]),
        files=selectors.files().filter(kind="trials")[:20],
        terms=selectors.terms(),
        proposed=selectors.proposed_terms(),
        layouts=banks.layout_names(),
        person=request.user.person,
        kinds=PayeeAccount.Kind.choices,
        unclaimed=PayingTerms.Unclaimed.choices,
    )


def _with_names(rows: Iterable[_Row]) -> list[tuple[_Row, str]]:
    """Accounts or addresses, and whose they are in the plan's books."""
    found = list(rows)
    names = members.subscriber_names([one.family_id for one in found])
    return [(one, names.get(one.family_id, "")) for one in found]


@employer_page("payments.release")
@require_POST
def ask_back(request: HttpRequest, claim: str) -> HttpResponse:
    """Ask for an overpayment by letter, instead of setting it off."""
    key = key_of(claim, "clm", request.employer.pk)
    person = request.user.person
    attempt(request, "It is asked for by letter.", lambda: receivables.ask_back(claim_id=key, person_id=person))
    return redirect(f"{request.root}payees/")


@employer_page("funding.record")
@require_POST
def refund(request: HttpRequest, balance: str) -> HttpResponse:
    """A payee has sent the money of a balance."""
    found = selectors.balance(key_of(balance, "bal", request.employer.pk))
    today = clock.today(request.employer.time_zone)

    def act() -> None:
        receivables.receive_refund(
            balance_id=found.pk,
            cents=found.cents,
            received_on=today,
            reference=request.POST.get("reference", ""),
            person_id=request.user.person,
        )

    attempt(request, "The refund is recorded.", act)
    return redirect(f"{request.root}payees/")


@employer_page("payments.release")
@require_POST
def new_terms(request: HttpRequest) -> HttpResponse:
    """Paying terms, for another person to approve."""
    sent = request.POST

    def act() -> None:
        numbers = {name: sent.get(name, "").strip() for name in ("first_check_number", *_DAYS)}
        if not all(text.isascii() and text.isdigit() and len(text) < 12 for text in numbers.values()):
            raise DomainError("The first check's number and the days are whole numbers.")
        accounts.propose_terms(
            bank_name=sent.get("bank_name", "")[:60],
            routing_number=sent.get("routing_number", "").strip(),
            account_number=sent.get("account_number", "").strip(),
            company_id=sent.get("company_id", "").strip(),
            fraction=sent.get("fraction", "").strip()[:20],
            layout=sent.get("layout", ""),
            unclaimed_to="state" if sent.get("unclaimed_to") == "state" else "plan",
            alone_up_to_cents=parse_amount(sent.get("alone_up_to", "")),
            first_check_number=int(numbers["first_check_number"]),
            **{name: min(_MOST_DAYS, int(numbers[name])) for name in _DAYS},
            made_by_id=request.user.person,
            now=clock.now(),
        )

    attempt(request, "The terms wait for another person's approval.", act)
    return redirect(f"{request.root}payees/")


@employer_page("payments.release")
@require_POST
def approve_terms(request: HttpRequest, terms: str) -> HttpResponse:
    """The proposed terms hold from now on."""
    key = key_of(terms, "ptm", request.employer.pk)

    def act() -> None:
        accounts.approve_terms(terms_id=key, by_id=request.user.person, now=clock.now())

    attempt(request, "The terms hold.", act)
    return redirect(f"{request.root}payees/")


@employer_page("claims.read")
@require_GET
def explanation(request: HttpRequest, decision: str) -> HttpResponse:
    """A decision's explanation of benefits as PDF."""
    told = eob(employer=request.employer, decision_id=key_of(decision, "dec", request.employer.pk))
    decided_on = date.fromisoformat(told["decided_on"])
    paper = eob_paper(employer=request.employer, eobs=[told])
    return file_answer(paper, f"eob-{decided_on:%Y%m%d}.pdf", inline=True)
