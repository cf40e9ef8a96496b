"""Families that go on for long: what the 300th claim of a family costs, against its first."""

from __future__ import annotations

import statistics
from collections.abc import Iterator
from datetime import date, timedelta

from bench import book
from bench.meter import measured
from tenants.models import Employer
from tenants.scope import employer_scope
from tests.workflows.claim_stories import RECEIVED, Household, new_claim
from tpa.books.claims.registration import NewClaim
from tpa.workflows.adjudication import decide_waiting

FAMILIES = 200
_COMPARED = 15
"""Claims of each family at either end that are compared."""


def growth(old: Employer, new: Employer, claims_of_a_family: int) -> float:
    """CPU of the last claims of families over that of others' first: 1.0 where they cost the same.

    Both employers are alike, and the last of the one are decided in turn with the first of the other: so both meet the
    same machine. The very first claim of all is not counted: it reads the plan.
    """
    long_known, just_come = (book.open_book(one, FAMILIES * book.CLAIMS_OF_A_FAMILY) for one in (old, new))
    for round_ in range(claims_of_a_family - _COMPARED):
        _decided(old, long_known, round_)
    _decided(new, just_come, 0)
    return statistics.median(
        _decided(old, long_known, claims_of_a_family - _COMPARED + n) / _decided(new, just_come, 1 + n)
        for n in range(_COMPARED)
    )


def _decided(employer: Employer, homes: list[Household], round_: int) -> float:
    """CPU seconds of one more claim of each family. Raises RuntimeError where not all are decided."""
    book.register(employer, _claims(homes, round_))
    with employer_scope(employer), measured() as spent:
        counts = decide_waiting(employer_id=employer.pk)
    if counts.total != len(homes):
        raise RuntimeError(f"of {len(homes)} claims, {counts} were decided")
    return spent.cpu


def _claims(homes: list[Household], round_: int) -> Iterator[NewClaim]:
    for n, home in enumerate(homes):
        yield new_claim(
            home,
            *book.SERVICES[: book.LINES_OF_A_CLAIM],
            on=date(2026, 1, 5) + timedelta(days=round_ % 80),
            who=round_ // 80 % 2,
            ref=f"{round_}-{n}",
            received_at=RECEIVED + timedelta(hours=round_, seconds=n),
        )
