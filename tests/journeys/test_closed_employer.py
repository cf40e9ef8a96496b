"""A suspended employer's books are read; whatever door is tried, nothing is written into them."""

import io
from datetime import date

import pytest
from django.urls import reverse

from tenants import directory
from tenants import services as tenant_services
from tenants.scope import employer_scope
from tests.web.api.book import NOW, key_for, open_book
from tests.web.operator.desk import desk_as, root
from tests.workflows.eligibility_files import covered, file_834, member
from tests.workflows.test_claim_intake import claim_of, file_of, taken_in
from tests.workflows.test_claim_rest import document
from tpa.books.agreements.models import AsoAgreement, FeeScheduleVersion
from tpa.books.claims.models import Claim, Pend, Work
from tpa.books.edi.models import InboundFile, IntakeItem
from tpa.books.funding.models import Credit, Deposit, FundingInvoice
from tpa.books.ledger import selectors as ledger
from tpa.books.members.models import Load, Member
from tpa.books.payments.models import PaymentRun
from tpa.books.plans.models import PlanVersion
from tpa.infra.clock import clock_at
from tpa.infra.employers import EmployerClosedError
from tpa.infra.models import Job
from tpa.kernel.ids import public_id
from tpa.workflows import eligibility_load as enrolment
from tpa.workflows.adjudication import decide_waiting
from tpa.workflows.claim_pends import release
from tpa.workflows.claim_routing import assign_item, register_claim_json
from tpa.workflows.deposits import give_credit, receive_deposit
from tpa.workflows.eligibility_load_intake import read_enrolment_file, receive_enrolment_file
from tpa.workflows.invoice_run import ask_for_draft
from tpa.workflows.month_end import approve_invoice, draft_month, issue_invoice
from tpa.workflows.payment_run import run_payments
from tpa.workflows.plan_publishing import publish_plan
from tpa.workflows.stop_loss_sweep import sweep, tell_carrier

KEPT = (Claim, Work, Pend, Load, Member, Deposit, Credit, FundingInvoice, PaymentRun, PlanVersion)
READ = (
    "funding/", "funding-requests/", "bank/", "invoices/", "statement/", "settlements/", "payment-runs/", "payees/",
    "tax-totals/", "exposure/", "ledger/", "closes/",
)  # fmt: skip
FILE = file_834(member("S9", "ADA", "19800501", covered(starts="20260101")))


@pytest.fixture
def closed(employer):
    """Books with something in every one of them, then suspended; the keys of what is in them."""
    open_book(employer)
    taken_in(file_of(claim_of("NOBODY", "A1")))
    with employer_scope(employer), clock_at(NOW):
        keys = {
            "member": Member.objects.order_by("pk").first().pk,
            "invoice": FundingInvoice.objects.get().pk,
            "version": PlanVersion.objects.get().pk,
            "load": Load.objects.order_by("pk").first().pk,
        }
    keys["item"] = IntakeItem.objects.get().pk
    tenant_services.suspend_employer(employer_id=employer.pk)
    yield keys
    directory.forget()


def stored(employer):
    with employer_scope(employer):
        told = {model.__name__: list(model.objects.order_by("pk").values()) for model in KEPT}
        told["entries"] = ledger.entries().count()
    return told | {"items": list(IntakeItem.objects.values()), "jobs": Job.objects.count()}


IN_SCOPE = {
    "an enrolment file": lambda keys: receive_enrolment_file(content=io.BytesIO(FILE), name="a.834"),
    "an enrolment file read": lambda keys: read_enrolment_file(file_id=InboundFile.objects.count()),
    "a file staged": lambda keys: enrolment.stage_file(data=FILE, received_at=NOW, received_by="hr"),
    "people entered": lambda keys: enrolment.enrol(entries=[{"subscriber_number": "S9"}], by="hr", at=NOW),
    "a load looked at": lambda keys: enrolment.preview_load(load_id=keys["load"]),
    "a load applied": lambda keys: enrolment.apply_load(load_id=keys["load"], by="hr", at=NOW),
    "a load undone": lambda keys: enrolment.undo_load(load_id=keys["load"], by="hr", at=NOW),
    "a load rejected": lambda keys: enrolment.reject_load(load_id=keys["load"], by="hr"),
    "a deposit": lambda keys: receive_deposit(
        purpose="fund", received_on=date(2026, 4, 2), cents=1, reference="WIRE 2"
    ),
    "a credit": lambda keys: give_credit(
        kind="other", cents=1, description="x", reference="C1", granted_on=date(2026, 4, 2)
    ),
    "a payment run": lambda keys: run_payments(),
    "a draft": lambda keys: draft_month(month=date(2026, 3, 1)),
    "an approval": lambda keys: approve_invoice(invoice_id=keys["invoice"]),
    "an issue": lambda keys: issue_invoice(invoice_id=keys["invoice"]),
    "a stop-loss sweep": lambda keys: sweep(),
    "a notice": lambda keys: tell_carrier(notice_ids=[1]),
    "a plan": lambda keys: publish_plan(version_id=keys["version"], by="x", at=NOW),
}
BY_KEY = {
    "a claim by REST": lambda keys, of: register_claim_json(
        employer_id=of, document=document(), source_ref="k2", received_at=NOW
    ),
    "a claim from the intake queue": lambda keys, of: assign_item(
        item_id=keys["item"], employer_id=of, member_id=keys["member"], by_id=7
    ),
    "a decision": lambda keys, of: decide_waiting(employer_id=of),
    "a draft by a job": lambda keys, of: ask_for_draft(employer_id=of, month=date(2026, 4, 1)),
}


