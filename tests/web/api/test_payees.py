"""Payments over REST: two persons, steps, accounts, terms, files, balances, totals; a program is no person."""

from datetime import date
from io import BytesIO
from zipfile import ZipFile

import pytest
from django.test import Client, override_settings

from tenants import directory
from tenants.scope import employer_scope
from tests.web.api.book import NOW, key_for
from tests.web.login import log_in
from tests.workflows.test_ripple import claim, decide, open_plan
from tpa.books.identity.models import Grant, User
from tpa.books.payments.models import PayingTerms, Payment, PaymentRun
from tpa.books.providers.account_models import PayeeAccount, PayeeAddress
from tpa.infra.clock import clock_at
from tpa.kernel.ids import public_id
from tpa.workflows.deposits import receive_deposit

PAID = 32_000
TERMS = {
    "bank_name": "First Bank", "routing_number": "091000019", "account_number": "00123456", "company_id": "1123456789",
    "alone_up_to_cents": PAID,
}  # fmt: skip
ACCOUNT = {
    "tax_id": "123456789", "holder": "Elm Clinic", "routing_number": "011401533", "account_number": "998877",
    "call_back": "front desk",
}  # fmt: skip


@pytest.fixture
def story(employer):
    """Two claims decided, the second of which falls into the deductible without the first; money is there."""
    with clock_at(NOW), employer_scope(employer):
        home = open_plan(employer)[0]
        receive_deposit(purpose="fund", cents=1_000_000, reference="D1", received_on=date(2026, 4, 2))
        decide(employer, claim(home, 90_000, 1))
    with clock_at(NOW):
        yield home


def person(employer, name):
    """A call at the desk's host by somebody of finance."""
    user = User.objects.create(email=f"{name}@tpa.example", name=name)
    Grant.objects.create(user=user, role="finance")
    client = log_in(Client(SERVER_NAME="localhost"), user)
    return caller(client, {"HTTP_EMPLOYER": public_id("emp", 0, employer.pk)})


def program(employer):
    return caller(Client(SERVER_NAME=directory.portal_host(employer)), key_for(employer))


def caller(client, headers):
    keys = iter(range(1, 1_000))

    def call(path, body=None, method="post"):
        extra = {"HTTP_IDEMPOTENCY_KEY": f"k{next(keys)}"} if method == "post" else {}
        return getattr(client, method)(f"/api/v1/{path}", body, "application/json", **headers, **extra)

    return call


def stored(employer, model):
    with employer_scope(employer):
        return list(model.objects.order_by("id"))


def test_a_large_run_takes_two_persons_and_a_program_is_none(employer, story):
    ana, ben, bot = person(employer, "ana"), person(employer, "ben"), program(employer)
    with override_settings(PAY_ALONE_UP_TO_CENTS=PAID - 1):
        run = ana("payment-runs/", {}).json()
    assert (run["state"], run["needs_second_person"], run["paid_cents"]) == ("proposed", True, PAID)
    path = f"payment-runs/{run['id']}/"
    for who in (ana, bot):
        answer = who(f"{path}approve/")
        assert (answer.status_code, answer.json()["code"]) == (409, "second_person")
    assert ana("payment-runs/", {}).json()["code"] == "payment_run_open"
    assert ben(f"{path}approve/").json()["state"] == "approved"
    for who in (ana, bot):
        assert who(f"{path}release/").json()["code"] == "second_person"
    assert {one.state for one in stored(employer, Payment)} == {"proposed"}
    assert ben(f"{path}release/").json()["state"] == "released"
    assert ben(f"{path}cancel/").json()["code"] == "payment_state"
    assert stored(employer, PaymentRun)[0].state == "released"


