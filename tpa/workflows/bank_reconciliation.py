"""Bank reconciliation: a statement file is read, its entries are matched with the books, payments that it shows are cleared.

    statements, is_new = load_statements(content=..., name="march.csv", person_id=7)    # the same file twice does nothing
    explain_entry(entry_id=..., explanation="Bank's fee, refunded in April", person_id=7)
    proof = bank_proof(as_of=date(2026, 3, 31))                # bank +- in transit - not in the books = ledger's cash

What the bank shows and the books do not know waits for a person. Everything happens inside `employer_scope`.
"""

import hashlib
from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

from django.db import transaction

from tpa.books.funding import bank
from tpa.books.funding.bank_models import BankEntry, BankStatement
from tpa.books.funding.errors import BankError
from tpa.books.funding.models import Deposit
from tpa.books.ledger import selectors as ledger
from tpa.books.payments import selectors as payments
from tpa.books.payments.models import Payment
from tpa.engine.bank.matching import Found, Match, Movement, Proof, match
from tpa.engine.bank.read import read_statements
from tpa.engine.bank.statement import Entry, Kind
from tpa.engine.journal.accounts import CASH, OUTSTANDING_PAYMENTS
from tpa.infra import clock, locks
from tpa.infra.employers import open_employer
from tpa.workflows.deposits import receive_deposit
from tpa.workflows.payment_lives import Item, clear_payments

_METHODS = {"check": Kind.CHECK, "ach": Kind.ACH}


class BankStanding(NamedTuple):
    """The last statement by a day, the proof as of its last day, and how many entries nobody has explained."""

    statement: BankStatement | None
    proof: Proof
    exception_count: int


@transaction.atomic
def load_statements(*, content: bytes, name: str, person_id: int | None = None) -> tuple[list[BankStatement], bool]:
    """Read and keep a file's statements, match them, clear what they show; whether the file was new.

    Raises BankFileError with the place of the fault, BankError for a statement that does not follow the last one.
    """
    employer = open_employer()
    locks.lock("bank")
    file_hash = hashlib.sha256(content).hexdigest()
    known = bank.statements_of_file(file_hash)
    if known:
        return known, False
    form, read = read_statements(content)
    for position, one in enumerate(read, 1):
        if one.currency not in ("", employer.currency):
            told = f"It is in {one.currency}, the employer's money is in {employer.currency}."
            raise BankError(
                told, where=f"statement {position}", remedy="Load the statements of the fund's own account."
            )
        rows = bank.record_statement(
            read=one, form=form, name=name, file_hash=file_hash, position=position,
            found=["unknown"] * len(one.entries), person_id=person_id, now=clock.now(),
        )  # fmt: skip
        _match(rows, person_id)
    return bank.statements_of_file(file_hash), True


@transaction.atomic
def match_again(*, person_id: int | None = None) -> int:
    """Look once more at the entries without a match, after the books have changed; how many have one now."""
    open_employer()
    locks.lock("bank")
    return _match(bank.unmatched(), person_id)


def _match(rows: Sequence[BankEntry], person_id: int | None) -> int:
    found = match([_entry(row) for row in rows], _movements())
    _clear(rows, found, person_id)
    lines = ledger.account_entries(CASH)
    by_key = {("entry", one.entry_id): one for one in lines}
    by_key |= {("payment", one.source_id): one for one in lines if one.event == "payment_cleared"}
    matches = []
    for one in found:
        row = rows[one.place]
        row.found = one.how.value
        shown = [by_key[movement.key] for movement in one.movements]
        matches += [(row, line.entry_id, line.effective_on, line.cents) for line in shown]
    bank.record_matches(matches=matches, rows=rows)
    return sum(bool(one.movements) for one in found)


def _clear(rows: Sequence[BankEntry], found: Sequence[Match], person_id: int | None) -> None:
    """Payments that the bank has paid leave the fund on the bank's day."""
    items = [
        Item(movement.number, -movement.cents, rows[one.place].posted_on)
        for one in found
        for movement in one.movements
        if movement.key[0] == "payment"
    ]
    if items:
        clear_payments(items=items, person_id=person_id)


def _entry(row: BankEntry) -> Entry:
    return Entry(row.posted_on, row.cents, Kind(row.kind), row.check_number, row.reference, row.text)


