"""Where checks go: first as claims say, a change by two persons after its time; without an address a payment waits."""

from datetime import date, timedelta

import pytest
from django.db import DatabaseError, transaction

from tenants.scope import desk_scope, employer_scope
from tests.workflows.claim_stories import TAX_ID
from tests.workflows.test_claim_intake import claim_of, file_of, taken_in
from tests.workflows.test_payment_lives import ANA, BEN, DAY, NOW, home, take_back, terms  # noqa: F401
from tests.workflows.test_ripple import claim, decide, open_plan
from tests.x12.samples import CLINIC
from tpa.books.members.models import Member
from tpa.books.payments import selectors
from tpa.books.payments.errors import RunOvertakenError
from tpa.books.payments.models import Payment
from tpa.books.providers.account_models import PayeeAddress
from tpa.books.providers.errors import AddressStateError
from tpa.engine.paying.address import mailing_address
from tpa.engine.paying.planning import ORDERED, PROVIDER, Payee
from tpa.infra.clock import clock_at
from tpa.kernel.errors import ConflictError, DomainError, NotFoundError, SecondPersonError
from tpa.workflows.member_standing import tell_payee_order
from tpa.workflows.payee_addresses import (
    decide_member_address,
    decide_provider_address,
    enter_member_address,
    enter_provider_address,
    mailing_addresses,
    without_address,
)
from tpa.workflows.payment_lives import reissue_payment
from tpa.workflows.payment_run import propose_payments, release_payments, run_payments
from tpa.x12.claims import Address, Reference

ELM = {
    "line_1": "1 Elm Street",
    "line_2": "",
    "city": "Denver",
    "region": "CO",
    "postal_code": "80202",
    "country": "US",
}
BOX = mailing_address("PO Box 7", "", "Denver", "CO", "80201")
CLINIC_PAYEE = Payee(PROVIDER, TAX_ID)


def moved(person_id=ANA, **told):
    return enter_provider_address(
        tax_id=TAX_ID, **{"address": BOX, "call_back": "front desk"} | told, person_id=person_id
    )


def goes_to(payee, day=DAY):
    return mailing_addresses([payee], day)[0].get(payee)


def test_a_changed_address_takes_two_persons_and_five_days_and_checks_go_on_to_the_old_one(in_employer, home):  # noqa: F811
    for wrong, refusal in (({"call_back": " "}, DomainError), ({"person_id": None}, SecondPersonError)):
        with pytest.raises(refusal):
            moved(**wrong)
    with pytest.raises(DomainError, match="ZIP"):
        moved(address=BOX._replace(postal_code="1"))
    row = moved()
    with pytest.raises(ConflictError, match="waits"):
        moved()
    with pytest.raises(SecondPersonError):
        decide_provider_address(address_id=row.pk, approve=True, person_id=ANA)
    approved = decide_provider_address(address_id=row.pk, approve=True, person_id=BEN)
    assert approved.usable_on == DAY + timedelta(days=5)
    assert [goes_to(CLINIC_PAYEE, DAY + timedelta(days=n)).line_1 for n in (0, 4, 5)] == [
        "1 Elm Street", "1 Elm Street", "PO Box 7",
    ]  # fmt: skip
    with pytest.raises(AddressStateError):
        decide_provider_address(address_id=row.pk, approve=False, person_id=BEN)
    with desk_scope(), pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        PayeeAddress.objects.filter(pk=row.pk).update(line_1="9 Thief Road")
    with desk_scope(), pytest.raises(DatabaseError, match="once"), transaction.atomic():
        PayeeAddress.objects.filter(pk=row.pk).update(state="proposed")
    again = moved(address=BOX._replace(line_1="PO Box 8"))
    with desk_scope(), pytest.raises(DatabaseError, match="maker_is_not_checker"), transaction.atomic():
        PayeeAddress.objects.filter(pk=again.pk).update(
            state="approved", decided_by_id=ANA, decided_at=NOW, usable_on=DAY + timedelta(days=5)
        )
    with desk_scope(), pytest.raises(DatabaseError, match="waits its time"), transaction.atomic():
        PayeeAddress.objects.filter(pk=again.pk).update(
            state="approved", decided_by_id=BEN, decided_at=NOW, usable_on=DAY
        )
    with pytest.raises(DatabaseError), transaction.atomic():
        PayeeAddress.objects.filter(pk=again.pk).update(state="refused")
    assert goes_to(CLINIC_PAYEE, DAY + timedelta(days=99)).line_1 == "PO Box 7"


def test_a_check_keeps_its_address_and_a_run_is_not_released_to_one_that_was_left(in_employer, home):  # noqa: F811
    terms()
    decide(in_employer, claim(home, 90_000, 1))
    run = propose_payments(person_id=ANA)
    (check,) = run.payments.all()
    assert check.mail_to == ELM
    decide_provider_address(address_id=moved().pk, approve=True, person_id=BEN)
    with clock_at(NOW + timedelta(days=5)), pytest.raises(RunOvertakenError, match="address"):
        release_payments(run_id=run.pk, person_id=BEN)
    release_payments(run_id=run.pk, person_id=BEN)
    with pytest.raises(DatabaseError, match="denied"), transaction.atomic():
        Payment.objects.filter(pk=check.pk).update(mail_to=BOX._asdict())
    with clock_at(NOW + timedelta(days=5)):
        new = reissue_payment(payment_id=check.pk, person_id=BEN, reason="lost")
    check.refresh_from_db()
    assert (check.mail_to["line_1"], new.mail_to["line_1"]) == ("1 Elm Street", "PO Box 7")


