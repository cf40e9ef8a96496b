"""A funded year over REST: how it stands, and settled once."""

from datetime import UTC, date, datetime

from tenants.scope import desk_scope, employer_scope
from tests.web.api.book import key_for
from tests.workflows.stories import agree
from tpa.books.agreements.models import AsoAgreement
from tpa.infra.clock import clock_at
from tpa.workflows.deposits import receive_deposit


def test_a_year_over_rest(employer, portal_client):
    agree(employer, starts_on=date(2026, 1, 1))
    with desk_scope():
        terms = {"monthly_cents": 5_000, "settlement": {"run_out_months": 3}}
        AsoAgreement.objects.update(funding_model="level", funding_terms=terms)
    headers = key_for(employer) | {"HTTP_IDEMPOTENCY_KEY": "k"}
    path, year = "/api/v1/settlements/", {"year_starts_on": "2026-01-01"}
    with employer_scope(employer), clock_at(datetime(2026, 3, 1, tzinfo=UTC)):
        receive_deposit(purpose="fund", received_on=date(2026, 3, 1), cents=60_000, reference="W")
    with clock_at(datetime(2027, 3, 1, tzinfo=UTC)):
        told = portal_client.get(f"{path}preview/?year_starts_on=2026-01-01", **headers).json()
        assert (told["settles_on"], told["owner"], told["settled"]) == ("2027-04-01", "employer", None)
        assert portal_client.post(path, year, "application/json", **headers).json()["code"] == "settlement"
    with clock_at(datetime(2027, 4, 2, tzinfo=UTC)):
        made = portal_client.post(path, year, "application/json", **headers | {"HTTP_IDEMPOTENCY_KEY": "l"})
        assert (made.status_code, made.json()["settled"]["returned_cents"]) == (201, 60_000)
        assert len(portal_client.get(path, **headers).json()["data"]) == 1
