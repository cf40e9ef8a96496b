"""Families that go on for long: what the 300th claim of a family costs, against its first."""

from __future__ import annotations

from datetime import date, timedelta

from bench import book
from bench.meter import measured
from tenants.models import Employer
from tenants.scope import employer_scope
from tests.workflows.claim_stories import RECEIVED, new_claim
from tpa.workflows.adjudication import decide_waiting

FAMILIES = 200
_AT_EACH_END = 10
"""Rounds that are compared: the first ones after the very first, and the last ones."""


def growth(employer: Employer, claims_of_a_family: int) -> float:
    """CPU of the last claims of every family over the CPU of its first: 1.0 where they cost the same."""
    homes = book.open_book(employer, FAMILIES * book.CLAIMS_OF_A_FAMILY)
    costs = []
    for round_ in range(claims_of_a_family):
        book.register(
            employer,
            (
                new_claim(
                    home,
                    *book.SERVICES[: book.LINES_OF_A_CLAIM],
                    on=date(2026, 1, 5) + timedelta(days=round_ % 80),
                    who=round_ // 80 % 2,
                    ref=f"{round_}-{n}",
                    received_at=RECEIVED + timedelta(hours=round_, seconds=n),
                )
                for n, home in enumerate(homes)
            ),
        )
        with employer_scope(employer), measured() as spent:
            counts = decide_waiting(employer_id=employer.pk)
        if counts.total != len(homes):
            raise RuntimeError(f"of {len(homes)} claims, {counts} were decided")
        costs.append(spent.cpu)
    first, last = costs[1 : 1 + _AT_EACH_END], costs[-_AT_EACH_END:]
    return min(last) / min(first)
