"""Change of mind at the desk: looked at, applied, parked; versions of a claim side by side."""

import re

import pytest

from tenants.scope import employer_scope
from tests.web.operator.desk import desk_as, page_of, root
from tests.workflows.test_ripple import claim, control, decide, open_plan
from tpa.books.claims.models import Correction, Decision, Pend
from tpa.books.identity.models import Grant
from tpa.books.members.models import Member
from tpa.infra import clock
from tpa.kernel.ids import public_id
from tpa.workflows import readjudication


@pytest.fixture
def story(employer):
    """A family, and the keys of its two decided claims."""
    with employer_scope(employer):
        home = open_plan(employer)[0]
        return home, decide(employer, claim(home, 40_000, 1), claim(home, 30_000, 2))


def authority(user_role, cents):
    Grant.objects.filter(role=user_role).update(authority_cents=cents)


def corrected(desk, employer, key, **told):
    """The page that answers the order to correct a claim."""
    body = {"why": "entry_error", "note": "entered twice", "take_back": "yes"} | told
    return desk.post(f"{page_of(employer, 'claims', 'clm', key)}correct/", body, follow=True).content.decode()


def test_a_claim_is_corrected_after_looking_at_what_follows(employer, story):
    _, (one, two) = story
    desk = desk_as("examiner")
    assert "Correct this claim" in desk.get(page_of(employer, "claims", "clm", one)).content.decode()
    page = corrected(desk, employer, one)
    assert "2 decisions of 1 family would change; payees get" in page
    assert "somebody else has to apply it" in page
    with employer_scope(employer):
        correction = Correction.objects.get()
    rows = [" ".join(re.sub(r"<[^>]+>", " ", row).split()) for row in re.findall(r"<tr>.*?</tr>", page, re.S)]
    assert rows[4:] == [
        "medical deductible main family 2026-01-01 $500.00 $300.00",
        "medical out of pocket main family 2026-01-01 $540.00 $300.00",
        "medical deductible main Lind, Ada 2026-01-01 $500.00 $300.00",
        "medical out of pocket main Lind, Ada 2026-01-01 $540.00 $300.00",
    ]
    path = page_of(employer, "corrections", "cor", correction.pk)
    with employer_scope(employer):
        Member.objects.update(withdrawn_at=clock.now())
    withdrawn = desk.get(path).content.decode()
    assert (withdrawn.count(">no member any more<"), withdrawn.count(">family<")) == (2, 2)
    with employer_scope(employer):
        Member.objects.update(withdrawn_at=None)
    told = desk.post(f"{path}apply/", {"signature": correction.signature}, follow=True).content.decode()
    assert "larger than one person may make alone" in told
    authority("examiner", 16_000)
    told = desk.post(f"{path}apply/", {"signature": correction.signature}, follow=True).content.decode()
    assert "It is made so." in told
    page = desk.get(page_of(employer, "claims", "clm", two)).content.decode()
    assert "Versions side by side" in page
    with employer_scope(employer):
        assert [one.paid_cents for one in Decision.objects.filter(claim_id=two).order_by("version")] == [
            16_000,
            -16_000,
            0,
        ]


def test_nothing_is_corrected_without_a_reason_or_the_right(employer, story):
    _, (one, _) = story
    assert "is no reason" in corrected(desk_as("examiner"), employer, one, why="mood")
    finance = desk_as("finance")
    assert "Correct this claim" not in finance.get(page_of(employer, "claims", "clm", one)).content.decode()
    assert finance.post(f"{page_of(employer, 'claims', 'clm', one)}correct/", {"why": "audit"}).status_code == 404
    with employer_scope(employer):
        assert not Correction.objects.exists()


def test_what_changes_nothing_is_parked(employer, story):
    _, (one, _) = story
    desk = desk_as("examiner")
    assert "0 decisions of 0 families" in corrected(desk, employer, one, take_back="")
    with employer_scope(employer):
        path = page_of(employer, "corrections", "cor", Correction.objects.get().pk)
    assert "It was computed anew." in desk.post(f"{path}renew/", follow=True).content.decode()
    told = desk.post(f"{path}park/", {"note": "looked at"}, follow=True).content.decode()
    assert "It stays as it was decided." in told
    assert "looked at" in told


def test_a_selection_is_asked_for_followed_and_applied(employer, story):
    desk = desk_as("examiner")
    body = {"first": "2026-03-01", "last": "2026-03-31", "why": "audit", "procedure": "99213"}
    page = desk.post(f"{root(employer)}corrections/ask/", body, follow=True).content.decode()
    assert "Being computed" in page
    with employer_scope(employer):
        correction = Correction.objects.get()
    readjudication.run_job(employer_id=employer.pk, job_id=correction.job_id)
    with employer_scope(employer):
        correction.refresh_from_db()
    path = page_of(employer, "corrections", "cor", correction.pk)
    assert (
        "It is made so."
        in desk.post(f"{path}apply/", {"signature": correction.signature}, follow=True).content.decode()
    )
    assert "A selection of claims" in desk.get(f"{root(employer)}corrections/").content.decode()
    wrong = desk.post(f"{root(employer)}corrections/ask/", body | {"last": "never"}, follow=True)
    assert "First and last day of service are needed" in wrong.content.decode()
    none = desk.post(f"{root(employer)}corrections/ask/", body | {"procedure": "99999"}, follow=True)
    assert "No decided claim is selected" in none.content.decode()


def test_a_void_that_names_nothing_is_released_by_naming_its_claim(employer, story):
    home, (one, _) = story
    with employer_scope(employer):
        (void,) = decide(employer, control(claim(home, 40_000, 1, frequency="8"), "Z9"))
    desk, path = desk_as("examiner"), page_of(employer, "claims", "clm", void)
    assert "The claim that it corrects" in desk.get(path).content.decode()
    assert (
        "Name the claim that it corrects"
        in desk.post(f"{path}release/", {"note": "looked"}, follow=True).content.decode()
    )
    named = {"note": "looked", "corrects": public_id("clm", employer.pk, one)}
    assert "will be decided again" in desk.post(f"{path}release/", named, follow=True).content.decode()
    with employer_scope(employer):
        decide(employer)
        assert Decision.objects.filter(claim_id=one).latest("version").outcome == "reversed"
        assert not Pend.objects.filter(resolved_at=None).exists()
