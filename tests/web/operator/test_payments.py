"""Payments at the desk: a large run takes two persons, whatever the login; a payment's life; accounts and terms."""

from datetime import date
from io import BytesIO
from zipfile import ZipFile

import pytest
from django.test import Client, override_settings

from tenants.scope import employer_scope
from tests.web.login import log_in
from tests.web.operator.desk import desk_as, page_of, root
from tests.workflows.test_payment_lives import returned
from tests.workflows.test_ripple import claim, decide, open_plan
from tpa.books.identity.models import Grant, User
from tpa.books.members.models import Member
from tpa.books.payments.models import CarriedBalance, Payment, PaymentFile, PaymentRun
from tpa.books.providers.account_models import PayeeAccount, PayeeAddress
from tpa.kernel.ids import public_id
from tpa.workflows.deposits import receive_deposit

PAID = 32_000
BANK = {"routing_number": "091000019", "account_number": "00123456"}
TERMS = BANK | {
    "bank_name": "First Bank", "company_id": "1123456789", "first_check_number": "5000", "recoup_after_days": "0",
    "stale_after_days": "180", "unclaimed_after_days": "365",
    "layout": "generic", "unclaimed_to": "plan", "alone_up_to": "319.99",
}  # fmt: skip
ACCOUNT = BANK | {"tax_id": "123456789", "holder": "Elm Clinic", "kind": "checking", "call_back": "front desk"}


@pytest.fixture
def story(employer):
    """A family with a claim that waits to be paid, and money for it."""
    with employer_scope(employer):
        home = open_plan(employer)[0]
        receive_deposit(purpose="fund", cents=1_000_000, reference="D1", received_on=date(2026, 4, 2))
        decide(employer, claim(home, 90_000, 1))
        return home


def stored(employer, model):
    """The rows of a table of the employer, the oldest first."""
    with employer_scope(employer):
        return list(model.objects.order_by("id"))


def desk_of(name, person=None):
    """Another login of finance; with `person` a second login of that person."""
    user = User.objects.create(email=f"{name}@tpa.example", name=name, person_id=person)
    Grant.objects.create(user=user, role="finance")
    return log_in(Client(SERVER_NAME="localhost"), user)


def post(desk, path, **body):
    return desk.post(path, body, follow=True).content.decode()


def test_the_maker_is_refused_whatever_the_login_and_another_releases(employer, story):
    ana = desk_as("finance")
    again, ben = desk_of("ana2", User.objects.get(email="finance@tpa.example").pk), desk_of("ben")
    with override_settings(PAY_ALONE_UP_TO_CENTS=PAID - 1):
        assert "The run is proposed." in post(ana, f"{root(employer)}payment-runs/propose/")
    page = page_of(employer, "payment-runs", "run", stored(employer, PaymentRun)[0].pk)
    assert "Another person has to approve it" in ana.get(page).content.decode()
    for desk in (ana, again):
        assert "is not approved by who proposed it" in post(desk, f"{page}approve/")
    assert "approved before it is released" in post(ben, f"{page}release/")
    assert "printed once their run is released" in post(ben, f"{page}checks/pdf/")
    assert "The run is approved." in post(ben, f"{page}approve/")
    for desk in (ana, again):
        assert "is not released by who proposed it" in post(desk, f"{page}release/")
    assert stored(employer, PaymentRun)[0].state == "approved"
    assert "The run is released." in post(ben, f"{page}release/")
    assert "Nothing waits to be paid." in post(ana, f"{root(employer)}payment-runs/propose/")
    payment = page_of(employer, "payments", "pay", stored(employer, Payment)[0].pk)
    assert "320.00" in ana.get(payment).content.decode()
    assert "A reason is needed." in post(ana, f"{payment}void/", reason=" ")
    assert "The payment is void" in post(ana, f"{payment}void/", reason="lost")
    assert stored(employer, Payment)[0].state == "void"


