"""The bank of the demo: a statement a month, as the CSV that a bank's site gives, and the books closed against it."""

import csv
import io
from collections.abc import Iterator
from datetime import date, timedelta

from tpa.books.funding import bank
from tpa.books.funding.models import Deposit
from tpa.books.ledger import selectors as ledger
from tpa.books.payments import selectors as payments
from tpa.engine.journal.accounts import CASH
from tpa.kernel.money import format_amount
from tpa.kernel.periods import Span, month_of
from tpa.workflows.bank_reconciliation import load_statements
from tpa.workflows.close import close_month

_COLUMNS = ("date", "type", "check_number", "reference", "amount", "balance")
_MAILED_DAYS, _CASHED_WITHIN_DAYS = 6, 21
_WAITS = "Approved in the month, funded by its invoice, which is paid on the first of the next."


def take_statement(month: date, *, person_id: int) -> None:
    """Load what the bank shows of a month, if anything moved. Done twice it is done once."""
    content = _statement(month_of(month))
    if content:
        load_statements(content=content, name=f"{month:%Y-%m}.csv", person_id=person_id)


def close_books(month: date, *, person_id: int) -> None:
    """Close a month that is open. Raises NotProven where the books do not prove."""
    open_from = ledger.open_from()
    if open_from is None or open_from <= month:
        close_month(month=month, person_id=person_id, explained={"claims_funded": _WAITS})


def _statement(month: Span) -> bytes:
    last = bank.last_statement()
    balance = last.closing_cents if last else 0
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(_COLUMNS)
    rows = sorted([*_booked(month), *_cashed(month)])
    for on, kind, number, reference, cents in rows:
        balance += cents
        writer.writerow((on, kind, number, reference, format_amount(cents), format_amount(balance)))
    return text.getvalue().encode() if rows else b""


def _booked(month: Span) -> Iterator[tuple[date, str, str, str, int]]:
    """What the books knew before the bank showed it: wires in and out."""
    for line in ledger.account_entries(CASH):
        if line.effective_on in month and line.source_kind != "payment":
            deposit = Deposit.objects.filter(pk=line.source_id).first() if line.source_kind == "deposit" else None
            yield line.effective_on, "wire", "", deposit.reference if deposit else "", line.cents


def _cashed(month: Span) -> Iterator[tuple[date, str, str, str, int]]:
    """The month's checks, cashed one after the other in the weeks after they were mailed."""
    checks = [
        one
        for one in payments.outstanding().filter(method="check").order_by("id")
        if one.issued_on is not None and one.issued_on in month
    ]
    for n, one in enumerate(checks):
        days = _MAILED_DAYS + _CASHED_WITHIN_DAYS * (n + 1) // len(checks)
        yield month.starts_on + timedelta(days), "check", one.number, "", -one.amount_cents
