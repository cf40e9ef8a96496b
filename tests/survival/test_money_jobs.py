"""The jobs that move money, killed at seeded points: payment run with its files, sending, prenotes, invoice, close.

Each step is killed (SIGKILL) in the middle of its statements, then right after its last one, and then begun again, as a
worker does it. The books are those of another employer with the same story whose steps were never disturbed.
"""

import os
import random
import signal
from datetime import date

from django.db import connection

from tenants import directory
from tenants.models import Employer
from tenants.scope import employer_scope
from tests.workflows import stories
from tests.workflows.claim_stories import new_claim, open_book, register
from tpa.books.funding.models import FundingInvoice
from tpa.books.ledger import selectors as ledger
from tpa.books.payments import accounts
from tpa.books.payments.models import PaymentFile
from tpa.infra.clock import clock_at
from tpa.infra.postgres.statements import count_statements
from tpa.workflows.adjudication import decide_waiting
from tpa.workflows.bank_accounts import decide_member_account, enter_member_account
from tpa.workflows.check_printing import print_run
from tpa.workflows.close import close_month
from tpa.workflows.deposits import receive_deposit
from tpa.workflows.month_end import approve_invoice, draft_month, issue_invoice
from tpa.workflows.payment_files import send_file, write_prenotes
from tpa.workflows.payment_run import run_payments
from tpa.workflows.proof import Proof, verify_books

SEED, KILLS_A_STEP = 20_260_331, 3
MARCH, ANA, BEN = date(2026, 3, 1), 7, 8
_ROWS = {
    "runs": "SELECT state, paid_count, paid_cents, held_cents, offset_cents FROM payments_paymentrun",
    "payments": "SELECT number, method, amount_cents, amounts, issued_on, state FROM payments_payment WHERE method = 'check'",
    "parts": "SELECT amount_cents, is_funded, issued_on, voided_on FROM payments_claimpayment",
    # The hash of a print, which names the employer, is left out.
    "events": 'SELECT kind, "on", left(note, 33) FROM payments_paymentevent',
    "files": "SELECT kind, total_cents, cardinality(payment_ids), sent_at IS NOT NULL FROM payments_paymentfile",
    "prenotes": "SELECT count(*) FROM payments_prenote",
    "invoices": "SELECT month, state, total_cents FROM funding_fundinginvoice",
    "entries": "SELECT event, source_kind, effective_on, count(*) FROM ledger_entry GROUP BY 1, 2, 3",
    "postings": "SELECT account, dimension, effective_on, sum(cents), count(*) FROM ledger_posting GROUP BY 1, 2, 3",
    "closes": "SELECT kind, month, by_id FROM ledger_monthclose",
    "rolled": "SELECT account, dimension, debit_cents, credit_cents FROM ledger_rolledbalance",
}


def tell_story(employer: Employer) -> None:
    """Eight claims of March, decided and funded; paying terms; a member's account to be tried; money at the bank."""
    homes = open_book(employer, count=4)
    stories.agree(employer, starts_on=MARCH)
    stories.charge_fees(employer, ("pepm", "Administration", {"rates_cents": {"EF": 3_500}}), effective_on=MARCH)
    with employer_scope(employer), clock_at(stories.at(2026, 3, 20)):
        bank = {"routing_number": "091000019", "account_number": "00123456"}
        told = {"bank_name": "First", "company_id": "1123456789", "alone_up_to_cents": 10**9, "layout": "generic"}
        made = accounts.propose_terms(**bank, **told, made_by_id=ANA, now=stories.at(2026, 3, 1))
        accounts.approve_terms(terms_id=made.pk, by_id=BEN, now=stories.at(2026, 3, 1))
        of = {**bank, "holder": "Ada", "kind": "checking", "call_back": "her", "person_id": ANA}
        account = enter_member_account(member_id=homes[0].member_ids[0], **of)
        decide_member_account(account_id=account.pk, approve=True, person_id=BEN)
        for n in range(8):
            register(new_claim(homes[n % 4], ("99213", 20_000), ref=f"c{n}", received_at=stories.at(2026, 3, 20)))
        decide_waiting(employer_id=employer.pk)
        receive_deposit(purpose="fund", received_on=date(2026, 3, 25), cents=1_000_000, reference="W")


def pay() -> None:
    """The payment run, with its files."""
    with clock_at(stories.at(2026, 3, 31)):
        run_payments()


def send() -> None:
    """Prenotes, every file that is not sent, and the checks of the runs for who prints and mails them."""
    with clock_at(stories.at(2026, 3, 31)):
        write_prenotes()
        for key, kind, run_id in PaymentFile.objects.filter(sent_at=None).values_list("pk", "kind", "run_id"):
            if kind == PaymentFile.Kind.PAPER:
                print_run(run_id=run_id, form="csv", person_id=ANA)
            else:
                send_file(file_id=key, person_id=ANA)


def bill() -> None:
    """March's invoice, to its end."""
    with clock_at(stories.at(2026, 4, 2)):
        invoice = draft_month(month=MARCH)
        if invoice.state == FundingInvoice.State.DRAFT:
            invoice = approve_invoice(invoice_id=invoice.pk)
        if invoice.state == FundingInvoice.State.APPROVED:
            issue_invoice(invoice_id=invoice.pk)


def close() -> None:
    """March's close."""
    with clock_at(stories.at(2026, 4, 2)):
        if ledger.open_from() is None:
            close_month(month=MARCH, person_id=ANA, explained={"bank": "Seen at the bank"})


STEPS = (pay, send, bill, close)


class _Deadly(list[str]):
    """Statements, of which the n-th is not sent any more."""

    def __init__(self, fatal: int) -> None:
        super().__init__()
        self._fatal = fatal

    def append(self, statement: str) -> None:
        super().append(statement)
        if len(self) == self._fatal:
            os.kill(os.getpid(), signal.SIGKILL)


def killed(employer: Employer, step, fatal: int) -> bool:
    """Take the step in a process of its own that dies at its `fatal`-th statement, or after the last; whether it did."""
    connection.close()
    connection.close_pool()
    child = os.fork()
    if child == 0:
        with employer_scope(employer), count_statements() as seen:
            seen.seen = _Deadly(fatal)
            step()
        os.kill(os.getpid(), signal.SIGKILL)
    return os.WTERMSIG(os.waitpid(child, 0)[1]) == signal.SIGKILL


def digest(employer: Employer) -> dict[str, list[str]]:
    """Every kind of row, without keys."""
    with employer_scope(employer), connection.cursor() as cursor:
        found = {}
        for name, query in _ROWS.items():
            cursor.execute(query)
            found[name] = sorted(map(str, cursor.fetchall()))
        return found


def test_killed_at_any_statement_money_moves_once(own_database):
    disturbed, calm = (directory.employer_of_code(code) for code in ("acme", "umbra"))
    for employer in (disturbed, calm):
        tell_story(employer)
    chance = random.Random(SEED)
    for step in STEPS:
        with employer_scope(calm), count_statements() as whole:
            step()
        points = sorted(chance.sample(range(1, whole.count + 1), KILLS_A_STEP))
        assert all(killed(disturbed, step, point) for point in points)
        assert killed(disturbed, step, whole.count + 1_000)
        with employer_scope(disturbed):
            step()
    assert digest(disturbed) == digest(calm)
    paid = digest(disturbed)
    assert len(paid["runs"]) == 1
    assert len(paid["parts"]) == 8
    assert paid["closes"] == ["('closed', datetime.date(2026, 3, 1), 7)"]
    assert verify_books(employer_id=disturbed.pk) == Proof(8, [])
