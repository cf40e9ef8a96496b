"""The API's own description: it is valid, whole, and can be read without asking another host."""

import json
import re
from pathlib import Path

import jsonschema_rs
import pytest
from drf_spectacular import validation
from drf_spectacular.drainage import GENERATOR_STATS

from tests.web.api.test_permissions import METHODS
from tpa.web.api import docs
from tpa.web.api.v1.urls import urlpatterns

OPENAPI_3_1 = Path(validation.__file__).parent / "openapi_3_1_schema.json"


@pytest.fixture(scope="module")
def schema():
    with GENERATOR_STATS.silence():
        docs.schema_text.cache_clear()
        text = docs.schema_text()
    assert not GENERATOR_STATS._warn_cache
    assert not GENERATOR_STATS._error_cache
    return json.loads(text)


def operations(schema):
    return {
        (path, method): told for path, of in schema["paths"].items() for method, told in of.items() if method in METHODS
    }


def test_it_is_valid_openapi_3_1(schema):
    rules = json.loads(OPENAPI_3_1.read_text())
    assert [one.message for one in jsonschema_rs.validator_for(rules).iter_errors(schema)] == []
    assert not jsonschema_rs.validator_for(rules).is_valid(schema | {"openapi": "3"})
    assert schema["openapi"] == "3.1.0"


def test_every_endpoint_is_in_it_and_nothing_else(schema):
    wanted = {
        ("/api/v1/" + re.sub(r"<str:(\w+)>", r"{\1}", str(pattern.pattern)), method)
        for pattern in urlpatterns
        for method in METHODS
        if hasattr(pattern.callback.view_class, method)
    }
    assert set(operations(schema)) == wanted


def test_every_operation_has_a_name_a_description_a_key_and_its_problems(schema):
    for (path, method), told in operations(schema).items():
        assert told["description"], path
        assert {"key": []} in told["security"], path
        wanted = {"400", "401", "403", "404", "409", "429"} | ({"413", "415", "422"} if method != "get" else set())
        assert wanted <= set(told["responses"]), path
        assert set(told["responses"]["404"]["content"]) == {"application/problem+json"}
    names = [told["operationId"] for told in operations(schema).values()]
    assert len(names) == len(set(names))


def test_what_moves_money_needs_its_idempotency_key(schema):
    needed = {
        path
        for (path, _), told in operations(schema).items()
        for one in told.get("parameters", ())
        if one["name"] == "Idempotency-Key" and one.get("required")
    }
    plain = (
        "claims", "credits", "deposits", "disputes", "figures", "funding-requests", "member-accounts", "payee-balances",
        "provider-addresses", "member-addresses", "bank-layouts",
        "paying-terms", "payment-runs", "prenotes", "provider-accounts", "settlements", "stop-loss-repayments",
        "subrogation-cases", "tax-reports", "settlements/{settlement}/payouts",
        "invoice-run", "invoices/{invoice}/sendings", "stop-loss-filings/{filing}/steps",
        *(f"claims/{{claim}}/{name}" for name in ("appeals", "overrides", "payer-answers")),
        *(f"appeals/{{appeal}}/{step}" for step in ("assign", "decide", "extend", "notes")),
        *(f"overrides/{{override}}/{step}" for step in ("approve", "refuse", "take-back")),
    )  # fmt: skip
    of_a_case = (f"subrogation-cases/{{subrogation_case}}/{name}" for name in ("settlements", "recoveries"))
    assert needed == {f"/api/v1/{name}/" for name in (*plain, *of_a_case)}


def test_whatever_is_made_and_can_be_read_is_told_with_its_address(schema):
    told, unnamed = set(), set()
    for (path, _), operation in operations(schema).items():
        for status in operation["responses"].keys() & {"201", "202"}:
            headers = operation["responses"][status].get("headers", {})
            (told if "Location" in headers else unnamed).add(path.removeprefix("/api/v1/"))
    assert {"claims/", "plans/", "employers/", "plans/{plan}/versions/", "claim-files/", "what-ifs/"} <= told
    many = {f"{name}/csv/" for name in ("authorizations", "external-accumulators")} | {
        f"{name}/"
        for name in ("authorizations", "bank-statements", "external-accumulators", "tax-reports", "transfer-returns")
    }
    in_a_list_alone = {
        "agreements/", "api-keys/", "claims/{claim}/clock/", "claims/{claim}/payer-answers/", "closes/",
        "closes/reopen/", "credits/", "deposits/", "disputes/", "fee-schedules/", "figures/", "group-numbers/",
        "invoices/{invoice}/sendings/", "member-accounts/", "member-addresses/", "bank-layouts/", "provider-addresses/",
        "paying-terms/", "pends/{pend}/hand-over/", "prenotes/",
        "price-lists/", "provider-accounts/", "settlements/", "settlements/{settlement}/payouts/",
        "stop-loss-contracts/", "stop-loss-offsets/", "stop-loss-repayments/", "stop-loss-watches/",
        "stop-loss-transfers/",
    }  # fmt: skip
    assert unnamed == many | in_a_list_alone


def test_a_list_in_pages_and_a_whole_list_are_described_apart(schema):
    told = operations(schema)
    for path, required in (("appeals", ["data", "next"]), ("claims/{claim}/appeals", ["data"])):
        answer = told[f"/api/v1/{path}/", "get"]["responses"]["200"]["content"]["application/json"]["schema"]
        assert schema["components"]["schemas"][answer["$ref"].rpartition("/")[2]]["required"] == required


def test_a_reading_that_may_be_refused_says_so(schema):
    told = operations(schema)
    assert set(told["/api/v1/settlements/preview/", "get"]["responses"]["422"]["content"]) == {
        "application/problem+json"
    }
    assert "422" not in told["/api/v1/settlements/", "get"]["responses"]


def test_ids_and_money_have_their_form(schema):
    claim = schema["components"]["schemas"]["Claim"]["properties"]
    assert claim["id"]["pattern"] == "^clm_[0-9A-HJKMNP-TV-Z]{13}$"
    assert claim["charge_cents"]["type"] == "integer"
    assert "null" in claim["paid_cents"]["type"]


def test_anybody_may_read_it(db, desk_client, portal_client):
    for client in (desk_client, portal_client):
        answer = client.get("/api/schema/")
        assert (answer.status_code, answer["Content-Type"]) == (200, docs.MEDIA_TYPE)
        assert answer.content == docs.schema_text()


def test_the_page_for_people_needs_no_other_host_and_no_relaxed_policy(db, desk_client):
    answer = desk_client.get("/api/docs/")
    page = answer.content.decode()
    assert 'data-schema="/api/schema/"' in page
    sources = re.findall(r'(?:src|href)="([^"]+)"', page)
    assert len(sources) == 6
    assert all(source.startswith("/static/") or source == "/api/schema/" for source in sources)
    assert "unsafe" not in answer["Content-Security-Policy"]
    assert "<style" not in page
    for source in sources:
        assert desk_client.get(source).status_code == 200
