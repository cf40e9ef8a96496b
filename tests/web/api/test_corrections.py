"""Corrections by REST: looked at, signed for, applied; and a replacement that a person helps along."""

from datetime import date

import pytest

from tenants.scope import employer_scope
from tests.web.api.book import key_for
from tests.web.operator.desk import colleague
from tests.workflows.test_ripple import claim, control, decide, open_plan
from tpa.books.claims.models import Correction, Decision, Pend
from tpa.books.identity.models import ApiKey, Grant
from tpa.books.ledger import selectors as ledger
from tpa.kernel.ids import public_id
from tpa.workflows import readjudication


@pytest.fixture
def story(employer, portal_client):
    """A family with two claims decided, and calls by two programs of the employer."""
    with employer_scope(employer):
        home = open_plan(employer)[0]
        keys = decide(employer, claim(home, 40_000, 1), claim(home, 30_000, 2))

    def caller(name):
        headers = key_for(employer, "claims.read", "claims.correct", "claims.decide", name=name)

        def call(method, path, body=None):
            given = {} if body is None else {"data": body, "content_type": "application/json"}
            return getattr(portal_client, method)(f"/api/v1/{path}", **given, **headers)

        return call

    return home, [public_id("clm", employer.pk, key) for key in keys], caller("one"), caller("two")


def test_a_claim_is_taken_back_as_it_was_shown(employer, story):
    _, (one, two), first, second = story
    answer = first("post", "corrections/", {"claims": [one], "take_back": True, "why": "entry_error"})
    shown = answer.json()
    assert (answer.status_code, shown["state"], shown["payee_cents"], shown["changes_count"]) == (
        201,
        "previewed",
        -16_000,
        2,
    )
    path = f"corrections/{shown['id']}/"
    (family,) = first("get", f"{path}families/").json()["data"]
    assert [(row["claim"], row["cause"], row["payee_cents"]) for row in family["changes"]] == [
        (one, "named", 0),
        (two, "follows", -16_000),
    ]
    assert (
        first("get", f"{path}csv/").content.decode().splitlines()[2] == f"{two},follows,paid,16000,paid,0,-16000,False"
    )
    alone = first("post", f"{path}apply/", {"signature": shown["signature"]})
    assert (alone.status_code, alone.json()["code"]) == (403, "second_person_needed")
    forged = second("post", f"{path}apply/", {"signature": "0" * 64})
    assert (forged.status_code, forged.json()["code"]) == (409, "preview_moved")
    with employer_scope(employer):
        assert Decision.objects.count() == 2
    assert second("post", f"{path}apply/", {"signature": shown["signature"]}).json()["state"] == "applied"
    versions = first("get", f"claims/{two}/decisions/").json()["data"]
    assert [(row["version"], row["outcome"], row["paid_cents"]) for row in versions] == [
        (3, "paid", 0),
        (2, "reversed", -16_000),
        (1, "paid", 16_000),
    ]
    with employer_scope(employer):
        assert ledger.balance("5010") == 0


def test_two_keys_of_one_person_are_one_person(employer, story):
    _, (one, _), first, second = story
    ApiKey.objects.update(issued_by=colleague("examiner"))
    shown = first("post", "corrections/", {"claims": [one], "take_back": True, "why": "entry_error"}).json()
    refused = second("post", f"corrections/{shown['id']}/apply/", {"signature": shown["signature"]})
    assert (refused.status_code, refused.json()["code"]) == (403, "second_person_needed")
    with employer_scope(employer):
        assert Decision.objects.count() == 2


def test_a_selection_is_shown_and_applied_by_jobs(employer, story):
    _, _, first, second = story
    body = {"starts_on": "2026-03-01", "ends_before": "2026-04-01", "why": "audit", "note": "sample"}
    answer = first("post", "corrections/selections/", body)
    assert (answer.status_code, answer.json()["state"]) == (202, "preparing")
    path = f"corrections/{answer.json()['id']}/"
    with employer_scope(employer):
        correction = Correction.objects.get()
    readjudication.run_job(employer_id=employer.pk, job_id=correction.job_id)
    shown = first("get", path).json()
    assert (shown["state"], shown["changes_count"]) == ("previewed", 0)
    assert first("post", f"{path}renew/").status_code == 409
    assert second("post", f"{path}apply/", {"signature": shown["signature"]}).json()["state"] == "applying"


def test_a_small_difference_is_parked_with_a_reason(story):
    _, (one, _), first, _ = story
    shown = first("post", "corrections/", {"claims": [one], "why": "audit"}).json()
    path = f"corrections/{shown['id']}/"
    assert first("post", f"{path}renew/").json()["signature"] == shown["signature"]
    parked = first("post", f"{path}park/", {"note": "nothing in it"}).json()
    assert (parked["state"], parked["ended_note"]) == ("parked", "nothing in it")
    assert [row["id"] for row in first("get", "corrections/").json()["data"]] == [shown["id"]]


@pytest.mark.parametrize(
    "body",
    [
        {"why": "audit"},
        {"claims": ["clm_x"], "why": "audit"},
        {"claims": [], "why": "audit"},
        {"claims": ["clm_x"], "load": "lod_x", "why": "audit"},
    ],
)
def test_what_names_no_claims_is_refused(story, body):
    assert story[2]("post", "corrections/", body).status_code in (400, 422)


def test_a_replacement_that_names_nothing_is_released_by_naming_its_claim(employer, story):
    home, (one, _), first, _ = story
    with employer_scope(employer):
        (new,) = decide(employer, control(claim(home, 50_000, 1, frequency="7"), "Z9"))
        pend = public_id("pnd", employer.pk, Pend.objects.get(claim_id=new).pk)
    nobodys = first("post", f"pends/{pend}/release/", {"note": "looked", "corrects": one})
    assert (nobodys.status_code, nobodys.json()["code"]) == (409, "person_needed")
    # A key has the authority of who issued it.
    ApiKey.objects.filter(name="one").update(issued_by=colleague("examiner"))
    Grant.objects.filter(role="examiner").update(authority_cents=50_000)
    refused = first("post", f"pends/{pend}/release/", {"note": "looked"})
    assert (refused.status_code, refused.json()["code"]) == (422, "pend_original_needed")
    released = first("post", f"pends/{pend}/release/", {"note": "looked", "corrects": one})
    assert released.status_code == 200
    with employer_scope(employer):
        decide(employer)
        assert Decision.objects.get(claim_id=new).place == 1
        assert Decision.objects.filter(decided_on__gt=date(2020, 1, 1)).count() == 4