def _movements() -> list[Movement]:
    """What the bank should show: payments that are under way, and cash of the books that it has not shown."""
    under_way = [
        Movement(
            ("payment", one.pk), _METHODS[one.method], one.issued_on, -one.amount_cents, one.number, f"run {one.run_id}"
        )
        for one in payments.outstanding()
        if one.method in _METHODS and one.issued_on is not None and one.state != "returned"
    ]
    shown = bank.matched_ids()
    lines = [one for one in _cash_lines() if one.entry_id not in shown]
    references = dict(Deposit.objects.filter(pk__in=_keys(lines, "deposit")).values_list("pk", "reference"))
    paid = {one.pk: one for one in Payment.objects.filter(pk__in=_keys(lines, "payment"))}
    return under_way + [_movement(one, references, paid) for one in lines]


def _movement(line: ledger.CashLine, references: dict[int, str], paid: dict[int, Payment]) -> Movement:
    key = ("entry", line.entry_id)
    payment = paid.get(line.source_id) if line.source_kind == "payment" else None
    if payment is not None:
        kind = _METHODS.get(payment.method, Kind.OTHER)
        return Movement(key, kind, line.effective_on, line.cents, payment.number, f"run {payment.run_id}")
    number = references.get(line.source_id, "") if line.source_kind == "deposit" else ""
    return Movement(key, Kind.DEPOSIT if line.cents > 0 else Kind.OTHER, line.effective_on, line.cents, number)


def _keys(lines: Sequence[ledger.CashLine], kind: str) -> list[int]:
    return [one.source_id for one in lines if one.source_kind == kind]


def _cash_lines() -> list[ledger.CashLine]:
    """Cash of the books, from the first statement on where its opening balance is what the books had before it."""
    lines = ledger.account_entries(CASH)
    first = bank.first_statement()
    if first is None:
        return lines
    before = [one for one in lines if one.effective_on < first.starts_on]
    if sum(one.cents for one in before) == first.opening_cents:
        return [one for one in lines if one.effective_on >= first.starts_on]
    return lines


def bank_proof(*, as_of: date | None = None) -> BankStanding:
    """The last statement that ends by a day beside the ledger on the statement's last day."""
    statement = bank.last_statement(as_of)
    if statement is None:
        books = ledger.balance(CASH, as_of=as_of)
        return BankStanding(None, Proof(0, 0, 0, 0, books, -ledger.balance(OUTSTANDING_PAYMENTS, as_of=as_of)), 0)
    day, shown = statement.ends_on, bank.matched_ids_until(statement.pk)
    transit = [one.cents for one in _cash_lines() if one.effective_on <= day and one.entry_id not in shown]
    proof = Proof(
        bank_cents=statement.closing_cents,
        deposits_in_transit_cents=sum(cents for cents in transit if cents > 0),
        payments_in_transit_cents=-sum(cents for cents in transit if cents < 0),
        unexplained_cents=bank.not_in_books_cents(statement),
        books_cents=ledger.balance(CASH, as_of=day),
        outstanding_cents=-ledger.balance(OUTSTANDING_PAYMENTS, as_of=day),
    )
    return BankStanding(statement, proof, bank.exceptions().filter(statement__lte=statement.pk).count())


@transaction.atomic
def explain_entry(*, entry_id: int, explanation: str, person_id: int | None = None) -> BankEntry:
    """A person says what an entry without a match is. Raises NotFoundError, BankError."""
    open_employer()
    return bank.explain(entry_id=entry_id, explanation=explanation, person_id=person_id)


@transaction.atomic
def deposit_of_entry(*, entry_id: int, person_id: int | None = None) -> Deposit:
    """Money that came in and that nobody had recorded is a deposit of the employer, on the bank's day, and matched.

    Raises NotFoundError, BankError for an entry that went out or has its match, DepositError.
    """
    open_employer()
    locks.lock("bank")
    found = bank.entry(entry_id)
    if found.cents <= 0 or found.found not in bank.WITHOUT_MATCH:
        raise BankError("Only money that came in, without a match, is recorded so.", where="entry")
    reference = found.reference or f"BANK {found.statement_id}-{found.n}"
    made = receive_deposit(
        purpose=Deposit.Purpose.FUND,
        received_on=found.posted_on,
        cents=found.cents,
        reference=reference,
        person_id=person_id,
    )
    line = next(one for one in ledger.account_entries(CASH) if (one.source_kind, one.source_id) == ("deposit", made.pk))
    if line.entry_id not in bank.matched_ids():
        found.found = Found.REFERENCE.value
        bank.record_matches(matches=[(found, line.entry_id, line.effective_on, line.cents)], rows=[found])
    return made
