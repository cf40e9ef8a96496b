"""What another plan answers, by REST: entered once, and the claim that waited for it is decided."""

import pytest

from tenants.scope import employer_scope
from tests.web.api.book import key_for
from tests.workflows.test_pend_sweep import plan_text
from tests.workflows.test_ripple import claim, decide, live, open_plan
from tpa.books.claims.models import PayerAnswer
from tpa.engine.coordination.answers import OtherPayer
from tpa.kernel.ids import public_id
from tpa.workflows.pend_sweep import resolve_pends

ANSWER = {"name": "First plan", "paid_cents": 50_000, "adjustments": [{"group": "PR", "carc": "2", "cents": 10_000}]}


@pytest.fixture
def story(employer, portal_client):
    """A claim that waits for another plan, and calls by a program of the employer."""
    with employer_scope(employer):
        home = open_plan(employer, plan_text('coordination = { method = "standard" }'))[0]
        (key,) = decide(employer, claim(home, 60_000, 1, other_payers=(OtherPayer("First plan", None),)))
    path = f"/api/v1/claims/{public_id('clm', employer.pk, key)}/payer-answers/"
    headers = key_for(employer, "claims.read", "claims.write")

    def call(body=None, of="k1"):
        if body is None:
            return portal_client.get(path, **headers)
        sent = {"data": body, "content_type": "application/json", "headers": {"Idempotency-Key": of}}
        return portal_client.post(path, **sent, **headers)

    return key, call


def test_an_answer_is_entered_once_and_lets_the_claim_go(employer, story):
    key, call = story
    answer = call({"payer": ANSWER, "note": "EOB of May 3"})
    told = answer.json()
    assert (answer.status_code, told["payer"], told["note"], told["recorded_by"]) == (
        201,
        ANSWER,
        "EOB of May 3",
        "story",
    )
    assert call({"payer": ANSWER, "note": "EOB of May 3"}).json() == told
    assert call().json() == {"data": [told]}
    with employer_scope(employer):
        assert resolve_pends(employer_id=employer.pk) == 1
        decide(employer)
        assert live(key).paid_cents == 8_000


@pytest.mark.parametrize(
    ("body", "status", "where"),
    [
        ({}, 422, "/payer"),
        ({"payer": ANSWER | {"paid_cents": 60_001}}, 422, "/payer/paid_cents"),
        ({"payer": {"name": "First plan"}}, 422, "/payer/paid_cents"),
        ({"payer": ANSWER | {"lines": [{"number": 7, "paid_cents": 50_000}]}}, 422, "/payer/lines/0/number"),
        ({"payer": ANSWER, "color": "red"}, 422, "/color"),
        ({"payer": ANSWER, "note": "x" * 401}, 422, "/note"),
    ],
)
def test_what_is_no_answer_is_refused_with_its_place(employer, story, body, status, where):
    answer = story[1](body)
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (status, where)
    with employer_scope(employer):
        assert not PayerAnswer.objects.exists()
