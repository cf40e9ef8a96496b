"""Deciding batches of claims: what a line costs, how many statements, and how far above a bare COPY."""

from __future__ import annotations

from typing import NamedTuple

from django.db import connection, transaction

from bench import book
from bench.meter import Spent, measured
from tenants.models import Employer
from tenants.scope import employer_scope
from tests.workflows.claim_stories import Household
from tpa.infra.copy import copy_rows
from tpa.infra.garbage import collection_paused
from tpa.infra.postgres.statements import count_statements
from tpa.workflows.adjudication import decide_waiting
from tpa.workflows.proof import verify_books

WRITTEN = ("claims_decision", "claims_decisionline", "accumulators_entry", "ledger_entry", "ledger_posting")
"""The tables whose rows the floor writes."""

WARM_CLAIMS = 100


class Batch(NamedTuple):
    """One employer's claims, all decided."""

    employer: Employer
    homes: list[Household]
    claims_count: int
    lines_count: int
    statements_count: int
    spent: Spent

    @property
    def microseconds_per_line(self) -> float:
        """CPU of client and backend."""
        return self.spent.cpu / self.lines_count * 1e6


def decided(employer: Employer, claims_count: int) -> Batch:
    """Fill the employer's books with claims and decide them, measured. Raises RuntimeError where not all are decided.

    A few claims are decided before, so that the plan is read and the statements are prepared.
    """
    homes = book.open_book(employer, claims_count)
    book.register(employer, book.claims(homes, WARM_CLAIMS, round_=9))
    decide_waiting(employer_id=employer.pk)
    book.register(employer, book.claims(homes, claims_count))
    book.settle()
    with employer_scope(employer), measured() as spent, count_statements() as sent:
        counts = decide_waiting(employer_id=employer.pk)
    if counts.paid + counts.denied != claims_count:
        raise RuntimeError(f"of {claims_count} claims, {counts} were decided")
    return Batch(employer, homes, claims_count, claims_count * book.LINES_OF_A_CLAIM, sent.count, spent)


def add(batch: Batch, claims_count: int) -> None:
    """More claims of one line for the same families, decided: the employer grows, nothing is measured."""
    book.register(batch.employer, book.claims(batch.homes, claims_count, lines=1, round_=1))
    decide_waiting(employer_id=batch.employer.pk)


class Floor(NamedTuple):
    """What it takes to write the rows of a batch and do nothing else: from values, as the books do, and from ready text."""

    values: Spent
    text: Spent


def floor(batch: Batch, empty: Employer, other: Employer) -> Floor:
    """COPY of the batch's rows into the same tables, with their indexes, of two employers without any; one transaction."""
    values, texts = {}, {}
    with employer_scope(batch.employer), connection.cursor() as cursor:
        for table in WRITTEN:
            cursor.execute(f"SELECT * FROM {table} ORDER BY 1, 2")
            values[table] = [column.name for column in cursor.description], cursor.fetchall()
            with cursor.copy(f"COPY (SELECT * FROM {table} ORDER BY 1, 2) TO STDOUT") as copy:
                texts[table] = b"".join(bytes(block) for block in copy)
    with employer_scope(empty), measured() as by_values, collection_paused(), transaction.atomic():
        for table, (columns, rows) in values.items():
            copy_rows(table, columns, rows)
    with employer_scope(other), measured() as by_text, transaction.atomic(), connection.cursor() as cursor:
        for table, text in texts.items():
            with cursor.copy(f"COPY {table} FROM STDIN") as copy:
                copy.write(text)
    return Floor(by_values, by_text)


def proven(batch: Batch) -> None:
    """The figures are worth nothing where the books are wrong. Raises RuntimeError with the first fault."""
    faults = verify_books(employer_id=batch.employer.pk).faults
    if faults:
        raise RuntimeError(faults[0])
