"""Agreements, fee schedules and stop-loss contracts over REST: drafts, second persons, the law, and the desk alone."""

from datetime import date
from fractions import Fraction

import pytest

from tenants import directory
from tenants.services import set_situs
from tests.books.agreements.test_agreements import contract
from tests.web.api.book import key_for
from tests.web.login import log_in
from tpa.books.agreements.models import AsoAgreement, Carrier, FeeScheduleVersion, StopLossContractVersion
from tpa.books.agreements.selectors import funding_terms_on
from tpa.books.identity.models import Grant, User
from tpa.kernel.ids import public_id

AGREEMENT = {
    "number": "A-7",
    "starts_on": "2026-01-01",
    "lines": [{"line": "medical"}, {"line": "life", "bearer": "insurer", "carrier": "Granite Re"}],
    "services": ["claims", "eligibility"],
    "funding_model": "arrears",
}
FEES = {
    "name": "Fees",
    "effective_on": "2026-01-01",
    "fees": [{"code": "flat", "label": "Reporting", "terms": {"amount_cents": 15_000}}],
}
CONTRACT = {"carrier": "Granite Re", "number": "SL-1", "document": contract(), "eligible_employee_count": 60}


@pytest.fixture(autouse=True)
def _book(employer):
    Carrier.objects.create(name="Granite Re")
    yield
    directory.forget()


@pytest.fixture
def as_person(desk_client, employer):
    """Calls of a person of the TPA who names the employer."""

    def caller(name):
        user = User.objects.create(email=f"{name}@tpa.example", name=name)
        Grant.objects.create(user=user, role="stop_loss")
        client = type(desk_client)(SERVER_NAME="localhost")
        log_in(client, user)
        named = {"HTTP_EMPLOYER": public_id("emp", 0, employer.pk), "content_type": "application/json"}

        def call(path, body=None, key=""):
            headers = {"Idempotency-Key": key} if key else {}
            answer = client.post(f"/api/v1/{path}", body, headers=headers, **named)
            return answer.status_code, answer.json()

        return call

    return caller


def test_a_signed_agreement_is_entered(as_person):
    status, told = as_person("ana")("agreements/", AGREEMENT)
    assert (status, told["number"], told["ends_before"]) == (201, "A-7", "9999-12-31")
    assert {(one["line"], one["bearer"], one["carrier"]) for one in told["lines"]} == {
        ("medical", "employer", None),
        ("life", "insurer", "Granite Re"),
    }


def test_the_terms_of_its_funding_model_are_part_of_an_agreement(as_person, employer):
    terms = {"monthly_cents": 6_000_000, "settlement": {"run_out_months": 9, "tpa_share": "1/3"}}
    late = {"days": 30, "rate_bp": 1200}
    asked = {**AGREEMENT, "funding_model": "level", "funding_terms": terms, "late_payment_terms": late}
    status, told = as_person("ana")("agreements/", asked)
    assert (status, told["funding_terms"], told["late_payment_terms"]) == (201, terms, late)
    assert funding_terms_on(employer.pk, date(2026, 5, 1)).settlement.shares == (Fraction(2, 3), Fraction(1, 3), 0)


@pytest.mark.parametrize(
    ("change", "status", "where"),
    [
        ({"lines": [{"line": "life"}]}, 422, "lines/0"),
        ({"lines": []}, 422, "lines"),
        ({"lines": [{"line": "life", "bearer": "insurer", "carrier": "Nobody"}]}, 422, "/lines/0/carrier"),
        ({"ends_before": "2025-01-01"}, 422, "ends_before"),
        ({"funding_model": "free"}, 400, "/funding_model"),
        ({"funding_terms": {"minimum_cents": 1}}, 422, "/funding_terms/minimum_cents"),
        ({"late_payment_terms": {"days": 30}}, 422, "/late_payment_terms/days"),
        ({"colour": "blue"}, 400, "/colour"),
    ],
)
def test_a_faulty_agreement_is_refused_with_its_place(as_person, change, status, where):
    got, told = as_person("ana")("agreements/", {**AGREEMENT, **change})
    assert (got, told["errors"][0]["pointer"]) == (status, where)
    assert not AsoAgreement.objects.exists()


def test_fees_are_drafted_then_published_once(as_person):
    ana = as_person("ana")
    status, draft = ana("fee-schedules/", FEES, key="k1")
    # The same request again makes no second draft.
    assert ana("fee-schedules/", FEES, key="k1") == (status, draft)
    assert (status, draft["state"], draft["fees"][0]["label"]) == (201, "draft", "Reporting")
    assert ana(f"fee-schedules/{draft['id']}/publish/")[1]["state"] == "published"
    assert ana(f"fee-schedules/{draft['id']}/publish/")[0] == 409
    assert ana("fee-schedules/", {**FEES, "fees": [{"code": "gold", "label": "x", "terms": {}}]})[0] == 422
    assert FeeScheduleVersion.objects.count() == 1


def test_a_contract_is_proposed_by_one_and_approved_by_another(as_person):
    ana, bo = as_person("ana"), as_person("bo")
    status, told = ana("stop-loss-contracts/", CONTRACT)
    assert (status, told["state"]) == (201, "proposed")
    assert told["warnings"] == ["NAIC Model 92: the specific deductible 10000.00 is below the least, 20000.00"]
    StopLossContractVersion.objects.update(needs_second_person=True)
    path = f"stop-loss-contract-versions/{told['version_id']}/"
    assert (ana(f"{path}approve/")[0], ana(f"{path}approve/")[1]["code"]) == (409, "second_person")
    assert bo(f"{path}approve/")[1]["state"] == "approved"
    assert bo(f"{path}reject/")[0] == 409


def test_a_contract_that_the_law_forbids_is_refused_by_its_name(as_person, employer):
    set_situs(employer_id=employer.pk, situs="CA")
    status, told = as_person("ana")("stop-loss-contracts/", CONTRACT)
    assert (status, told["code"]) == (422, "unlawful_contract")
    (fault,) = told["errors"]
    assert fault["pointer"] == "/specific/deductible_cents"
    assert fault["detail"].startswith("California Insurance Code 10752.4: ")
    assert not StopLossContractVersion.objects.exists()


def test_a_key_decides_on_no_contract_and_a_portal_writes_none(as_person, desk_client, portal_client, employer):
    told = as_person("ana")("stop-loss-contracts/", CONTRACT)[1]
    named = {"HTTP_EMPLOYER": public_id("emp", 0, employer.pk), "content_type": "application/json"}
    path = f"/api/v1/stop-loss-contract-versions/{told['version_id']}/approve/"
    assert desk_client.post(path, **named, **key_for(None)).status_code == 409
    for name, body in (("agreements", AGREEMENT), ("fee-schedules", FEES), ("stop-loss-contracts", CONTRACT)):
        answer = portal_client.post(f"/api/v1/{name}/", body, content_type="application/json", **key_for(employer))
        assert answer.status_code == 404
    assert StopLossContractVersion.objects.get().state == "proposed"
    assert not AsoAgreement.objects.exists()
