"""Half a year of a small employer, so that no page is empty: families, claims of every kind, invoices, files, a job."""

import io
import json
from datetime import UTC, date, datetime
from typing import NamedTuple

from tenants.models import Employer
from tenants.scope import desk_scope, employer_scope
from tests.workflows.claim_stories import NPI, new_claim, open_book, register
from tests.workflows.eligibility_files import file_csv
from tests.workflows.stories import GROUP, SYSTEM, agree, charge_fees, pay
from tests.workflows.test_claim_intake import claim_of, file_of
from tpa.books.agreements.models import AsoAgreement, Broker, Carrier, GroupNumber, ReviewOrganization
from tpa.books.agreements.selectors import stop_loss_contracts
from tpa.books.agreements.services import approve_stop_loss_version, save_stop_loss_contract
from tpa.books.claims.models import Decision, Pend
from tpa.books.claims.overrides import Person
from tpa.books.edi.models import InboundFile, IntakeItem, TradingPartner
from tpa.books.events.services import add_endpoint
from tpa.books.funding.models import FundingInvoice
from tpa.books.funding.services import Correction
from tpa.books.identity import services as identity
from tpa.books.identity.models import ApiKey, User
from tpa.books.ledger.models import Entry
from tpa.books.members.models import Load, Member
from tpa.books.payments import accounts
from tpa.books.payments.selectors import paid_among
from tpa.books.plans import services as plans
from tpa.books.plans.models import PlanVersion
from tpa.engine.adjudication.overrides import Override, OverrideKind
from tpa.engine.coordination.subrogation import Settlement
from tpa.engine.paying.address import mailing_address
from tpa.infra import jobs, outbox
from tpa.infra.clock import clock_at
from tpa.infra.models import WorkItem
from tpa.kernel.periods import year_of
from tpa.workflows import subrogation
from tpa.workflows.adjudication import decide_waiting
from tpa.workflows.appeals import file_appeal, note
from tpa.workflows.bank_accounts import enter_member_account, enter_provider_account
from tpa.workflows.bank_reconciliation import load_statements
from tpa.workflows.claim_intake import read_claims_file, receive_claims_file
from tpa.workflows.corrections import preview_claims
from tpa.workflows.deposits import give_credit, receive_deposit
from tpa.workflows.eligibility_load_intake import read_enrolment_file, receive_enrolment_file
from tpa.workflows.funding_requests import ask_employer, prepare_request
from tpa.workflows.month_end import approve_invoice, draft_month, issue_invoice
from tpa.workflows.overrides import propose
from tpa.workflows.payee_addresses import enter_member_address, enter_provider_address
from tpa.workflows.payment_run import run_payments
from tpa.workflows.settlement import settle_year
from tpa.workflows.stop_loss_filings import file_claim, record
from tpa.workflows.stop_loss_sweep import sweep
from tpa.workflows.stop_loss_transfers import bring_along
from tpa.workflows.stop_loss_what_if import ask as ask_quote
from tpa.workflows.stop_loss_what_if import run_job as answer_quote
from tpa.workflows.what_if import ask, run_job

NOW = datetime(2026, 6, 20, 15, tzinfo=UTC)
QUOTE = {
    "policy": {"starts_on": "2026-06-01", "ends_before": "2027-06-01"},
    "incurred": {"starts_on": "2026-06-01", "ends_before": "2027-06-01"},
    "paid": {"starts_on": "2026-06-01", "ends_before": "2027-09-01"},
    "specific": {
        "unit": "person",
        "lines": ["medical"],
        "deductible_cents": 500_000,
        "premium": {"rates_cents": {"ALL": 9_000}},
    },
}
VISITS = (("99213", 21_000), ("80053", 9_500))


class Story(NamedTuple):
    """Keys of what the pages show."""

    member: int
    paid: int
    pended: int
    decision: int
    entry: int
    invoice: int
    draft: int
    load: int
    file: int
    item: int
    job: int
    queue: str
    what_if: int
    correction: int
    run: int
    payment: int
    endpoint: int
    appeal: int
    subrogation: int
    plan: int
    plan_version: int
    filing: int
    quote: int


