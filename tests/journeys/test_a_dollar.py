"""One employer's month: who is covered and what was done come as 834 and 837; invoice and stop-loss come out, to the cent."""

import io
from datetime import UTC, date, datetime

import pytest

from tenants.scope import employer_scope
from tests.workflows import stories
from tests.workflows.claim_stories import ROOT, open_clinic
from tests.workflows.eligibility_files import covered, file_834, member
from tests.workflows.test_claim_intake import ELM, file_of
from tests.x12.samples import POLICY, SAM, line, professional
from tpa.books.claims.models import Claim, Decision
from tpa.books.ledger import selectors as ledger
from tpa.books.members.models import Load, Member
from tpa.books.plans import services as plans
from tpa.books.stoploss import selectors as stoploss
from tpa.engine.journal.accounts import (
    CLAIMS_PAYABLE,
    FUNDING_RECEIVABLE,
    OUTSTANDING_PAYMENTS,
    STOP_LOSS_RECEIVABLE,
)
from tpa.infra.clock import clock_at
from tpa.workflows import eligibility_load, eligibility_load_intake
from tpa.workflows.adjudication import Counts, decide_waiting
from tpa.workflows.claim_intake import read_claims_file, receive_claims_file
from tpa.workflows.deposits import receive_deposit
from tpa.workflows.month_end import approve_invoice, draft_month, issue_invoice
from tpa.workflows.payment_run import run_payments
from tpa.workflows.proof import Proof, verify_books
from tpa.workflows.stop_loss_sweep import sweep
from tpa.x12.claims import Dated, Procedure

JANUARY = date(2025, 1, 1)
FEES = (
    ("pepm", "Administration", {"rates_cents": {"EE": 3_200, "EF": 4_000}}),
    ("per_claim", "Claim handling", {"rate_cents": 550}),
)
SPECIFIC = {"deductible_cents": 500_000, "premium": {"rates_cents": {"EE": 9_000, "EF": 21_000}}}
AGGREGATE = {"factors": [{"code": "medical", "factors_cents": {"EE": 100_000, "EF": 250_000}}]}
VISIT, KNEE = (("99213", 20_000), ("80053", 4_000)), (("27447", 1_200_000),)


@pytest.fixture
def employer_with_terms(employer):
    """The TPA has agreed with the employer on fees, stop-loss and a PPO."""
    open_clinic(employer)
    stories.agree(employer)
    stories.charge_fees(employer, *FEES)
    stories.insure(employer, SPECIFIC, AGGREGATE)
    with employer_scope(employer):
        text = (ROOT / "tpa/books/plans/templates/ppo.toml").read_text()
        plan = plans.create_plan(code="PPO", name="PPO", line="medical", at=stories.LONG_AGO)
        version = plans.draft_version(plan_id=plan.pk, text=text, effective_on=JANUARY, by="story", at=stories.LONG_AGO)
        plans.publish_version(version_id=version.pk, by="story", at=stories.LONG_AGO)
        yield employer


def noon(month, day):
    return clock_at(datetime(2025, month, day, 17, tzinfo=UTC))


def enrol():
    """The employer sends its 834: Ada with her spouse Bo and a child, and Di alone."""
    family = covered(tier="FAM")
    content = file_834(
        member("S1", "ADA", "19800501", family, ssn="900000001"),
        member("S1", "BO", "19810602", family, relationship="spouse", ssn="900000002"),
        member("S1", "CY", "20150703", family, relationship="child", ssn="900000003"),
        member("S2", "DI", "19900804", covered(tier="EMP"), ssn="900000004"),
    )
    received = eligibility_load_intake.receive_enrolment_file(content=io.BytesIO(content), name="january.834")
    eligibility_load_intake.read_enrolment_file(file_id=received.file.pk)
    eligibility_load.apply_load(load_id=Load.objects.get().pk, by="ana", at=datetime(2025, 1, 3, 17, tzinfo=UTC))


def claim(control, number, first, born, services, on):
    """A claim of the clinic for a subscriber, for services (procedure, charge) of one day."""
    who = SAM._replace(party=SAM.party._replace(name="LIND", first_name=first, id=number), birth_on=born)
    lines = [
        line(n, cents, procedure=Procedure("HC", code), dates=(Dated("472", on, on),))
        for n, (code, cents) in enumerate(services, 1)
    ]
    policy = POLICY._replace(person=who, group_number="G1")
    return professional(control, *lines, billing=ELM, subscriber=policy)


