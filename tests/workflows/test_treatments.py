"""Instalments of orthodontia: issued once on their day, while the person is covered and the decision stands."""

from datetime import UTC, date, datetime

import pytest

from tenants.scope import employer_scope
from tests.workflows.claim_stories import LONG_AGO, NPI, TAX_ID, Household, enrol, open_clinic
from tpa.books.claims.models import Claim, Decision, Treatment
from tpa.books.claims.registration import NewClaim
from tpa.books.claims.services import register_claims
from tpa.books.plans import services as plans
from tpa.engine.adjudication import facts
from tpa.kernel.periods import FOREVER
from tpa.workflows.adjudication import decide_waiting
from tpa.workflows.treatments import issue_instalments

PLAN = """
name = "Orthodontia"
line = "dental"
tiers = [{ name = "network", network = true, prices = [{ method = "percent_of_charge", percent = "100%" }] }]
limits = [{ code = "ortho", measure = "paid", most = 1500, period = "lifetime" }]
orthodontia = { classes = ["ortho"], initial = "25%" }
benefits = [{ code = "ortho", class = "ortho", shares = { all = { member_pays = ["coinsurance"], coinsurance = "50%" } } }]
"""
BANDED_ON = date(2026, 1, 15)


def enrolled(employer, ends_before: date = FOREVER) -> Household:
    open_clinic(employer)
    with employer_scope(employer):
        plan = plans.create_plan(code="DEN", name="Dental", line="dental", at=LONG_AGO)
        version = plans.draft_version(
            plan_id=plan.pk, text=PLAN, effective_on=date(2026, 1, 1), by="story", at=LONG_AGO
        )
        plans.publish_version(version_id=version.pk, by="story", at=LONG_AGO)
        (home,) = enrol(employer, plan.pk, line="dental", ends_before=ends_before)
    return home


@pytest.fixture
def home(employer):
    return enrolled(employer)


def begin(employer, home: Household) -> int:
    """A treatment of 4,800 for 24 months, decided; its key."""
    claim = facts.Claim(
        0,
        home.member_ids[0],
        "dental",
        BANDED_ON,
        (facts.ServiceLine(1, BANDED_ON, BANDED_ON, 480_000, "D8080"),),
        TAX_ID,
        NPI,
        treatment=facts.Treatment(24),
    )
    now = datetime(2026, 1, 20, 12, tzinfo=UTC)
    with employer_scope(employer):
        new = NewClaim("rest", "braces", home.family_id, now, claim)
        (claim_id,) = register_claims(claims=[new], now=now).keys.values()
    decide_waiting(employer_id=employer.pk)
    return claim_id


def paid(employer) -> list[tuple[str, int]]:
    with employer_scope(employer):
        return list(Decision.objects.order_by("claim_id", "version").values_list("outcome", "paid_cents"))


def test_what_is_due_is_issued_once_and_decided(employer, home):
    claim_id = begin(employer, home)
    assert paid(employer) == [("paid", 60_000)]
    assert issue_instalments(employer_id=employer.pk, as_of=date(2026, 2, 14)) == 0
    assert issue_instalments(employer_id=employer.pk, as_of=date(2026, 3, 20)) == 2
    assert issue_instalments(employer_id=employer.pk, as_of=date(2026, 3, 20)) == 0
    decide_waiting(employer_id=employer.pk)
    assert paid(employer) == [("paid", 60_000), ("paid", 7_500), ("paid", 7_500)]
    with employer_scope(employer):
        assert Treatment.objects.get().next_due_on == date(2026, 4, 15)
        issued = Claim.objects.exclude(pk=claim_id).order_by("pk")
        assert [(one.source, one.service_on, one.charge_cents) for one in issued] == [
            ("plan", date(2026, 2, 15), 15_000),
            ("plan", date(2026, 3, 15), 15_000),
        ]


def test_the_lifetime_maximum_ends_the_payments_and_the_last_instalment_the_treatment(employer, home):
    begin(employer, home)
    assert issue_instalments(employer_id=employer.pk, as_of=date(2028, 2, 1)) == 24
    decide_waiting(employer_id=employer.pk)
    amounts = paid(employer)
    assert sum(cents for _, cents in amounts) == 150_000
    assert amounts[-1] == ("paid", 0)
    with employer_scope(employer):
        assert Treatment.objects.get().next_due_on is None


def test_it_stops_with_the_coverage(employer):
    begin(employer, enrolled(employer, date(2026, 4, 15)))
    assert issue_instalments(employer_id=employer.pk, as_of=date(2026, 12, 31)) == 2
    with employer_scope(employer):
        assert Treatment.objects.get().next_due_on is None


def test_it_stops_when_the_decision_was_reversed(employer, home):
    claim_id = begin(employer, home)
    with employer_scope(employer):
        last = Decision.objects.get(claim_id=claim_id)
        last.pk, last.version, last.family_seq, last.outcome = None, 2, 2, "reversed"
        last.save()
    assert issue_instalments(employer_id=employer.pk, as_of=date(2026, 12, 31)) == 0
    with employer_scope(employer):
        assert Treatment.objects.get().next_due_on is None
