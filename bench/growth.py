"""What a line costs as the work grows: a large batch in turn with small ones, so that both meet the same machine."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple

from bench import book
from bench.batch import WARM_CLAIMS
from bench.meter import Spent, measured, resident_mb
from tenants.models import Employer
from tenants.scope import employer_scope
from tpa.books.claims.facts import families_with_work
from tpa.workflows.adjudication import CHUNK, decide_families
from tpa.workflows.booking import Counts

SMALL_LINES = 2_000
_MOST_SMALL = 24
"""Small batches beside a large one; fewer where it has fewer chunks."""


class Grown(NamedTuple):
    """Microseconds of CPU a line, of the large batch and of small ones at the same time; the worker's growth over the large."""

    large_us: float
    small_us: float
    memory_mb: float


def beside(lines: int, new_employer: Callable[[], Employer]) -> Grown:
    """Decide so many lines of one employer, and after every few chunks a small batch of another."""
    chunks = -(-lines // (CHUNK * book.LINES_OF_A_CLAIM))
    every = -(-chunks // _MOST_SMALL)
    employer, *others = [_waiting(new_employer(), n) for n in (lines, *[SMALL_LINES] * -(-chunks // every))]
    book.settle()
    _warm(employer)
    stood, large, small = resident_mb(), _Cost(), _Cost()
    for n, (spent, claims) in enumerate(_decided(employer)):
        large.add(spent, claims)
        if n % every == 0 and n // every < len(others):
            _warm(others[n // every])
            for spent_beside, claims_beside in _decided(others[n // every]):
                small.add(spent_beside, claims_beside)
    return Grown(large.us_per_line, small.us_per_line, max(0.0, large.peak_mb - stood))


class _Cost:
    cpu, peak_mb, claims = 0.0, 0.0, 0

    def add(self, spent: Spent, claims: int) -> None:
        self.cpu += spent.cpu
        self.peak_mb = max(self.peak_mb, spent.peak_mb)
        self.claims += claims

    @property
    def us_per_line(self) -> float:
        return self.cpu / (self.claims * book.LINES_OF_A_CLAIM) * 1e6


def _waiting(employer: Employer, lines: int) -> Employer:
    """An employer with so many lines on its list of work, and a few more."""
    count = lines // book.LINES_OF_A_CLAIM + WARM_CLAIMS
    book.register(employer, book.claims(book.open_book(employer, count), count))
    return employer


def _warm(employer: Employer) -> None:
    """The first few claims, not measured: the plan is read, and the connection has its statements planned for this employer."""
    with employer_scope(employer):
        families = families_with_work(after=0, limit=WARM_CLAIMS)
        decide_families(employer=employer, family_ids=families, limit=WARM_CLAIMS)


def _decided(employer: Employer) -> Iterator[tuple[Spent, int]]:
    """What each chunk took, and its claims, until nothing waits: the steps of `decide_waiting`."""
    after = 0
    while True:
        with employer_scope(employer), measured() as spent:
            families = families_with_work(after=after, limit=CHUNK)
            counts = decide_families(employer=employer, family_ids=families) if families else Counts()
        if not families and not after:
            return
        after = families[-1] if families else 0
        yield spent, counts.total
