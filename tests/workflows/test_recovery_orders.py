"""What comes back of one person's claims comes in any order: the books end in the same state, to the cent."""

from datetime import date
from functools import partial
from typing import NamedTuple

import pytest
from django.db import transaction

from tenants.models import Employer
from tests.workflows.claim_stories import Household
from tests.workflows.stories import insure
from tests.workflows.test_payment_lives import ANA, DAY, NOW, home, take_back  # noqa: F401
from tests.workflows.test_ripple import claim, decide, live, sound
from tpa.books.agreements import selectors as agreements
from tpa.books.claims.subrogating import SubrogationCase
from tpa.books.funding.models import Credit
from tpa.books.ledger import selectors as ledger
from tpa.books.payments.models import CarriedBalance
from tpa.books.stoploss import selectors as stoploss
from tpa.books.stoploss.models import Filing, Offset
from tpa.books.stoploss.services import write_offset
from tpa.engine.journal.accounts import (
    CASH,
    CREDITS_DUE,
    EMPLOYER_CONTRIBUTIONS,
    EMPLOYER_DEPOSITS,
    OUTSTANDING_PAYMENTS,
    STOP_LOSS_PAYABLE,
    STOP_LOSS_RECOVERY,
    SUBROGATION_RECOVERY,
)
from tpa.workflows import subrogation
from tpa.workflows.deposits import give_credit, receive_deposit
from tpa.workflows.payment_run import run_payments
from tpa.workflows.receivables import ask_back, receive_refund
from tpa.workflows.stop_loss_filings import file_claim, post_received, record
from tpa.workflows.stop_loss_sweep import sweep

MEDICAL_CLAIMS = "5010"
WHO = "sl@tpa.example"


class Story(NamedTuple):
    """The keys and rows of the story."""

    employer: Employer
    home: Household
    contract_id: int
    filing: Filing
    injury: int
    visit: int
    case: SubrogationCase


@pytest.fixture
def story(in_employer, home):  # noqa: F811
    """18,000.00 and 3,000.00 are paid for a person above 10,000.00; of the 11,000.00 filed the carrier has sent 5,000.00."""
    terms = {"deductible_cents": 1_000_000, "nets_rebates": True}
    contract_id = insure(in_employer, terms, year=2026).contract_id
    receive_deposit(purpose="fund", cents=2_000_000, reference="D2", received_on=DAY)
    injury, visit = decide(in_employer, claim(home, 2_000_000, 1), claim(home, 300_000, 2))
    run_payments()
    sweep()
    filing = file_claim(contract_id=contract_id, kind="specific", unit_id=home.member_ids[0], by=WHO)
    for state in ("filed", "approved"):
        record(filing_id=filing.pk, state=state, on=DAY, by=WHO)
    carrier_pays(filing, 500_000, "WIRE-1", "fund")
    case = subrogation.open_for_claim(claim_id=injury, by=WHO)
    return Story(in_employer, home, contract_id, filing, injury, visit, case)


def carrier_pays(filing, cents, reference, to):
    record(filing_id=filing.pk, state="received", on=DAY, by=WHO, cents=cents, reference=reference)
    post_received(filing_id=filing.pk, on=DAY, by=WHO, to=to)


def provider_refunds(visit):
    """The visit was an error of entry: the clinic is asked by letter for its 3,000.00, and sends them."""
    take_back(visit)
    ask_back(claim_id=visit, person_id=ANA)
    owed = CarriedBalance.objects.get()
    receive_refund(balance_id=owed.pk, cents=300_000, received_on=DAY, reference="C 1", person_id=ANA)


def liable_party_pays(case):
    subrogation.receive(case_id=case.pk, cents=400_000, received_on=DAY, reference="check 7", by=WHO)


