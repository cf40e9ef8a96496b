"""The claims of the survival tests, and what must be in the books when they are over."""

import hashlib
import random
import re
from collections.abc import Sequence
from datetime import date, timedelta

from django.db import connection, transaction

from tenants.models import Employer
from tenants.scope import employer_scope
from tests.workflows.claim_stories import RECEIVED, Household, new_claim
from tpa.books.claims import services
from tpa.books.claims.models import Claim, Decision, Work
from tpa.books.claims.registration import NewClaim
from tpa.workflows.proof import Proof, verify_books
from tpa.workflows.wake_ups import wake

SERVICES = (("99213", 20_000), ("80053", 4_000), ("99243", 40_000), ("98941", 10_000))
SURGERY = ("27447", 1_200_000)

_ROWS = {
    "decisions": "SELECT c.source_ref, d.version, d.family_id, d.family_seq, d.outcome, d.charge_cents, d.allowed_cents,"
    " d.paid_cents, d.member_responsibility_cents FROM claims_decision d JOIN claims_claim c ON c.id = d.claim_id",
    "lines": "SELECT c.source_ref, d.version, l.number, l.benefit, l.tier, l.denied, l.allowed_cents, l.paid_cents,"
    " l.deductible_cents, l.copay_cents, l.coinsurance_cents, l.moves FROM claims_decisionline l"
    " JOIN claims_decision d ON d.id = l.decision_id JOIN claims_claim c ON c.id = d.claim_id",
    "accumulators": "SELECT family_id, family_seq, n, member_id, code, period_on, amount, line_number"
    " FROM accumulators_entry",
    "postings": "SELECT c.source_ref, e.event, p.n, p.account, p.dimension, p.cents FROM ledger_posting p"
    " JOIN ledger_entry e ON e.id = p.entry_id JOIN claims_decision d ON e.source_kind = 'decision' AND d.id = e.source_id"
    " JOIN claims_claim c ON c.id = d.claim_id",
    "figures": "SELECT measure, line_of_coverage, sum(cents), sum(count) FROM claims_totals GROUP BY 1, 2",
    "pends": "SELECT c.source_ref, p.code, p.queue FROM claims_pend p JOIN claims_claim c ON c.id = p.claim_id",
    "families": "SELECT id, next_seq FROM members_family",
}
"""What the books say, by a claim's name at its origin: no keys that a crash leaves gaps in, no instants."""
_OTHER_CLAIM = re.compile(r'(?<=\["claim",)\d+(?=\])')
"""In the moves of a duplicate stands the key of the claim that came first."""


def seeded_claims(homes: Sequence[Household], count: int, seed: int) -> list[NewClaim]:
    """Claims of random members on random days, the same for the same seed, in the order of receipt."""
    chance = random.Random(seed)
    return [
        new_claim(
            chance.choice(homes),
            *([SURGERY] if chance.random() < 0.1 else chance.sample(SERVICES, 2)),
            on=date(2026, 1, 1) + timedelta(days=chance.randrange(85)),
            who=chance.randrange(2),
            ref=f"claim {n}",
            received_at=RECEIVED + timedelta(seconds=n),
        )
        for n in range(count)
    ]


def come_in(employer: Employer, claims: Sequence[NewClaim]) -> None:
    """Claims arrive: into the books, and a message to the workers."""
    with employer_scope(employer), transaction.atomic():
        services.register_claims(claims=claims, now=RECEIVED)
        wake("decide_claims", employer_id=employer.pk)


def waiting_count(employer: Employer) -> int:
    """Claims that nobody has decided yet."""
    with employer_scope(employer):
        return Work.objects.count()


def digest(employer: Employer, claims_count: int) -> dict[str, str]:
    """A hash of every kind of business row. The books are proven first: every claim decided once, accumulators as a
    serial replay has them, the ledger in balance."""
    assert verify_books(employer_id=employer.pk) == Proof(claims_count, [])
    with employer_scope(employer):
        assert Work.objects.count() == 0
        assert Decision.objects.values("claim_id").distinct().count() == claims_count
        names = {str(key): name for key, name in Claim.objects.values_list("pk", "source_ref")}
        return {kind: _hash(rows, names) for kind, rows in _ROWS.items()}


def _hash(rows: str, names: dict[str, str]) -> str:
    with connection.cursor() as cursor:
        cursor.execute(rows)
        found = sorted(_OTHER_CLAIM.sub(lambda key: names[key[0]], str(row)) for row in cursor.fetchall())
    return hashlib.sha256("\n".join(found).encode()).hexdigest()