@pytest.mark.parametrize("act", IN_SCOPE.values(), ids=IN_SCOPE)
def test_no_work_is_done_in_its_scope(employer, closed, act):
    before = stored(employer)
    with clock_at(NOW), employer_scope(employer.pk), pytest.raises(EmployerClosedError):
        act(closed)
    assert stored(employer) == before


@pytest.mark.parametrize("act", BY_KEY.values(), ids=BY_KEY)
def test_no_work_is_done_for_it(employer, closed, act):
    before = stored(employer)
    with clock_at(NOW), pytest.raises(EmployerClosedError):
        act(closed, employer.pk)
    assert stored(employer) == before


def test_a_pend_is_not_released(employer, closed):
    with employer_scope(employer.pk), pytest.raises(EmployerClosedError):
        release(employer_id=employer.pk, pend_ids=[1], by_id=7, note="x")


def test_an_item_of_the_intake_queue_stays_open_and_is_assigned_when_the_employer_is_open_again(employer, closed):
    whom = {"item_id": closed["item"], "employer_id": employer.pk, "member_id": closed["member"], "by_id": 7}
    with pytest.raises(EmployerClosedError):
        assign_item(**whom)
    assert IntakeItem.objects.get().state == "open"
    tenant_services.resume_employer(employer_id=employer.pk)
    assert assign_item(**whom)


def test_the_desk_reads_its_pages_and_its_buttons_do_nothing(employer, closed):
    browser, before = desk_as("tpa_admin"), stored(employer)
    for path in ("", *READ):
        assert browser.get(f"{root(employer)}{path}").status_code == 200
    for path, body in (("invoices/draft/", {"month": "2026-04"}), ("enrolment/upload/", {"file": io.BytesIO(FILE)})):
        answer = browser.post(f"{root(employer)}{path}", body, follow=True)
        assert answer.redirect_chain == [(root(employer), 302)]
        assert "The employer is suspended" in answer.content.decode()
    assert stored(employer) == before


def test_rest_answers_that_it_is_closed(employer, closed, desk_client):
    named = {"HTTP_EMPLOYER": public_id("emp", 0, employer.pk), **key_for(None)}
    for method, path in (("get", "members/"), ("post", "claims/"), ("post", "deposits/")):
        answer = getattr(desk_client, method)(f"/api/v1/{path}", **named)
        assert (answer.status_code, answer.json()["code"]) == (409, "employer_closed")


def test_the_desk_enters_neither_agreement_nor_fees_for_it(employer, closed):
    browser, before = desk_as("tpa_admin"), (AsoAgreement.objects.count(), FeeScheduleVersion.objects.count())
    agreement = {
        "employer": employer.pk,
        "number": "ASO-2",
        "starts_on": "2030-01-01",
        "funding_model": "arrears",
        "currency": "USD",
        "services": ["claims", "stop_loss"],
        "line_medical": "employer",
    }
    fees = {
        "employer": employer.pk,
        "name": "Fees",
        "effective_on": "2030-01-01",
        "fees": '[{"code": "flat", "label": "Set-up", "terms": {"amount_cents": 5}}]',
    }
    for model, body in (("asoagreement", agreement), ("feescheduleversion", fees)):
        answer = browser.post(reverse(f"admin:agreements_{model}_add"), body)
        assert "The employer is suspended" in answer.content.decode()
    assert (AsoAgreement.objects.count(), FeeScheduleVersion.objects.count()) == before
