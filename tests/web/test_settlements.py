"""A funded year over REST: how it stands, and settled once."""

from datetime import UTC, date, datetime

from tenants.scope import desk_scope, employer_scope
from tests.web.api.book import key_for
from tests.web.login import log_in
from tests.web.operator.desk import desk_as, root
from tests.web.portal.test_pages import person
from tests.workflows.stories import agree
from tpa.books.agreements.models import AsoAgreement
from tpa.books.funding.settlement_models import Settlement
from tpa.infra.clock import clock_at
from tpa.kernel.ids import public_id
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
        (row,) = portal_client.get(path, **headers).json()["data"]
        assert (row["payable"], row["payouts"]) == ({"employer": 60_000}, [])
        paid = {"party": "employer", "paid_on": "2027-04-02", "reference": "W9"}
        answer = portal_client.post(f"{path}{row['id']}/payouts/", paid, "application/json", **headers)
        assert answer.json()["code"] == "second_person"


def test_a_year_is_settled_at_the_desk_and_paid_out_by_another(employer, portal_client):
    agree(employer, starts_on=date(2026, 1, 1))
    with desk_scope():
        terms = {"monthly_cents": 5_000, "settlement": {"run_out_months": 3, "tpa_share": "25%"}}
        AsoAgreement.objects.update(funding_model="level", funding_terms=terms)
    with employer_scope(employer), clock_at(datetime(2026, 3, 1, tzinfo=UTC)):
        receive_deposit(purpose="fund", received_on=date(2026, 3, 1), cents=60_000, reference="W")
    at = f"{root(employer)}settlements/"
    ana, ben = desk_as("finance", employer), desk_as("tpa_admin", employer)
    with clock_at(datetime(2027, 3, 1, tzinfo=UTC)):
        page = ana.get(at).content.decode()
        assert "employer, administrator and carrier by 3/4 : 1/4 : 0" in page
        assert "Settle the year" not in page
        told = ana.post(f"{at}settle/", {"year_starts_on": "2026-01-01"}, follow=True).content.decode()
        assert "ends with 2027-03-31" in told
    with clock_at(datetime(2027, 4, 2, 18, tzinfo=UTC)):
        sent = {"year_starts_on": "2026-01-01", "is_renewed": "yes"}
        assert "The year is settled." in ana.post(f"{at}settle/", sent, follow=True).content.decode()
        with employer_scope(employer):
            key = public_id("stl", employer.pk, Settlement.objects.get().pk)
        paid = {"party": "employer", "paid_on": "2027-04-02", "reference": "W9"}
        assert "by who made it" in ana.post(f"{at}{key}/pay/", paid, follow=True).content.decode()
        page = ben.post(f"{at}{key}/pay/", paid, follow=True).content.decode()
        assert "employer: $450.00 paid 2027-04-02 (W9)" in page
    seen = log_in(portal_client, person(employer, "employer_finance"), employer)
    assert "$450.00 paid" in seen.get("/settlements/").content.decode()


def test_a_deficit_is_on_the_statement_of_account(employer, portal_client):
    """The employer sees the 80.00 that it is asked for on the page, in the file and over REST."""
    with employer_scope(employer):
        Settlement.objects.create(
            agreement_id=1, starts_on=date(2025, 1, 1), ends_before=date(2026, 1, 1), owner="employer",
            settled_on=date(2026, 4, 2), due_on=date(2026, 5, 1), year={}, recorded_at=datetime(2026, 4, 2, tzinfo=UTC),
            settled={"result_cents": -8_000, "billed_cents": 8_000, "employer_owes_cents": 8_000},
        )  # fmt: skip
    seen = log_in(portal_client, person(employer, "employer_finance"), employer)
    page = " ".join(seen.get("/statement/").content.decode().split())
    assert "Year of 2025-01-01, deficit</a>: $80.00" in page
    assert b"settlement,Year of 2025-01-01,80.00,80.00," in seen.get("/statement/statement.csv").content
    told = portal_client.get("/api/v1/statement/", **key_for(employer)).json()
    assert (told["balance_cents"], told["aging_cents"]["over_90"]) == (8_000, 8_000)
    assert told["open"] == [{"number": "Year of 2025-01-01", "cents": 8_000}]