def send_claims(employer):
    """The clearinghouse sends its 837: a visit and a knee of Ada's, Di's visit twice, a visit of nobody we know."""
    ada, di = ("S1", "ADA", date(1980, 5, 1)), ("S2", "DI", date(1990, 8, 4))
    content = file_of(
        claim("A1", *ada, VISIT, date(2025, 1, 6)),
        claim("A2", *ada, KNEE, date(2025, 1, 13)),
        claim("D1", *di, VISIT, date(2025, 1, 14)),
        claim("D2", *di, VISIT, date(2025, 1, 14)),
        claim("N1", "S7", "NO", date(1990, 8, 4), VISIT, date(2025, 1, 14)),
    )
    received = receive_claims_file(content=io.BytesIO(content), name="claims.837")
    file = read_claims_file(file_id=received.file.pk)
    assert file.counts == {"claims": 5, "registered": 4, "queued": 1, "refused": 0}
    assert decide_waiting(employer_id=employer.pk) == Counts(paid=3, denied=1)


def close_january():
    """The month's invoice, approved and issued."""
    invoice = draft_month(month=JANUARY)
    approve_invoice(invoice_id=invoice.pk, person_id=7)
    return issue_invoice(invoice_id=invoice.pk, person_id=7)


def decided():
    """What the plan and the member pay of each claim, by the clinic's number."""
    numbers = dict(Claim.objects.values_list("pk", "patient_control_number"))
    return {
        numbers[one.claim_id]: (one.outcome, one.paid_cents, one.member_responsibility_cents)
        for one in Decision.objects.all()
    }


def balances(*accounts):
    return tuple(ledger.balance(account) for account in accounts)


def test_from_834_and_837_to_invoice_and_stop_loss(employer_with_terms):
    employer = employer_with_terms
    with noon(1, 3):
        enrol()
        assert Member.objects.count() == 4
    with noon(1, 20):
        send_claims(employer)
    # Visit: 150.00 less a copay of 35.00, and 40.00 less 20 %. Knee: 10,000.00 less 500.00, then less 20 %.
    assert decided() == {
        "A1": ("paid", 11_500 + 3_200, 3_500 + 800),
        "A2": ("paid", 760_000, 50_000 + 190_000),
        "D1": ("paid", 11_500 + 3_200, 3_500 + 800),
        "D2": ("denied", 0, 0),
    }
    assert balances(CLAIMS_PAYABLE, OUTSTANDING_PAYMENTS) == (-789_400, 0)

    with noon(2, 3):
        invoice = close_january()
    assert [(one.description, one.quantity, one.cents) for one in invoice.lines.order_by("n")] == [
        ("Administration, EE", 1, 3_200),
        ("Administration, EF", 1, 4_000),
        ("Claim handling", 4, 2_200),
        ("Stop-loss premium, specific (Granite Re), EE", 1, 9_000),
        ("Stop-loss premium, specific (Granite Re), EF", 1, 21_000),
        ("Claims, medical", 4, 789_400),
    ]
    assert invoice.total_cents == 828_800
    assert balances(FUNDING_RECEIVABLE) == (828_800,)

    with noon(2, 10):
        receive_deposit(
            purpose="invoice", received_on=date(2025, 2, 10), cents=828_800, reference="W1", invoice_id=invoice.pk
        )
        run = run_payments()
        swept = sweep()
        ((_, exposure),) = stoploss.exposures(employer.pk, date(2025, 2, 10))
    assert (run.paid_count, run.paid_cents, run.held_count) == (3, 789_400, 0)
    assert balances(CLAIMS_PAYABLE, OUTSTANDING_PAYMENTS, FUNDING_RECEIVABLE) == (0, -789_400, 0)

    # Ada has cost 7,747.00, the specific deductible is 5,000.00; the rest and Di's 147.00 count for the aggregate.
    ada = Member.objects.get(first_name="ADA")
    (unit,) = (one for one in exposure.specific.units if one.excess_cents)
    assert (unit.unit_id, unit.eligible_cents, unit.reimbursable_cents) == (ada.pk, 774_700, 274_700)
    assert exposure.aggregate.countable_cents == 500_000 + 14_700
    assert exposure.aggregate.attachment.to_date_cents == 2 * (100_000 + 250_000)
    assert [(one.kind, one.unit_id, one.cents) for one in swept.receivables] == [("specific", ada.pk, 274_700)]
    assert balances(STOP_LOSS_RECEIVABLE) == (274_700,)
    assert sum(row.balance_cents for row in ledger.trial_balance()) == 0
    assert verify_books(employer_id=employer.pk) == Proof(4, [])