def tell(employer: Employer) -> Story:
    """Everything, committed."""
    homes = open_book(employer, count=4, people=3)
    agree(employer, starts_on=date(2026, 1, 1))
    fee = ("pepm", "Administration", {"rates_cents": {"EE": 3_500, "EF": 3_500}})
    charge_fees(employer, fee, effective_on=date(2026, 1, 1))
    _insure(employer)
    _set_up(employer)
    paid, *_ = [_month(employer, homes, month) for month in range(1, 6)]
    with desk_scope():
        url = "https://hooks.partner.example/tpa"
        endpoint = add_endpoint(employer_id=employer.pk, url=url, kinds=[], by="hr@acme.example", now=NOW)
        identity.set_superior(user=User.objects.latest("pk"), superior=None)
    with clock_at(NOW):
        pended = _replacement(employer, homes[1])
        load = _enrolment(employer)
        file = _claim_file(homes[0].number)
        job = jobs.start_job(kind="month_end", employer_id=employer.pk, key="2026-05", total=12, requested_by="ana")
        jobs.advance_job(job_id=job.pk, done=7, message="Counting heads")
        with employer_scope(employer):
            sweep()
        outbox.drain()
    with employer_scope(employer):
        decision = Decision.objects.get(claim_id=paid)
        invoices = list(FundingInvoice.objects.order_by("month"))
        entry = Entry.objects.get(source_kind="decision", source_id=decision.pk, event="claim_approved")
        queue = Pend.objects.get(claim_id=pended).queue
        question = _what_if(employer)
        appeal = _appeal(paid)
        correction = preview_claims(claim_ids=[paid], why="entry_error", note="twice", by="story", take_back=True)
        _money(employer, invoices[0].pk)
        pursued = _pursued(paid)
        draft = PlanVersion.objects.get(state="draft")
    _requests(employer)
    _settlements(employer)
    run, payment = _pay(employer)
    _bank(employer)
    return Story(
        homes[0].member_ids[0], paid, pended, decision.pk, entry.pk, invoices[0].pk, invoices[-1].pk,
        load, file, IntakeItem.objects.get().pk, job.pk, WorkItem.objects.get(queue=queue).queue,
        question, correction.pk, run, payment, endpoint.pk, appeal, pursued,
        draft.plan_id, draft.pk, *_stop_loss(employer),
    )  # fmt: skip


def _pursued(claim_id: int) -> int:
    """The case of an accident that a liable party has settled, a part of which has come in."""
    case = subrogation.open_for_claim(claim_id=claim_id, by="story")
    subrogation.ask_member(case_id=case.pk, asked_on=date(2026, 3, 2))
    told = {"answers": "A car came from the left.", "liable": "Red Motor, Harbor Mutual"}
    subrogation.record_answers(case_id=case.pk, answered_on=date(2026, 3, 20), **told)
    on = date(2026, 6, 1)
    subrogation.settle_case(case_id=case.pk, settled_on=on, told=Settlement(500_000, 165_000), by="story")
    subrogation.receive(case_id=case.pk, cents=1_500, received_on=on, reference="CHECK 9", by="story")
    return case.pk


def _set_up(employer: Employer) -> None:
    """A row of everything else that the set-up admin lists."""
    with desk_scope():
        Broker.objects.create(name="Harbor Benefits", npn="1234567", email="desk@harbor.example")
        TradingPartner.objects.create(name="Clearinghouse", sender_id="CLEAR")
        for name in ("Lakeside Review", "Northern Review", "Prairie Review"):
            ReviewOrganization.objects.create(name=name, accreditation="URAC", starts_on=date(2026, 1, 1))
        GroupNumber.objects.create(employer=employer, number="A-77", plain="A77")
        ApiKey.objects.create_key(name="payroll", employer=employer, scopes=["files.write"])


def _money(employer: Employer, invoice_id: int) -> None:
    """A deposit, and a credit that gives back a part of a fee."""
    with employer_scope(employer):
        receive_deposit(purpose="fund", received_on=date(2026, 6, 1), cents=5_000_000, reference="WIRE 1")
        give_credit(
            kind="correction", cents=3_500, description="One subscriber too many", reference="C-1",
            granted_on=date(2026, 6, 2), corrects=Correction(invoice_id, "fee", "pepm"),
        )  # fmt: skip