def test_from_terms_to_a_check_its_files_and_its_void(employer, story):
    ana, ben, bot = person(employer, "ana"), person(employer, "ben"), program(employer)
    assert bot("paying-terms/", TERMS).json()["code"] == "second_person"
    wrong = ana("paying-terms/", TERMS | {"routing_number": "091000018"})
    assert (wrong.status_code, "check digit" in wrong.json()["detail"]) == (422, True)
    assert stored(employer, PayingTerms) == []
    made = ana("paying-terms/", TERMS).json()
    assert "account_number" not in made
    assert ana(f"paying-terms/{made['id']}/approve/").json()["code"] == "second_person"
    assert ben(f"paying-terms/{made['id']}/approve/").status_code == 200
    family = {name: text for name, text in ACCOUNT.items() if name != "tax_id"}
    family["member"] = public_id("mem", employer.pk, story.member_ids[0])
    for path, body in (("provider-accounts/", ACCOUNT), ("member-accounts/", family)):
        account = ana(path, body).json()
        assert (account["state"], account["account_end"]) == ("proposed", "8877")
        assert ana(path, body).status_code == 409
        assert ana(f"{path}{account['id']}/approve/").json()["code"] == "second_person"
        approved = ben(f"{path}{account['id']}/approve/").json()
        assert (approved["state"], approved["usable_on"], approved["prenoted_on"]) == ("approved", "2026-04-07", None)
        assert ben(f"{path}{account['id']}/refuse/").json()["code"] == "account_state"
        assert [one["id"] for one in ben(path, method="get").json()["data"]] == [account["id"]]
    assert bot("provider-accounts/", ACCOUNT).status_code == 404
    assert bot("member-accounts/", family).json()["code"] == "second_person"
    assert len(stored(employer, PayeeAccount)) == 2
    prenotes = bot("prenotes/").json()
    assert (prenotes["kind"], prenotes["total_cents"]) == ("trials", 0)
    assert bot("prenotes/").status_code == 204
    assert bot("payment-runs/", {}).json()["state"] == "released"
    (check,) = bot("payments/", method="get").json()["data"]
    assert (check["method"], check["number"], check["amount_cents"]) == ("check", "1001", PAID)
    files = bot("payment-files/", method="get").json()["data"]
    assert sorted(one["kind"] for one in files) == ["835", "checks", "paper", "trials"]
    remittance = next(one for one in files if one["kind"] == "835")
    assert bot(f"payment-files/{remittance['id']}/content/", method="get").content.startswith(b"ISA*")
    archive = bot(f"payment-runs/{check['run']}/files/")
    with ZipFile(BytesIO(archive.content)) as parts:
        assert parts.read(remittance["name"]).startswith(b"ISA*")
        assert [name for name in parts.namelist() if name.endswith(".json")] == []
    paid = {"tax_id": check["payee_tax_id"], "name": check["payee_name"], "payments_count": 1, "paid_cents": PAID}
    told = {"reported_cents": None, "to_report": "", "has_tax_id": True}
    assert bot("tax-totals/?year=2026", method="get").json()["data"] == [paid | told]
    table = bot("tax-totals/csv/?year=2026", method="get").content.decode().splitlines()
    assert table[1].endswith(",1,320.00,,")
    assert bot("tax-totals/?year=2027", method="get").status_code == 422
    assert bot("tax-reports/", {"year": 2026}).json()["code"] == "conflict"
    run = f"payment-runs/{check['run']}/checks/"
    listed = bot(run, {"form": "csv"})
    assert (listed["Content-Type"], listed.content.decode().splitlines()[1][:24]) == (
        "text/csv; charset=utf-8",
        "check,1001,2026-04-02,12",
    )
    assert (bot(run, {"form": "csv"}).json()["code"], bot(run, {"form": "doc"}).status_code) == ("conflict", 400)
    assert [bot(path).content[:5] for path in (run, f"payments/{check['id']}/check/")] == [b"%PDF-"] * 2
    told = bot(f"payments/{check['id']}/", method="get").json()
    assert [one["kind"] for one in told["events"]] == ["issued", "printed", "printed", "printed"]
    paper = next(one for one in files if one["kind"] == "paper")
    assert bot(f"payment-files/{paper['id']}/content/", method="get").json()["code"] == "conflict"
    assert [bot(f"payments/{check['id']}/mail/").json()["state"] for _ in range(2)] == ["mailed", "mailed"]
    assert bot(f"payments/{check['id']}/letter/", method="get").json()["code"] == "not_found"
    assert bot(f"payments/{check['id']}/void/", {"reason": ""}).status_code == 400
    assert bot(f"payments/{check['id']}/void/", {"reason": "lost"}).json()["state"] == "void"
    assert bot(f"payments/{check['id']}/reissue/", {"reason": "lost"}).json()["code"] == "payment_state"
    assert bot("tax-totals/?year=2026", method="get").json()["data"] == []


