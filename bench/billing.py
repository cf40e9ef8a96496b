"""The end of a month for many employers: their invoices, and the stop-loss sweep against reading what it looks at."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import NamedTuple

from django.db import connection, transaction

from bench import book
from bench.meter import measured
from tenants.models import Employer
from tenants.scope import employer_scope
from tests.workflows.stories import agree, charge_fees, insure, issued
from tpa.infra.clock import clock_at
from tpa.infra.postgres.statements import count_statements
from tpa.kernel.periods import add_months
from tpa.workflows.adjudication import decide_waiting
from tpa.workflows.month_end import approve_invoice, draft_month, issue_invoice
from tpa.workflows.stop_loss_sweep import sweep

YEAR, MONTH = 2026, date(2026, 4, 1)
"""The claims are decided in this month, and it is the first that is invoiced."""
_RATES = {"EE": 3200, "EF": 4400}
_FEES = (
    ("pepm", "Administration", {"rates_cents": _RATES}),
    ("per_claim", "Claim handling", {"rate_cents": 550}),
    ("percent_of_claims", "Managed care", {"rate_bp": 150}),
    ("minimum", "Monthly minimum", {"minimum_cents": 500_000}),
)
_SPECIFIC = {"deductible_cents": 1_000_000, "premium": {"rates_cents": {"EE": 9_000, "EF": 21_000}}}
_AGGREGATE = {
    "factors": [{"code": "medical", "factors_cents": {"ALL": 60_000}}],
    "premium": {"rates_cents": {"ALL": 450}},
}
_PEOPLE_OF_A_FAMILY = 2
_READ = """
    SELECT d.id, d.claim_id, d.member_id, d.family_id, d.decided_on, l.line_of_coverage, l.service_on, l.paid_cents,
        p.issued_on
    FROM claims_decision d JOIN claims_decisionline l ON l.decision_id = d.id
    LEFT JOIN payments_claimpayment p ON p.decision_id = d.id"""
_PAY = """
    INSERT INTO payments_claimpayment (payment_id, decision_id, claim_id, amount_cents, is_funded, issued_on)
    SELECT %s, id, claim_id, paid_cents, false, decided_on FROM claims_decision WHERE paid_cents > 0"""


class Billed(NamedTuple):
    """Seconds of drafting and of issuing all invoices, and statements of one of each."""

    draft_seconds: float
    issue_seconds: float
    draft_statements: float
    issue_statements: float


class Swept(NamedTuple):
    """Seconds of the sweeps, of sweeping again with nothing new, and of reading the same rows into the same process."""

    decisions_count: int
    seconds: float
    again_seconds: float
    read_seconds: float


def open_books(employers: Sequence[Employer], *, lives: int, claims_count: int) -> None:
    """Agreement, fees, stop-loss, people, and so many claims of one line each, decided and paid in the month."""
    for employer in employers:
        agree(employer, date(YEAR, 1, 1))
        charge_fees(employer, *_FEES, effective_on=date(YEAR, 1, 1))
        insure(employer, _SPECIFIC, _AGGREGATE, year=YEAR)
        homes = book.open_book(employer, lives // _PEOPLE_OF_A_FAMILY * book.CLAIMS_OF_A_FAMILY)
        book.register(employer, book.claims(homes, claims_count // len(employers), lines=1))
        with clock_at(_on(MONTH, 20)):
            decide_waiting(employer_id=employer.pk)
        with employer_scope(employer), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(_PAY, [issued(1, MONTH).pk])
    book.settle()


def billed(employers: Sequence[Employer]) -> Billed:
    """Draft the month of every employer, then approve and issue it. Raises RuntimeError where one asks for nothing."""
    invoices = {}

    def draft(employer: Employer) -> None:
        invoices[employer.pk] = draft_month(month=MONTH).pk

    def issue(employer: Employer) -> None:
        approve_invoice(invoice_id=invoices[employer.pk], person_id=1)
        if issue_invoice(invoice_id=invoices[employer.pk], person_id=1).claims_cents <= 0:
            raise RuntimeError(f"the invoice of {employer.code} bills no claims")

    with clock_at(_on(add_months(MONTH, 1), 2)):
        draft_seconds, drafting = _for_each(employers, draft)
        issue_seconds, issuing = _for_each(employers, issue)
    return Billed(draft_seconds, issue_seconds, drafting, issuing)


_DRAFTS = 7
"""A draft takes a moment; of so many the least counts."""


def growth(employer: Employer, *, months: int) -> float:
    """CPU of drafting an employer's last month over that of its second, with as many claims in each: 1.0 for the same."""
    homes = book.open_book(employer, 250 * book.CLAIMS_OF_A_FAMILY)
    agree(employer, date(YEAR, 1, 1))
    charge_fees(employer, *_FEES, effective_on=date(YEAR, 1, 1))
    insure(employer, _SPECIFIC, _AGGREGATE, year=YEAR)
    costs = []
    for n in range(months):
        month = add_months(date(YEAR, 1, 1), n)
        book.register(employer, book.claims(homes, 1000, lines=1, round_=n))
        with clock_at(_on(month, 20)):
            decide_waiting(employer_id=employer.pk)
        book.settle()
        with employer_scope(employer), clock_at(_on(add_months(month, 1), 2)):
            invoice = draft_month(month=month)  # the first reads what this process keeps
            drafts = []
            for _ in range(_DRAFTS):
                with measured() as spent:
                    invoice = draft_month(month=month)
                drafts.append(spent.cpu)
            approve_invoice(invoice_id=invoice.pk, person_id=1)
            issue_invoice(invoice_id=invoice.pk, person_id=1)
        costs.append(min(drafts))
    return costs[-1] / costs[1]


def swept(employers: Sequence[Employer]) -> Swept:
    """Sweep every employer. Raises RuntimeError where nobody reaches a deductible, or a second sweep finds anything."""
    found = []

    def run(employer: Employer) -> None:
        wrote = sweep(as_of=MONTH + timedelta(days=29))
        found.append(len(wrote.receivables))

    def read(employer: Employer) -> None:
        with connection.cursor() as cursor:
            cursor.execute(_READ)
            rows.extend(cursor.fetchall())

    rows: list[object] = []
    read_seconds, _ = _for_each(employers, read)
    seconds, _ = _for_each(employers, run)
    reached = sum(found)
    again_seconds, _ = _for_each(employers, run)
    if not reached or sum(found) != reached:
        raise RuntimeError(f"{reached} receivables, after a second sweep {sum(found)}")
    return Swept(len(rows), seconds, again_seconds, read_seconds)


def _for_each(employers: Sequence[Employer], do: Callable[[Employer], None]) -> tuple[float, float]:
    """Seconds of doing it in the books of each, and statements of one."""
    began = time.perf_counter()
    with count_statements() as sent:
        for employer in employers:
            with employer_scope(employer):
                do(employer)
    return time.perf_counter() - began, sent.count / len(employers)


def _on(month: date, day: int) -> datetime:
    return datetime(month.year, month.month, day, 12, tzinfo=UTC)
