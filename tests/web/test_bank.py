"""Bank statements at the desk and over REST."""

from datetime import UTC, date, datetime

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from tenants.scope import employer_scope
from tests.web.api.book import key_for
from tests.web.operator.desk import EVIL, desk_as, root
from tests.workflows.stories import agree
from tpa.books.funding.bank_models import BankEntry, BankStatement
from tpa.infra.clock import clock_at

ROWS = (
    f"date,reference,description,amount,balance\n2026-03-30,W1,{EVIL},1000.00,1000.00\n2026-03-31,,FEE,-5.00,995.00\n"
)


@pytest.fixture(autouse=True)
def _book(employer):
    agree(employer, starts_on=date(2026, 3, 1))
    with clock_at(datetime(2026, 4, 2, 12, tzinfo=UTC)):
        yield


def test_a_statement_is_loaded_and_its_exceptions_worked_at_the_desk(employer):
    desk = desk_as("finance", employer)
    at = f"{root(employer)}bank/"

    def upload(content):
        return desk.post(f"{at}upload/", {"file": SimpleUploadedFile("m.csv", content)}, follow=True).content.decode()

    assert "line 1: The columns" in upload(b"date,amount\n1,2\n")
    page = upload(ROWS.encode())
    assert "loaded and matched" in page
    assert EVIL not in page
    assert "Exactly this file was loaded before." in upload(ROWS.encode())
    deposit, *_ = [part.split('"')[0] for part in page.split('action="') if "/deposit/" in part.split('"')[0]]
    assert "The deposit is recorded." in desk.post(deposit, follow=True).content.decode()
    with employer_scope(employer):
        (fee,) = BankEntry.objects.filter(cents=-500)
        assert BankStatement.objects.count() == 1
    page = desk.get(at).content.decode()
    explain, *_ = [part.split('"')[0] for part in page.split('action="') if "/explain/" in part.split('"')[0]]
    assert "explained" in desk.post(explain, {"explanation": "Refunded in April"}, follow=True).content.decode()
    with employer_scope(employer):
        fee.refresh_from_db()
    assert fee.explanation == "Refunded in April"
    assert desk.post(explain.replace("explain", "burn")).status_code == 404
    assert "looked at again" in desk.post(f"{at}match/", follow=True).content.decode()


def test_a_statement_over_rest(employer, portal_client):
    headers = key_for(employer)

    def post(path, content=b"", kind="application/octet-stream"):
        return portal_client.post(f"/api/v1/{path}", content, kind, **headers)

    first, again = (post("bank-statements/?name=m.csv", ROWS.encode()) for _ in range(2))
    assert (first.status_code, again.status_code, first.json()) == (201, 200, again.json())
    refused = post("bank-statements/?name=m.csv", b"<!DOCTYPE a><a/>")
    assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, "line 1")
    rows = portal_client.get("/api/v1/bank-entries/?open=true", **headers).json()["data"]
    assert [one["found"] for one in rows] == ["unknown", "unknown"]
    into = next(one["id"] for one in rows if one["cents"] > 0)
    assert post(f"bank-entries/{into}/deposit/").json()["reference"] == "W1"
    out = next(one["id"] for one in rows if one["cents"] < 0)
    assert post(f"bank-entries/{out}/explain/", {"explanation": "x"}, "application/json").json()["explanation"] == "x"
    assert post("bank-entries/match/").json() == {"matched_count": 0}
    proof = portal_client.get("/api/v1/bank-proof/", **headers).json()
    assert (proof["bank_cents"], proof["unexplained_cents"], proof["difference_cents"]) == (99_500, -500, 0)