def test_addresses_over_rest_and_who_waits_for_one(employer, other_employer, story):
    ana, ben, bot = person(employer, "ana"), person(employer, "ben"), program(employer)
    box = {"line_1": "2 King St", "city": "Toronto", "region": "on", "postal_code": "m5v3l9", "call_back": "front desk"}
    member = {"member": public_id("mem", employer.pk, story.member_ids[0])}
    wrong = ana("provider-addresses/", box | {"tax_id": "123456789", "postal_code": "1"})
    assert (wrong.status_code, "Canadian postal code" in wrong.json()["detail"]) == (422, True)
    for path, named, usable_on in (
        ("provider-addresses/", {"tax_id": "123456789"}, "2026-04-07"),
        ("member-addresses/", member, "2026-04-07"),
        ("provider-addresses/", {"tax_id": "200000009"}, "2026-04-02"),
    ):
        made = ana(path, box | named).json()
        assert (made["state"], made["postal_code"], made["country"]) == ("proposed", "M5V 3L9", "CA")
        assert ana(path, box | named).status_code == 409
        assert ana(f"{path}{made['id']}/approve/").json()["code"] == "second_person"
        assert ben(f"{path}{made['id']}/approve/").json()["usable_on"] == usable_on
        assert ben(f"{path}{made['id']}/refuse/").json()["code"] == "address_state"
        assert ben(path, method="get").json()["data"][0]["id"] == made["id"]
    assert bot("provider-addresses/", box | {"tax_id": "1"}).status_code == 404
    assert bot("member-addresses/", box | member).json()["code"] == "second_person"
    assert ana("member-addresses/", box | member | {"by_order": True}).status_code == 422
    assert len(stored(employer, PayeeAddress)) == 4
    assert bot("payees-without-address/", method="get").json()["data"] == []
    made = ana("paying-terms/", TERMS).json()
    ben(f"paying-terms/{made['id']}/approve/")
    assert bot("payees-without-address/", method="get").json()["data"] == []
    with employer_scope(employer), clock_at(NOW):
        decide(employer, claim(story, 100_000, 2, provider_tax_id="300000008"))
    (held,) = bot("payees-without-address/", method="get").json()["data"]
    assert held == {
        "payee": "provider", "tax_id": "300000008", "family": "", "name": "", "cents": 80_000,
        "reason": "No mailing address is known.",
    }  # fmt: skip
    run = bot("payment-runs/", {}).json()
    assert (run["paid_cents"], run["unmailed_count"], run["unmailed_cents"]) == (PAID, 1, 80_000)
    (paid,) = bot("payments/", method="get").json()["data"]
    assert bot(f"payments/{paid['id']}/", method="get").json()["mail_to"]["line_1"] == "1 Elm Street"


LAYOUT = """
form = "csv"
delimiter = "|"
issue = "N"
void = "X"
columns = [ { value = "number" }, { value = "cents" }, { value = "kind" } ]
"""


def test_a_banks_own_layout_is_loaded_checked_and_used(employer, story):
    ana, ben, bot = person(employer, "ana"), person(employer, "ben"), program(employer)
    own = TERMS | {"layout": "elm_bank"}
    assert (ana("paying-terms/", own).status_code, stored(employer, PayingTerms)) == (422, [])
    wrong = ana("bank-layouts/", {"name": "elm_bank", "text": LAYOUT.replace('"cents"', '"dollars"')}).json()
    assert (wrong["code"], wrong["errors"][0]["pointer"]) == ("positive_pay_layout", "/columns/1/value")
    assert ana("bank-layouts/", {"name": "generic", "text": LAYOUT}).status_code == 409
    assert ana("bank-layouts/", {"name": "elm bank", "text": LAYOUT}).status_code == 422
    assert bot("bank-layouts/", {"name": "elm_bank", "text": LAYOUT}).status_code == 404
    assert ana("bank-layouts/", method="get").json()["data"] == []
    for text in (LAYOUT.replace("N", "?"), LAYOUT):
        assert ana("bank-layouts/", {"name": "elm_bank", "text": text}).status_code == 201
    made = ana("paying-terms/", own).json()
    ben(f"paying-terms/{made['id']}/approve/")
    bot("payment-runs/", {})
    (checks,) = [one for one in bot("payment-files/", method="get").json()["data"] if one["kind"] == "checks"]
    assert bot(f"payment-files/{checks['id']}/content/", method="get").content == b"1001|32000|N\n"


def test_the_explanation_of_a_decision_and_of_a_family(employer, story):
    bot = program(employer)
    (one,) = bot("claims/", method="get").json()["data"]
    decision = bot(f"claims/{one['id']}/decisions/", method="get").json()
    decision = (decision["data"] if isinstance(decision, dict) else decision)[0]["id"]
    told = bot(f"decisions/{decision}/eob/", method="get").json()
    assert (told["you_owe_cents"], told["plan_paid_cents"]) == (58_000, PAID)
    assert bot(f"decisions/{decision}/eob/pdf/", method="get").content[:5] == b"%PDF-"
    member = public_id("mem", employer.pk, story.member_ids[0])
    span = "decided_from=2026-01-01&decided_before=2027-01-01"
    assert bot(f"members/{member}/eobs/?{span}", method="get").json()["data"] == [told]
    assert (
        bot(f"members/{member}/eobs/pdf/?decided_from=2020-01-01&decided_before=2020-02-01", method="get").status_code
        == 404
    )
    assert bot(f"members/{member}/eobs/", method="get").status_code == 400
