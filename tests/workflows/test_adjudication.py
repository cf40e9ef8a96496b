"""Claims decided, to the cent, with everything that follows from it in the books."""

import pytest

from tests.workflows.claim_stories import new_claim, open_book, register
from tpa.books.accumulators import selectors as accumulators
from tpa.books.claims.models import Decision, DecisionLine, Pend, Work
from tpa.books.ledger import selectors as ledger
from tpa.workflows.adjudication import Counts, decide_waiting
from tpa.workflows.proof import Proof, verify_books


@pytest.fixture
def homes(in_employer):
    return open_book(in_employer, count=2)


def test_a_visit_with_a_test_is_decided_and_stands_in_all_books(in_employer, homes):
    (claim_id,) = register(new_claim(homes[0], ("99213", 20_000), ("80053", 4_000)))
    assert decide_waiting(employer_id=in_employer.pk) == Counts(paid=1)
    decision = Decision.objects.get(claim_id=claim_id)
    # 150.00 allowed for the visit less a copay of 35.00; 40.00 for the test less 20 %.
    assert (decision.charge_cents, decision.allowed_cents) == (24_000, 19_000)
    assert (decision.paid_cents, decision.member_responsibility_cents) == (11_500 + 3_200, 3_500 + 800)
    assert (decision.version, decision.family_seq, decision.outcome) == (1, 1, "paid")
    lines = DecisionLine.objects.filter(decision=decision).order_by("number")
    assert [(one.benefit, one.paid_cents, one.copay_cents, one.coinsurance_cents) for one in lines] == [
        ("primary_care_visit", 11_500, 3_500, 0),
        ("laboratory", 3_200, 0, 800),
    ]
    assert ledger.balance("5010") == 14_700
    assert ledger.balance("2000") == -14_700
    assert [row[3] for row in accumulators.balances([homes[0].family_id])[homes[0].family_id].rows] == [4_300]
    assert not Work.objects.exists()
    assert not Pend.objects.exists()


def test_the_proof_replays_every_decision_and_finds_nothing(in_employer, homes):
    register(*(new_claim(home, ("27447", 1_200_000), ("99213", 20_000), who=who) for home in homes for who in (0, 1)))
    decide_waiting(employer_id=in_employer.pk)
    assert verify_books(employer_id=in_employer.pk) == Proof(4, [])
