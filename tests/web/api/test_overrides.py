"""Overrides by REST: by people, within their authority or with another person; never by a program."""

import itertools

import pytest
from django.test import Client

from tenants.scope import employer_scope
from tests.web.api.book import key_for
from tests.web.login import log_in
from tests.web.operator.desk import colleague
from tests.workflows.claim_stories import Household
from tests.workflows.test_overrides import LATE, TERMS, late_claims
from tests.workflows.test_ripple import claim, decide, live, open_plan
from tpa.books.claims.examining import Override
from tpa.books.claims.models import Claim, Pend
from tpa.books.identity.models import Grant, User
from tpa.kernel.ids import public_id


@pytest.fixture
def story(employer):
    """A claim denied as late and the next one of the family; calls by two examiners, the first may decide 319.99 alone."""
    with employer_scope(employer):
        keys = late_claims(employer, open_plan(employer, TERMS)[0])
    first = colleague("examiner")
    Grant.objects.filter(user=first).update(authority_cents=31_999)
    second = User.objects.create(email="second@tpa.example", name="Second")
    Grant.objects.create(user=second, role="examiner")

    fresh = itertools.count(1)

    def caller(user):
        client = log_in(Client(SERVER_NAME="localhost"), user)

        def call(method, path, body=None, key=""):
            given = {} if body is None else {"data": body, "content_type": "application/json"}
            headers = {"Employer": public_id("emp", 0, employer.pk), "Idempotency-Key": key or str(next(fresh))}
            return getattr(client, method)(f"/api/v1/{path}", headers=headers, **given)

        return call

    return keys, [public_id("clm", employer.pk, key) for key in keys], caller(first), caller(second)


def body(**order):
    return {"orders": [{"line": 1} | order], "why": "good_cause", "note": "the clinic was flooded"}


def test_above_the_authority_another_person_approves(employer, story):
    (one, _), (claim, later), first, second = story
    answer = first("post", f"claims/{claim}/overrides/", body(set_aside=LATE), key="k1")
    told = answer.json()
    # The same request again is answered as before; another one under its key is refused.
    again = first("post", f"claims/{claim}/overrides/", body(set_aside=LATE), key="k1")
    assert (again.status_code, again.json(), again["Idempotent-Replayed"]) == (201, told, "true")
    assert answer["Location"] == again["Location"] == f"http://localhost/api/v1/overrides/{told['id']}/"
    assert first("get", f"overrides/{told['id']}/").json() == told
    assert first("post", f"claims/{claim}/overrides/", body(allow_cents=1), key="k1").status_code == 422
    assert (answer.status_code, told["state"], told["amount_cents"], told["authority_cents"]) == (
        201,
        "proposed",
        32_000,
        31_999,
    )
    assert told["orders"] == [{"line": 1, "set_aside": LATE, "allow_cents": None, "deny": None}]
    path = f"overrides/{told['id']}/"
    refused = first("post", f"{path}approve/")
    assert (refused.status_code, refused.json()["code"]) == (403, "second_person_needed")
    with employer_scope(employer):
        assert live(one).outcome == "denied"
    done = second("post", f"{path}approve/").json()
    assert (done["state"], done["approved_by"]) == ("in_force", "second@tpa.example")
    assert first("get", f"claims/{later}/").json()["paid_cents"] == 24_000
    assert first("get", f"corrections/{done['correction']}/").json()["state"] == "applied"
    assert [row["id"] for row in first("get", "overrides/?state=in_force").json()["data"]] == [told["id"]]
    assert first("get", path).json() == done
    assert first("get", "overrides/rules/").json()["data"] == [
        {"rule": LATE, "why": "good_cause", "lines_count": 1, "claims_count": 1, "standing_count": 1}
    ]
    assert first("post", f"{path}take-back/", {"note": "no flood"}).status_code == 403


def test_a_proposal_is_refused_and_what_is_in_force_taken_back(story):
    _, (_, claim), first, second = story
    told = first("post", f"claims/{claim}/overrides/", body(allow_cents=20_000)).json()
    assert (told["state"], told["amount_cents"]) == ("in_force", 0)
    assert first("post", f"overrides/{told['id']}/refuse/", {"note": "no"}).status_code == 409
    back = first("post", f"overrides/{told['id']}/take-back/", {"note": "wrong claim"}).json()
    assert (back["state"], back["ended_note"]) == ("taken_back", "wrong claim")
    denied = second("post", f"claims/{claim}/overrides/", body(deny={"group": "PR", "code": "50"})).json()
    assert (denied["orders"][0]["deny"], denied["state"]) == ("PR-50", "in_force")
    assert [one["state"] for one in first("get", f"claims/{claim}/overrides/").json()["data"]] == [
        "in_force",
        "taken_back",
    ]


def test_what_would_be_paid_above_the_authority_waits_for_another_person(employer, story):
    keys, _, first, second = story
    with employer_scope(employer):
        known = Claim.objects.get(pk=keys[0])
        home = Household(known.family_id, [known.member_id], "")
        (key,) = decide(employer, claim(home, 200_000, 5))
        pend = public_id("pnd", employer.pk, Pend.objects.get(claim_id=key).pk)
    answer = first("post", f"pends/{pend}/release/", {"note": "looked"})
    told = answer.json()
    assert (answer.status_code, told["state"], told["pend"], told["orders"]) == (202, "proposed", pend, [])
    assert first("post", f"overrides/{told['id']}/approve/").status_code == 403
    assert second("post", f"overrides/{told['id']}/approve/").json()["state"] == "in_force"
    with employer_scope(employer):
        assert Pend.objects.get(claim_id=key).resolution == "released"


def test_a_program_decides_nothing_otherwise(employer, story, portal_client):
    _, (claim, _), *_ = story
    headers = {**key_for(employer, "claims.read", "claims.correct"), "HTTP_IDEMPOTENCY_KEY": "k"}
    answer = portal_client.post(
        f"/api/v1/claims/{claim}/overrides/", body(set_aside=LATE), content_type="application/json", **headers
    )
    assert (answer.status_code, answer.json()["code"]) == (409, "person_needed")
    with employer_scope(employer):
        assert not Override.objects.exists()


@pytest.mark.parametrize(
    "order",
    [
        {},
        {"set_aside": "screens.coverage"},
        {"set_aside": LATE, "allow_cents": 5},
        {"allow_cents": -1},
        {"deny": {"group": "XX", "code": "50"}},
        {"deny": {"group": "PR", "code": "fifty"}},
        {"line": 2, "set_aside": LATE},
        {"line": 1, "allow_cents": 60_001},
    ],
)
def test_what_is_no_order_is_refused(employer, story, order):
    _, (claim, _), first, _ = story
    assert first("post", f"claims/{claim}/overrides/", body(**order)).status_code in (400, 422)
    with employer_scope(employer):
        assert not Override.objects.exists()