def test_without_an_address_a_payment_waits_and_keeps_no_money_from_the_others(in_employer, home):  # noqa: F811
    """320.00 to a clinic that nobody knows, 640.00 after it to Elm: with 700.00 there, Elm is paid."""
    terms()
    decide(in_employer, claim(home, 90_000, 1, provider_tax_id="999999999"), claim(home, 80_000, 2))
    run = run_payments()
    assert (run.paid_count, run.paid_cents, run.held_cents) == (1, 64_000, 0)
    assert (run.unmailed_count, run.unmailed_cents) == (1, 32_000)
    (unnamed,) = decide(in_employer, claim(home, 10_000, 4, provider_tax_id="", provider_npi=""))
    assert [one.reason for one in without_address()][1:] == ["The claim names the provider by neither tax id nor NPI."]
    take_back(unnamed)
    (held,) = without_address()
    assert (held.payee.tax_id, held.cents, held.reason) == ("999999999", 32_000, "No mailing address is known.")
    row = enter_provider_address(tax_id="99-9999999", address=BOX, call_back="front desk", person_id=ANA)
    # Nobody was to be told before: the first address of a payee is used at once.
    assert decide_provider_address(address_id=row.pk, approve=True, person_id=BEN).usable_on == DAY
    assert without_address() == []
    assert run_payments().paid_cents == 32_000
    assert Payment.objects.first().mail_to == BOX._asdict()


def test_a_member_is_paid_at_the_address_of_the_enrolment_or_the_one_of_the_desk(in_employer, other_employer, home):  # noqa: F811
    terms()
    decide(in_employer, claim(home, 90_000, 1, assigned=False))
    subscriber = Member.objects.filter(pk=home.member_ids[0])
    subscriber.update(postal_code="")
    run = run_payments()
    assert (run.paid_count, run.unmailed_cents) == (0, 32_000)
    (held,) = without_address()
    assert "not complete: postal code" in held.reason
    subscriber.update(postal_code="80301")
    run_payments()
    (check,) = Payment.objects.all()
    assert (check.payee, check.mail_to["line_1"]) == ("member", "1 Oak Road")
    payee = selectors.payee_of(check)
    told = {"member_id": home.member_ids[0], "address": BOX, "call_back": "Ada"}
    row = enter_member_address(**told, person_id=ANA)
    with employer_scope(other_employer), pytest.raises(NotFoundError):
        decide_member_address(address_id=row.pk, approve=True, person_id=BEN)
    assert decide_member_address(address_id=row.pk, approve=True, person_id=BEN).usable_on == DAY + timedelta(days=5)
    assert [goes_to(payee, DAY + timedelta(days=n)).line_1 for n in (4, 5)] == ["1 Oak Road", "PO Box 7"]
    with pytest.raises(DomainError, match="order"):
        enter_member_address(**told, person_id=ANA, by_order=True)
    tell_payee_order(member_id=home.member_ids[0], pay_to="Cy Moe", by="ana")
    row = enter_member_address(**told, person_id=ANA, by_order=True)
    decide_member_address(address_id=row.pk, approve=True, person_id=BEN)
    assert goes_to(Payee(ORDERED, family_id=home.family_id, name="Cy Moe")) == BOX
    with employer_scope(other_employer):
        assert PayeeAddress.objects.filter(payee__in=("member", "ordered")).count() == 0


def test_claims_give_the_first_address_and_a_later_one_is_only_heard(employer):
    """The pay-to address (2010AB) goes before the billing one (2010AA); a file read again adds nothing."""
    with employer_scope(employer):
        number = open_plan(employer)[0].number
    lockbox = CLINIC._replace(role="87", address=Address("PO BOX 500", "", "CHICAGO", "IL", "606011234"))
    tax_id, king = "200000009", Address("2 KING ST", "", "TORONTO", "ON", "M5V3L9", "CA")
    billing = CLINIC._replace(references=(Reference("EI", tax_id),), address=king)
    taken_in(file_of(claim_of(number, "A1")._replace(billing=billing, pay_to=lockbox)), "one.837")
    for name in ("two.837", "three.837"):
        taken_in(file_of(claim_of(number, name[:2])._replace(billing=billing)), name)
    broken = billing._replace(address=Address("3 X ST", "", "TORONTO", "ON", "123", "CA"))
    taken_in(file_of(claim_of(number, "A9")._replace(billing=broken)), "four.837")
    rows = [(one.state, one.address.lines) for one in PayeeAddress.objects.filter(tax_id=tax_id).order_by("id")]
    assert rows == [
        ("approved", ("PO BOX 500", "CHICAGO IL  60601-1234")),
        ("heard", ("2 KING ST", "TORONTO ON  M5V 3L9", "CANADA")),
    ]
    heard = PayeeAddress.objects.get(tax_id=tax_id, state="heard")
    with pytest.raises(AddressStateError):
        decide_provider_address(address_id=heard.pk, approve=True, person_id=BEN)
    assert decide_provider_address(address_id=heard.pk, approve=False, person_id=BEN).state == "refused"
    with employer_scope(employer):
        assert goes_to(Payee(PROVIDER, tax_id), date(2099, 1, 1)).line_1 == "PO BOX 500"