def drug_maker_pays(home):  # noqa: F811
    """500.00 lower what counts for the person, and are credited on the next invoice."""
    offset = Offset(
        kind="rebate", reference="RB-1", line="medical", member_id=home.member_ids[0], family_id=home.family_id,
        cents=50_000, incurred_on=date(2026, 3, 1), paid_on=DAY, known_on=DAY, recorded_at=NOW, recorded_by=WHO,
    )  # fmt: skip
    write_offset(offset=offset)
    give_credit(kind="rebate", cents=50_000, description="Rebate", reference="RB-1", granted_on=DAY)


def orders(steps, done=()):
    """Take the steps in every order, each swept after; yields an order while the books stand at its end."""
    if len(done) == len(steps):
        yield done
    for step in steps:
        if step not in done:
            point = transaction.savepoint()
            step()
            sweep()
            yield from orders(steps, (*done, step))
            transaction.savepoint_rollback(point)


def books(story):
    """What the books say: fund, carrier, payees, invoice, injury and claims. How many rows it took is the order's own."""
    contract = agreements.stop_loss_contract(story.employer.pk, story.contract_id)
    (unit,) = stoploss.exposure_of(contract, DAY).specific.units
    return {
        "accounts": {row.account.code: row.balance_cents for row in ledger.trial_balance() if row.balance_cents},
        "parts": {tuple(names): debit - credit for *names, debit, credit in ledger.balances_as_of(None) if debit != credit},
        "eligible and above": (unit.eligible_cents, unit.reimbursable_cents),
        "owed by carrier": {key: cents for key, (_, cents) in stoploss.owed(story.contract_id).items()},
        "filing": stoploss.sums(story.filing),
        "payees": list(CarriedBalance.objects.values_list("code", "cents", "refunded_on")),
        "credits": sorted(Credit.objects.values_list("kind", "cents")),
        "case": subrogation.standing_of(story.case),
        "claims": [(live(key).outcome, live(key).paid_cents) for key in (story.injury, story.visit)],
        "faults": ledger.faults(),
    }  # fmt: skip


def test_recoveries_in_any_order_leave_the_same_books(story):
    steps = (
        partial(carrier_pays, story.filing, 600_000, "WIRE-2", "invoice"),
        partial(provider_refunds, story.visit),
        partial(liable_party_pays, story.case),
        partial(drug_maker_pays, story.home),
    )
    walk = orders(steps)
    next(walk)
    first = books(story)
    assert sound(story.employer)
    # 21,000.00 less 3,000.00, 4,000.00 and 500.00 count: 3,500.00 are above, and 11,000.00 came for them.
    assert first == {
        "accounts": {
            CASH: 4_800_000,  # 30,000.00 of deposits, 11,000.00, 3,000.00 and 4,000.00
            OUTSTANDING_PAYMENTS: -2_100_000,
            STOP_LOSS_PAYABLE: -750_000,
            EMPLOYER_DEPOSITS: -2_050_000,  # 30,000.00 + 11,000.00 + 4,000.00, less claims and credits
            CREDITS_DUE: -650_000,
            EMPLOYER_CONTRIBUTIONS: -300_000,  # 18,000.00 less what carrier and liable party have sent
            STOP_LOSS_RECOVERY: -350_000,
            SUBROGATION_RECOVERY: -400_000,
            MEDICAL_CLAIMS: 1_800_000,
        },
        "parts": first["parts"],
        "eligible and above": (1_350_000, 350_000),
        "owed by carrier": {("specific", story.home.member_ids[0]): 350_000},
        "filing": {"received": 1_100_000, "posted": 1_100_000},
        "payees": [("LT", 300_000, DAY)],
        "credits": [("rebate", 50_000), ("stop_loss", 600_000)],
        "case": subrogation.Standing(lien_cents=1_800_000, recovered_cents=400_000, expected_cents=0, carrier_cents=0),
        "claims": [("paid", 1_800_000), ("reversed", -300_000)],
        "faults": [],
    }
    others = [books(story) for _ in walk]
    assert others == [first] * 23
