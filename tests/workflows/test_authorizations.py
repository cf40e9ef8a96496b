"""Authorizations come in as rows, are used up by claims, and a replay knows them as they were."""

from datetime import UTC, date, datetime

import pytest

from tenants.scope import employer_scope
from tests.workflows.claim_stories import LONG_AGO, ROOT, enrol, new_claim, open_clinic, register
from tpa.books.claims.models import DecisionLine
from tpa.books.members.models import Authorization
from tpa.books.plans import services as plans
from tpa.infra.clock import clock_at
from tpa.kernel.document import DocumentError
from tpa.workflows.adjudication import decide_waiting
from tpa.workflows.authorizations import read_csv, record_authorizations
from tpa.workflows.proof import verify_books

NEEDS = '\n[[authorizations]]\ncode = "manipulation"\ncodes = ["80053"]\nwithout = "deny"\n'
EARLY, LATE = datetime(2026, 4, 2, tzinfo=UTC), datetime(2026, 4, 3, tzinfo=UTC)


@pytest.fixture
def home(db, employer):
    open_clinic(employer)
    text, _, _ = (ROOT / "tpa/books/plans/templates/ppo.toml").read_text().partition("[[examples]]")
    with employer_scope(employer):
        plan = plans.create_plan(code="PPO", name="PPO", line="medical", at=LONG_AGO)
        version = plans.draft_version(
            plan_id=plan.pk, text=text + NEEDS, effective_on=date(2026, 1, 1), by="story", at=LONG_AGO
        )
        plans.publish_version(version_id=version.pk, by="story", at=LONG_AGO)
        (found,) = enrol(employer, plan.pk)
    return found


def row(home, **changes):
    told = {
        "number": "A1", "member_number": f"{home.number}-0", "starts_on": "2026-03-01", "ends_before": "2026-04-01",
        "codes": ["80053"], "units": 2,
    }  # fmt: skip
    return {**told, **changes}


def file(employer, *rows):
    return record_authorizations(employer_id=employer.pk, documents=rows, by="story")


def visit(employer, home, day, at):
    with clock_at(at):
        with employer_scope(employer):
            register(new_claim(home, ("80053", 9_000), on=date(2026, 3, day)))
        decide_waiting(employer_id=employer.pk)
    with employer_scope(employer):
        return DecisionLine.objects.order_by("-decision_id").first().denied


def test_units_are_used_up_and_a_replay_knows_what_was_known_then(employer, home):
    assert visit(employer, home, 2, EARLY)
    with clock_at(EARLY.replace(hour=1)):
        assert file(employer, row(home)) == 1
    assert not visit(employer, home, 3, EARLY.replace(hour=2))
    assert not visit(employer, home, 4, EARLY.replace(hour=3))
    assert visit(employer, home, 5, EARLY.replace(hour=4))
    with clock_at(LATE):
        assert (file(employer, row(home, units=3)), file(employer, row(home, units=3))) == (1, 0)
    assert not visit(employer, home, 6, LATE.replace(hour=2))
    assert visit(employer, home, 7, LATE.replace(hour=3))
    with employer_scope(employer):
        assert Authorization.objects.count() == 2
        assert Authorization.objects.values("root_id").distinct().count() == 1
    assert verify_books(employer_id=employer.pk).faults == []


@pytest.mark.parametrize(
    ("changes", "where"),
    [
        ({"member_number": "nobody"}, "/rows/1/member_number"),
        ({"ends_before": "2026-03-01"}, "/rows/1/ends_before"),
        ({"starts_on": "20260301"}, "/rows/1/starts_on"),
        ({"units": -1}, "/rows/1/units"),
        ({"codes": ["98941..98942"]}, "/rows/1/codes/0"),
        ({"unit": 1}, "/rows/1/unit"),
        ({"number": "x" * 51}, "/rows/1"),
        ({"number": "A0"}, "/rows"),
    ],
)
def test_a_wrong_row_is_named_and_nothing_is_filed(employer, home, changes, where):
    with pytest.raises(DocumentError) as refusal:
        file(employer, row(home, number="A0"), row(home, **changes))
    assert refusal.value.where == where
    with employer_scope(employer):
        assert not Authorization.objects.exists()


def test_rows_of_a_file():
    heading = b"number,member_number,starts_on,ends_before,codes,units\n"
    assert read_csv(heading + b"A1,S1,2026-03-01,2026-04-01,98941 0420-0429,12\nA2,S1,2026-03-01,2026-04-01,,\n") == [
        {
            "number": "A1", "member_number": "S1", "starts_on": "2026-03-01", "ends_before": "2026-04-01",
            "codes": ["98941", "0420-0429"], "units": 12,
        },
        {"number": "A2", "member_number": "S1", "starts_on": "2026-03-01", "ends_before": "2026-04-01"},
    ]  # fmt: skip
    for wrong in (b"number\nA1\n", heading + b"A1,S1\n", b"\xff"):
        with pytest.raises(DocumentError):
            read_csv(wrong)