def test_terms_and_accounts_take_two_persons_and_a_check_leaves_with_its_files(employer, story):
    ana, ben = desk_as("finance"), desk_of("ben")
    payees = f"{root(employer)}payees/"
    assert "no ABA routing number" in post(ana, f"{payees}terms/", **TERMS | {"routing_number": "091000018"})
    assert "wait for another person" in post(ana, f"{payees}terms/", **TERMS)
    terms = ben.get(payees).content.decode().split("payees/terms/ptm_")[1].split("/")[0]
    assert "not approved by who proposed them" in post(ana, f"{payees}terms/ptm_{terms}/approve/")
    assert "The terms hold." in post(ben, f"{payees}terms/ptm_{terms}/approve/")
    with employer_scope(employer):
        member = Member.objects.get(pk=story.member_ids[0])
    providers = "/desk/provider-accounts/"
    assert "Checking or savings?" in post(ana, f"{providers}enter/", **ACCOUNT | {"kind": "gold"})
    assert "No member has this number." in post(ana, f"{payees}accounts/", **ACCOUNT, member_number="?")
    assert "waits for another person" in post(ana, f"{providers}enter/", **ACCOUNT)
    assert "waits for another person" in post(ana, f"{payees}accounts/", **ACCOUNT, member_number=member.member_number)
    provider, family = stored(employer, PayeeAccount)
    for page, approve in (
        (providers, f"{providers}{public_id('pac', 0, provider.pk)}/approve/"),
        (payees, f"{page_of(employer, 'payees/accounts', 'acc', family.pk)}approve/"),
    ):
        assert "not approved by who entered it" in post(ana, approve)
        assert "It is noted." in post(ben, approve)
        shown = ana.get(page).content.decode()
        assert "00123456" not in shown
        assert "3456" in shown
    assert "The prenotes are written" in post(ana, f"{payees}prenotes/")
    assert "No account waits to be tried." in post(ana, f"{payees}prenotes/")
    post(ana, f"{root(employer)}payment-runs/propose/")
    run = page_of(employer, "payment-runs", "run", stored(employer, PaymentRun)[0].pk)
    post(ben, f"{run}approve/")
    page = post(ben, f"{run}release/")
    assert "5000" in page
    file = page.split("payment-files/")[1].split('"')[0]
    assert b"".join(ben.get(f"{root(employer)}payment-files/{file}")).startswith((b"ISA*", b"00123456,5000"))
    waiting = ana.get(f"{root(employer)}payment-runs/").content.decode()
    assert "1 file, checks to be printed" in " ".join(waiting.split())
    with ZipFile(BytesIO(b"".join(ana.post(f"{run}files/")))) as archive:
        assert sorted(name.split(".")[-1] for name in archive.namelist()) == ["835", "txt"]
    waiting = ana.get(f"{root(employer)}payment-runs/").content.decode()
    assert "</a>: checks to be printed" in waiting
    assert "The run is released" not in post(ana, f"{run}checks/doc/")
    assert b"".join(ana.post(f"{run}checks/csv/")).startswith(b"record,number,date,payee")
    assert "Nothing is left to print" in post(ana, f"{run}checks/csv/")
    payment = page_of(employer, "payments", "pay", stored(employer, Payment)[0].pk)
    assert b"".join(ana.post(f"{payment}check/pdf/")).startswith(b"%PDF-")
    assert "copy, PDF" in ana.get(payment).content.decode()
    assert "The check is mailed." in post(ana, f"{payment}mail/")
    assert "The payment is issued anew." in post(ana, f"{payment}reissue/", reason="lost")
    runs = f"{root(employer)}payment-runs/"
    # The stop of the first check belongs to no run: it is found among what was not sent yet.
    (stop,) = [one for one in stored(employer, PaymentFile) if one.kind == "checks" and one.run_id is None]
    assert page_of(employer, "payment-files", "pfl", stop.pk) in ana.get(runs).content.decode()
    prenote = next(bytes(one.content) for one in stored(employer, PaymentFile) if one.kind == "trials")
    assert "No file was chosen." in post(ana, f"{runs}returns/")
    assert "does not begin with a file header" in post(ana, f"{runs}returns/", file=BytesIO(b"hello"))
    lines = prenote.decode().splitlines()
    back = returned(lines, 2, f"799R04{lines[2][79:94]}")
    assert "1 of an account that is used no more." in post(ana, f"{runs}returns/", file=BytesIO(back))
    assert "Nothing came back in this file." in post(ana, f"{runs}returns/", file=BytesIO(prenote))
    assert [one.state for one in stored(employer, Payment)] == ["reissued", "issued"]
    assert stored(employer, CarriedBalance) == []