def _pay(employer: Employer) -> tuple[int, int]:
    """A released run of checks, and an account that waits for a second person. Keys of the run and of a payment."""
    with employer_scope(employer), clock_at(NOW):
        bank = {"routing_number": "091000019", "account_number": "00123456"}
        terms = accounts.propose_terms(
            **bank, bank_name="First Bank", company_id="1123456789", alone_up_to_cents=10**9, made_by_id=SYSTEM, now=NOW
        )
        accounts.approve_terms(terms_id=terms.pk, by_id=SYSTEM + 1, now=NOW)
        told = {**bank, "holder": "Elm Clinic", "kind": "checking", "call_back": "front desk", "person_id": SYSTEM}
        enter_provider_account(tax_id="123456789", **told)
        enter_member_account(member_id=Member.objects.earliest("id").pk, **told)
        moved = {"address": mailing_address("2 King St", "", "Toronto", "ON", "M5V 3L9"), "call_back": "front desk"}
        enter_provider_address(tax_id="123456789", **moved, person_id=SYSTEM)
        enter_member_address(member_id=Member.objects.earliest("id").pk, **moved, person_id=SYSTEM)
        run = run_payments()
        return run.pk, run.payments.latest("id").pk


def _requests(employer: Employer) -> None:
    """A request that a deposit has answered in part, and one that waits for approval."""
    with desk_scope():
        AsoAgreement.objects.filter(employer=employer).update(
            funding_model="imprest", funding_terms={"minimum_cents": 9_000_000}
        )
    with employer_scope(employer), clock_at(NOW):
        ask_employer(request_id=prepare_request().pk)
        receive_deposit(purpose="fund", received_on=NOW.date(), cents=100_000, reference="WIRE 2")
    with desk_scope():
        AsoAgreement.objects.filter(employer=employer).update(funding_terms={"minimum_cents": 9_500_000})
    with employer_scope(employer), clock_at(NOW):
        prepare_request()


def _settlements(employer: Employer) -> None:
    """A level-funded year that is settled, with the surplus still to be paid out, and one whose run-out has ended."""
    told = {"monthly_cents": 5_000, "settlement": {"run_out_months": 3, "tpa_share": "25%"}}
    with desk_scope():
        for number in (2024, 2025):
            AsoAgreement.objects.create(
                employer=employer, number=f"L-{number}", starts_on=date(number, 1, 1), ends_before=date(number + 1, 1, 1),
                funding_model="level", funding_terms=told,
            )  # fmt: skip
    with employer_scope(employer), clock_at(NOW):
        receive_deposit(purpose="fund", received_on=date(2024, 3, 1), cents=60_000, reference="WIRE 2024")
        settle_year(year_starts_on=date(2024, 1, 1), person_id=SYSTEM)


def _bank(employer: Employer) -> None:
    """A statement with a deposit that the books know, and an entry that nobody does."""
    text = b"date,reference,description,amount,balance\n2026-06-01,WIRE 1,FUNDING,50000.00,50000.00\n"
    with employer_scope(employer), clock_at(NOW):
        load_statements(content=text + b"2026-06-03,,SERVICE CHARGE,-12.50,49987.50\n", name="june.csv")


def _insure(employer: Employer) -> None:
    year = {"starts_on": "2026-01-01", "ends_before": "2027-01-01"}
    document = {
        "policy": year,
        "incurred": year,
        "paid": year | {"ends_before": "2027-04-01"},
        "specific": {"unit": "person", "lines": ["medical"], "deductible_cents": 200_000, "transfer": "current_group"},
        "aggregate": {"lines": ["medical"], "factors": [{"code": "medical", "factors_cents": {"ALL": 80_000}}]},
    }
    told = {"person_id": SYSTEM, "claims_began": False}
    with desk_scope():
        carrier = Carrier.objects.create(name="Granite Re")
        version = save_stop_loss_contract(
            employer_id=employer.pk, carrier_id=carrier.pk, number="SL-26", document=document, group=GROUP, **told
        )
        approve_stop_loss_version(version_id=version.pk, now=datetime(2026, 1, 1, tzinfo=UTC), **told)


def _month(employer: Employer, homes: list, month: int) -> int:
    """Visits of all families, a knee in March, a claim twice; the invoice. The key of the first claim."""
    at = datetime(2026, month, 15, 12, tzinfo=UTC)
    day = date(2026, month, 10)
    with employer_scope(employer):
        with clock_at(at):
            came = [new_claim(home, *VISITS, on=day, received_at=at) for home in homes[: 2 + month % 3]]
            if month == 3:
                came.append(new_claim(homes[2], ("27447", 1_400_000), on=day, received_at=at))
            came.append(new_claim(homes[0], *VISITS, on=day, received_at=at, ref=f"again {month}"))
            first = register(*came)[0]
            decide_waiting(employer_id=employer.pk)
        with clock_at(datetime(2026, month + 1, 2, 12, tzinfo=UTC)):
            invoice = draft_month(month=date(2026, month, 1))
            if month < 5:
                approve_invoice(invoice_id=invoice.pk, person_id=SYSTEM)
                issue_invoice(invoice_id=invoice.pk, person_id=SYSTEM)
    return first


