"""A balance as of a day, in a ledger with millions of postings."""

from __future__ import annotations

import random
import statistics
import time
from datetime import date, timedelta

from django.db import transaction

from bench.book import SEED, settle
from bench.pages import Page
from tenants.models import Employer
from tenants.scope import employer_scope
from tests.workflows.claim_stories import RECEIVED
from tpa.books.ledger import selectors, services
from tpa.engine.journal.book import entry_for
from tpa.engine.journal.entry import Amount, Entry
from tpa.engine.journal.recipes.claim_approved import ClaimApproved

LINES = ("medical", "dental", "vision", "drug")
POSTINGS_OF_AN_ENTRY = 2 * len(LINES)
_AT_ONCE = 1000
_YEAR_ON, _DAYS = date(2026, 1, 1), 365


def balances(employer: Employer, postings_count: int, visits: int) -> Page:
    """Trial balances as of days all over a year of approved claims, none of its months closed: the dearest there is.

    Raises RuntimeError where one does not add up to zero.
    """
    chance = random.Random(SEED)
    with employer_scope(employer):
        _fill(postings_count // POSTINGS_OF_AN_ENTRY)
        settle()
        taken = []
        for _ in range(visits):
            day = _YEAR_ON + timedelta(days=chance.randrange(_DAYS))
            began = time.perf_counter()
            rows = selectors.trial_balance(as_of=day)
            taken.append((time.perf_counter() - began) * 1000)
            if sum(row.balance_cents for row in rows) or not any(row.debit_cents for row in rows):
                raise RuntimeError(f"the ledger does not balance as of {day}")
    cuts = statistics.quantiles(taken, n=20)
    return Page(cuts[9], cuts[18])


def _fill(entries_count: int) -> None:
    """Claims approved day after day, so many in a transaction as a worker decides."""
    for first in range(0, entries_count, _AT_ONCE):
        numbers = range(first, min(first + _AT_ONCE, entries_count))
        entries = [_entry(n, _YEAR_ON + timedelta(days=n * _DAYS // entries_count)) for n in numbers]
        with transaction.atomic():
            services.post_entries(entries=entries, recorded_at=RECEIVED)


def _entry(n: int, day: date) -> Entry:
    return entry_for(ClaimApproved(n + 1, day, tuple(Amount(line, 100 + n) for line in LINES)))