def test_an_address_takes_two_persons_at_the_desk_and_what_waits_for_one_is_shown(employer, story):
    ana, ben = desk_as("finance"), desk_of("ben")
    payees, pages = f"{root(employer)}payees/", "/desk/provider-addresses/"
    told = {"line_1": "PO Box 7", "city": "Denver", "region": "CO", "postal_code": "80201", "call_back": "front desk"}
    post(ana, f"{payees}terms/", **TERMS | {"alone_up_to": "9999.00"})
    terms = ben.get(payees).content.decode().split("payees/terms/ptm_")[1].split("/")[0]
    post(ben, f"{payees}terms/ptm_{terms}/approve/")
    with employer_scope(employer):
        member = Member.objects.get(pk=story.member_ids[0])
        decide(employer, claim(story, 100_000, 2, provider_tax_id="300000008"))
    assert "no ZIP code" in post(ana, f"{pages}enter/", **told | {"tax_id": "300000008", "postal_code": "8"})
    assert "Whom have you called back" in post(ana, f"{pages}enter/", **told | {"tax_id": "300000008", "call_back": ""})
    post(ana, f"{root(employer)}payment-runs/propose/")
    assert "Enter the address of 300000008" in ana.get(f"{root(employer)}payment-runs/").content.decode()
    first = page_of(employer, "payment-runs", "run", stored(employer, PaymentRun)[0].pk)
    assert "$800.00 held because no address is known" in ana.get(first).content.decode()
    post(ana, f"{first}cancel/", note="the address comes first")
    assert "No address of 300000008 is known." in ana.get(f"{pages}?tax_id=300000008").content.decode()
    assert "waits for another person" in post(ana, f"{pages}enter/", **told | {"tax_id": "300000008"})
    assert "No member has this number." in post(ana, f"{payees}addresses/", **told, member_number="?")
    told_by_order = told | {"member_number": member.member_number, "by_order": "yes"}
    assert "No court&#x27;s order" in post(ana, f"{payees}addresses/", **told_by_order)
    assert "waits for another person" in post(ana, f"{payees}addresses/", **told, member_number=member.member_number)
    family, provider = stored(employer, PayeeAddress)[-1], stored(employer, PayeeAddress)[-2]
    for approve in (
        f"{pages}{public_id('pad', 0, provider.pk)}/approve/",
        f"{page_of(employer, 'payees/addresses', 'mad', family.pk)}approve/",
    ):
        assert "not approved by who entered it" in post(ana, approve)
        assert "It is noted." in post(ben, approve)
    assert "Held until an address is known" not in ana.get(f"{root(employer)}payment-runs/").content.decode()
    post(ana, f"{root(employer)}payment-runs/propose/")
    assert {one.mail_to["line_1"] for one in stored(employer, Payment)[1:]} == {"1 Elm Street", "PO Box 7"}
    payment = page_of(employer, "payments", "pay", stored(employer, Payment)[-1].pk)
    assert "PO Box 7, Denver CO  80201" in ana.get(payment).content.decode()


def test_a_banks_layout_is_loaded_at_the_desk_or_refused_with_its_place(employer):
    ana, page = desk_as("finance"), "/desk/bank-layouts/"
    good = b'form="csv"\nissue="N"\nvoid="X"\ncolumns=[{value="number"},{value="cents"},{value="kind"}]'
    assert "No file was chosen." in post(ana, f"{page}load/", name="elm")
    for content, told in ((b"\xff", "no text in UTF-8"), (good.replace(b"cents", b"sum"), "/columns/1/value")):
        assert told in post(ana, f"{page}load/", name="elm", file=BytesIO(content))
    assert "None was loaded." in ana.get(page).content.decode()
    assert "The layout is loaded." in post(ana, f"{page}load/", name="elm", file=BytesIO(good))
    assert ">elm</option>" in ana.get(f"{root(employer)}payees/").content.decode()


def test_who_may_only_read_has_no_buttons_and_is_refused(employer, story):
    examiner = desk_as("examiner")
    assert "Propose a run" not in examiner.get(f"{root(employer)}payment-runs/").content.decode()
    assert examiner.post(f"{root(employer)}payment-runs/propose/").status_code == 404
    assert stored(employer, PaymentRun) == []