def _appeal(claim_id: int) -> int:
    """A line decided otherwise, one more proposed above the authority, and an appeal of the claim."""
    ana = Person(900, "ana@tpa.example")
    with clock_at(NOW):
        for number, authority_cents in ((1, 10**9), (2, 0)):
            order = Override(0, number, OverrideKind.ALLOW, "", cents=1_000)
            propose(
                claim_id=claim_id, orders=[order], why="negotiated", note="by telephone", by=ana,
                authority_cents=authority_cents,
            )  # fmt: skip
        row = file_appeal(claim_id=claim_id, filed_by="member", grounds="It was an emergency", at=NOW, by=ana)
        note(appeal_id=row.pk, kind="document", text="Records of the clinic", reference="box 7", by=ana)
    return row.pk


def _what_if(employer: Employer) -> int:
    """A year under the sample plan with dearer visits, answered."""
    version = PlanVersion.objects.get()
    document = json.dumps(version.document).replace('"copay": 35', '"copay": 50')
    draft = plans.draft_version(
        plan_id=version.plan_id, text=document, effective_on=date(2027, 1, 1), by="story", at=NOW
    )
    asked = ask(employer_id=employer.pk, version_id=draft.pk, span=year_of(NOW.date()), by="story")
    run_job(employer_id=employer.pk, job_id=asked.job_id or 0)
    return asked.pk


def _stop_loss(employer: Employer) -> tuple[int, int]:
    """The knee is paid and lies above the specific deductible: a filing that the carrier has; a quote, answered."""
    with employer_scope(employer), clock_at(NOW):
        knee = Decision.objects.order_by("-paid_cents")[0]
        if not paid_among([knee.pk]):
            pay(knee, date(2026, 4, 2))
        sweep()
        contract = stop_loss_contracts(employer.pk)[0]
        bring_along(
            contract_id=contract.contract_id, member_id=knee.member_id, cents=123_456, from_group="Harbor Foods",
            as_of=date(2026, 1, 31), document="Statement of claims", reference="HF-1", by="story",
        )  # fmt: skip
        filing = file_claim(contract_id=contract.contract_id, kind="specific", unit_id=knee.member_id, by="story")
        record(filing_id=filing.pk, state="filed", on=NOW.date(), by="story", note="by post")
        asked = ask_quote(employer_id=employer.pk, name="Lower", document=QUOTE, by="story", starts_on=date(2025, 6, 1))
        answer_quote(employer_id=employer.pk, job_id=asked.job_id or 0)
    return filing.pk, asked.pk


def _replacement(employer: Employer, home: object) -> int:
    with employer_scope(employer):
        one = new_claim(home, *VISITS, on=date(2026, 6, 1), received_at=NOW, npi=NPI)
        (key,) = register(one._replace(claim=one.claim._replace(frequency="7", original_reference="X1")))
        decide_waiting(employer_id=employer.pk)
        return key


def _enrolment(employer: Employer) -> int:
    rows = [
        ("S000001", "self", "Ada", "1980-05-17", "medical", "PPO", "EF", "2026-01-01", "2026-06-30"),
        ("S900001", "self", "<b>Nia</b>", "1985-03-01", "medical", "PPO", "EE", "2026-07-01"),
        ("S900002", "self", "Oda", "20250230", "medical", "PPO", "EE", "2026-07-01"),
    ]
    with employer_scope(employer):
        received = receive_enrolment_file(content=io.BytesIO(file_csv(*rows)), name="july.csv", received_by="hr")
        read_enrolment_file(file_id=received.file.pk)
        return Load.objects.latest("id").pk


def _claim_file(number: str) -> int:
    content = file_of(claim_of(f"{number}-0", "C1"), claim_of("NOBODY", "C2"))
    receive_claims_file(content=io.BytesIO(content), name="june.837", received_by="clearinghouse")
    file = InboundFile.objects.latest("id")
    read_claims_file(file_id=file.pk)
    return file.pk
