"""The ledger over REST: who may read it, and what it says."""

import pytest
from django.test import Client

from tenants import directory
from tpa.books.identity.models import ApiKey
from tpa.engine.journal.accounts import CHART
from tpa.kernel.ids import public_id


@pytest.fixture
def key(employer):
    """A key of the first employer for the ledger alone."""
    _, text = ApiKey.objects.create_key(name="warehouse", employer=employer, scopes=["ledger.read"])
    return {"HTTP_AUTHORIZATION": f"Bearer {text}"}


def test_a_new_employers_trial_balance_is_all_zeros(portal_client, key):
    answer = portal_client.get("/api/v1/ledger/trial-balance/", **key)
    assert answer.status_code == 200
    body = answer.json()
    assert [account["code"] for account in body["accounts"]] == list(CHART)
    assert body["total_cents"] == 0
    assert answer["Cache-Control"] == "no-store"


def test_without_a_credential_nothing_is_said(portal_client):
    answer = portal_client.get("/api/v1/ledger/trial-balance/")
    assert answer.status_code == 401
    assert answer["Content-Type"] == "application/problem+json"
    assert answer.json()["request_id"] == answer["X-Request-Id"]


def test_another_employers_key_finds_nothing(key, other_employer):
    client = Client(SERVER_NAME=directory.portal_host(other_employer))
    assert client.get("/api/v1/ledger/trial-balance/", **key).status_code == 404


def test_a_key_without_the_scope_is_refused(portal_client, employer):
    _, text = ApiKey.objects.create_key(name="roster", employer=employer, scopes=["members.read"])
    answer = portal_client.get("/api/v1/ledger/trial-balance/", HTTP_AUTHORIZATION=f"Bearer {text}")
    assert answer.status_code == 403


def test_an_unknown_parameter_is_named(portal_client, key):
    answer = portal_client.get("/api/v1/ledger/trial-balance/?asof=2026-01-01", **key)
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["pointer"] == "/asof"


def test_an_impossible_date_is_named(portal_client, key):
    answer = portal_client.get("/api/v1/ledger/trial-balance/?as_of=20250230", **key)
    assert answer.json()["errors"][0]["pointer"] == "/as_of"


@pytest.mark.parametrize("path", ["accounts/9999/postings/", f"entries/{public_id('led', 1, 1)}/", "entries/1/"])
def test_what_is_not_there_is_not_found(portal_client, key, path):
    assert portal_client.get(f"/api/v1/ledger/{path}", **key).status_code == 404


def test_the_desk_names_the_employer_of_a_call(desk_client, employer):
    _, text = ApiKey.objects.create_key(name="desk", employer=None, scopes=["ledger.read"])
    bearer = {"HTTP_AUTHORIZATION": f"Bearer {text}"}
    assert desk_client.get("/api/v1/ledger/trial-balance/", **bearer).json()["code"] == "employer_missing"
    named = desk_client.get("/api/v1/ledger/trial-balance/", **bearer, HTTP_EMPLOYER=public_id("emp", 0, employer.pk))
    assert named.status_code == 200
