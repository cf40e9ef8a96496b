"""What is measured: employers of a seeded book, all alike but for their size."""

from __future__ import annotations

import itertools
import random
from collections.abc import Iterator, Sequence
from datetime import date, timedelta

from django.db import connection, transaction

from tenants.models import Employer
from tenants.scope import desk_scope, employer_scope
from tests.workflows.claim_stories import RECEIVED, Household, enrol, new_claim, open_clinic, publish_ppo
from tpa.books.claims import services
from tpa.books.claims.registration import NewClaim

SEED = 20_260_401
CLAIMS_OF_A_FAMILY = 4
LINES_OF_A_CLAIM = 3
SERVICES = (("99213", 20_000), ("80053", 6_000), ("99243", 40_000), ("98941", 10_000))
"""Procedures with their charges, all on the network's price list."""
SURGERY = ("27447", 1_200_000)
_ONE_IN = 50
_REGISTERED_AT_ONCE = 1000


def open_book(employer: Employer, claims_count: int) -> list[Household]:
    """Plan, network and enough families of two for so many claims."""
    open_clinic(employer)
    with employer_scope(employer), transaction.atomic():
        return enrol(employer, publish_ppo(), count=-(-claims_count // CLAIMS_OF_A_FAMILY))


def claims(
    homes: Sequence[Household], count: int, *, lines: int = LINES_OF_A_CLAIM, round_: int = 0
) -> Iterator[NewClaim]:
    """`count` claims, spread evenly over the families in the order of receipt; the same on every run."""
    chance = random.Random(SEED + round_)
    for n in range(count):
        services_ = chance.sample(SERVICES, lines)
        if chance.randrange(_ONE_IN) == 0:
            services_[0] = SURGERY
        yield new_claim(
            homes[n % len(homes)],
            *services_,
            on=date(2026, 1, 5) + timedelta(days=chance.randrange(80)),
            who=chance.randrange(2),
            ref=f"bench-{round_}-{n}",
            received_at=RECEIVED + timedelta(days=round_, seconds=n),
        )


def register(employer: Employer, new: Iterator[NewClaim]) -> None:
    """Put claims on the employer's list of work."""
    with employer_scope(employer):
        while batch := list(itertools.islice(new, _REGISTERED_AT_ONCE)):
            with transaction.atomic():
                services.register_claims(claims=batch, now=RECEIVED)


def settle() -> None:
    """Let the server know how large the tables have become, as its own housekeeping does within a minute."""
    with desk_scope(), connection.cursor() as cursor:
        cursor.execute("ANALYZE")
