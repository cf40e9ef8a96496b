"""The second engine comes to the same cents as the first, claim after claim: on seeded plans, and on a year of the books."""

from datetime import date, timedelta
from random import Random

import pytest

from tests.audit import books
from tests.audit.plans import some_case, some_plan
from tests.audit.second_engine import SecondEngine
from tests.workflows.claim_stories import RECEIVED, new_claim, open_book, register
from tpa.books.claims.models import Pend as PendRow
from tpa.engine.adjudication.decision import Pend
from tpa.engine.adjudication.examples.play import play
from tpa.engine.adjudication.examples.read import read_example
from tpa.engine.plan import parse_plan
from tpa.workflows.adjudication import decide_waiting

YEARS, CLAIMS = 150, 24
FIGURES = ("denied", "allowed", "deductible", "copay", "coinsurance", "paid", "member")


def first_engine(plan, case):
    """What the product decides, in the second engine's words."""
    terms = parse_plan(plan)
    for outcome in (step.outcome for step in play(read_example(case, "", terms), terms).steps):
        if isinstance(outcome, Pend):
            yield {"outcome": "pended", "pends": sorted({one.code for one in outcome.reasons}), "lines": []}
        else:
            lines = [
                {
                    "denied": line.denied,
                    "allowed": line.allowed_cents,
                    "deductible": line.deductible_cents,
                    "copay": line.copay_cents,
                    "coinsurance": line.coinsurance_cents,
                    "paid": line.paid_cents,
                    "member": line.member_cents,
                }
                for line in outcome.lines
            ]
            yield {"outcome": outcome.outcome, "payee": outcome.payee, "lines": lines}


def told(answer):
    """What is compared: whom a denied line's charge falls to is the denial's own matter, and who gets nothing is nobody's."""
    lines = [
        {name: line[name] for name in FIGURES if not (line["denied"] and name == "member")} for line in answer["lines"]
    ]
    paid = {} if any(line["paid"] for line in lines) else {"payee": "nobody"}
    return {**answer, **paid, "lines": lines}


@pytest.mark.parametrize("seed", range(YEARS))
def test_a_year_of_a_family_under_a_seeded_plan(seed):
    chance = Random(seed)
    plan, case = some_plan(chance), some_case(chance, CLAIMS)
    second = SecondEngine(plan, case)
    for claim, first in zip(case["claims"], first_engine(plan, case), strict=True):
        assert told(second.decide(claim)) == told(first), (claim, plan)


SERVICES = (
    ("99213", 20_000), ("99243", 40_000), ("80053", 6_000), ("98941", 10_000), ("27447", 1_200_000), ("99396", 22_000),
    ("70450", 90_000), ("15828", 500_000),
)  # fmt: skip
FAMILIES, OF_THE_YEAR = 40, 800
STRANGER = {"provider_tax_id": "999999999", "provider_npi": "1111111112"}


def some_claim(chance, home, number):
    """A claim of a random member on a random day of the year's first quarter, one in six outside the network."""
    one = new_claim(
        home,
        *chance.sample(SERVICES, chance.choice((1, 2, 3))),
        on=date(2026, 1, 1) + timedelta(days=chance.randrange(88)),
        who=chance.randrange(3),
        ref=f"{number}",
        received_at=RECEIVED + timedelta(minutes=number),
    )
    return one._replace(claim=one.claim._replace(**STRANGER)) if chance.random() < 0.16 else one


def test_every_claim_of_a_period_in_the_books(employer, in_employer):
    chance, homes = Random(2026), open_book(employer, count=FAMILIES, people=3)
    register(*(some_claim(chance, chance.choice(homes), number) for number in range(OF_THE_YEAR)))
    counts = decide_waiting(employer_id=employer.pk)
    assert (counts.total, counts.parked) == (OF_THE_YEAR, 0)
    plan, agreed = books.plan_document(), 0
    for family in books.families(date(2026, 1, 1), date(2026, 3, 31)):
        second = SecondEngine(plan, family.case)
        for claim, first in zip(family.case["claims"], family.decided, strict=True):
            assert told(second.decide(claim)) == told(first), claim
            agreed += 1
    assert agreed == OF_THE_YEAR - PendRow.objects.count()
