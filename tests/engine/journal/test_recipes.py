"""The events as stories: after the whole cycle every clearing account is empty."""

from collections import Counter
from datetime import date

import pytest

from tpa.engine.journal.accounts import CHART, MEMO_CONTRA, MEMO_DENIED
from tpa.engine.journal.book import entry_for
from tpa.engine.journal.entry import Amount, Posting
from tpa.engine.journal.recipes.claim_approved import ClaimApproved, claim_approved
from tpa.engine.journal.recipes.claim_denied import ClaimDenied
from tpa.engine.journal.recipes.claim_paid import ClaimPaid
from tpa.engine.journal.recipes.claim_reversed import ClaimReversed
from tpa.engine.journal.recipes.credit_granted import CreditGranted
from tpa.engine.journal.recipes.fee_charged import FeeCharged
from tpa.engine.journal.recipes.fixed_costs_paid import FixedCostsPaid
from tpa.engine.journal.recipes.funded import Funded
from tpa.engine.journal.recipes.invoice_issued import InvoiceIssued
from tpa.engine.journal.recipes.payment_cleared import PaymentCleared
from tpa.engine.journal.recipes.payment_received import PaymentReceived
from tpa.engine.journal.recipes.premium_charged import PremiumCharged
from tpa.engine.journal.recipes.stop_loss_overpaid import StopLossOverpaid
from tpa.engine.journal.recipes.stop_loss_receivable import StopLossReceivable
from tpa.engine.journal.recipes.stop_loss_received import StopLossReceived
from tpa.engine.journal.recipes.stop_loss_refusal_taken_back import StopLossRefusalTakenBack
from tpa.engine.journal.recipes.stop_loss_refused import StopLossRefused
from tpa.engine.journal.recipes.stop_loss_repaid import StopLossRepaid
from tpa.engine.journal.recipes.subrogation_received import SubrogationReceived
from tpa.kernel.errors import InvariantError

DAY = date(2026, 3, 31)
MEDICAL = (Amount("medical", 100_000),)


def balances(*events):
    """Account name -> cents after the events; accounts at zero left out."""
    sums = Counter()
    for facts in events:
        for account, cents, _ in entry_for(facts).postings:
            sums[CHART[account].name] += cents
    return {name: cents for name, cents in sums.items() if cents}


def explained_cash(left):
    """Cash equals deposits, credits due, funded claims and outstanding payments."""
    names = [
        "Cash",
        "Employer's deposits, not used",
        "Credits granted, not on an invoice yet",
        "Claims funded, not paid",
        "Payments issued, not cleared",
    ]
    return sum(left.get(name, 0) for name in names)


MONTH = [
    ClaimApproved(1, DAY, MEDICAL),
    FeeCharged(9, DAY, (Amount("pepm", 30_000),)),
    PremiumCharged(9, DAY, (Amount("specific", 20_000),)),
    InvoiceIssued(9, DAY, total_cents=150_000),
    PaymentReceived(5, DAY, cents=150_000, applied_cents=150_000),
    Funded(1, DAY, MEDICAL),
    ClaimPaid(1, DAY, MEDICAL),
    PaymentCleared(3, DAY, MEDICAL),
    FixedCostsPaid(9, DAY, fees=(Amount("pepm", 30_000),), premiums=(Amount("specific", 20_000),)),
]


def test_after_the_whole_cycle_only_expense_and_contribution_remain():
    assert balances(*MONTH) == {
        "Claims: medical": 100_000,
        "Administration fees": 30_000,
        "Stop-loss and other premium": 20_000,
        "Employer's contributions used": -150_000,
    }


def test_cash_is_explained_after_every_step_of_the_cycle():
    for steps in range(len(MONTH) + 1):
        assert explained_cash(balances(*MONTH[:steps])) == 0


def test_the_carriers_money_takes_the_place_of_the_employers():
    left = balances(
        *MONTH,
        StopLossReceivable(2, DAY, "specific", 40_000),
        StopLossReceived(4, DAY, "specific", 40_000),
    )
    assert left == {
        "Claims: medical": 100_000,
        "Administration fees": 30_000,
        "Stop-loss and other premium": 20_000,
        "Stop-loss recoveries": -40_000,
        "Cash": 40_000,
        "Employer's deposits, not used": -40_000,
        "Employer's contributions used": -110_000,
    }


def test_a_stop_loss_credit_pays_a_part_of_the_next_months_claims():
    next_month = [
        CreditGranted(6, DAY, 40_000, "fund", "stop_loss"),
        ClaimApproved(2, DAY, MEDICAL),
        InvoiceIssued(10, DAY, total_cents=60_000, credits_cents=40_000),
        PaymentReceived(6, DAY, cents=60_000, applied_cents=60_000),
        Funded(2, DAY, MEDICAL),
        ClaimPaid(2, DAY, MEDICAL),
        PaymentCleared(4, DAY, MEDICAL),
    ]
    before = [
        *MONTH,
        StopLossReceivable(2, DAY, "specific", 40_000),
        StopLossReceived(4, DAY, "specific", 40_000),
    ]
    for steps in range(len(next_month) + 1):
        assert explained_cash(balances(*before, *next_month[:steps])) == 0
    assert balances(*before, *next_month) == {
        "Claims: medical": 200_000,
        "Administration fees": 30_000,
        "Stop-loss and other premium": 20_000,
        "Stop-loss recoveries": -40_000,
        "Employer's contributions used": -210_000,
    }


@pytest.mark.parametrize(
    ("against", "code", "expense"),
    [
        ("fee", "pepm", "Administration fees"),
        ("premium", "specific", "Stop-loss and other premium"),
    ],
)
def test_a_fee_or_premium_charged_too_much_comes_off_the_next_invoice(against, code, expense):
    charged = FeeCharged if against == "fee" else PremiumCharged
    fixed = {"fees" if against == "fee" else "premiums": (Amount(code, 25_000),)}
    left = balances(
        *MONTH,
        CreditGranted(7, DAY, 5_000, against, code),
        charged(10, DAY, (Amount(code, 30_000),)),
        InvoiceIssued(10, DAY, total_cents=25_000, credits_cents=5_000),
        PaymentReceived(6, DAY, cents=25_000, applied_cents=25_000),
        FixedCostsPaid(10, DAY, **fixed),
    )
    assert left["Employer's contributions used"] == -175_000
    assert left[expense] == {"fee": 55_000, "premium": 45_000}[against]
    assert set(left) == {
        "Claims: medical",
        "Administration fees",
        "Stop-loss and other premium",
        "Employer's contributions used",
    }


def test_money_without_an_invoice_is_a_deposit():
    assert balances(
        PaymentReceived(5, DAY, cents=70_000, applied_cents=20_000),
        InvoiceIssued(9, DAY, 20_000),
    ) == {
        "Cash": 70_000,
        "Employer's deposits, not used": -70_000,
    }


def test_a_deposit_cannot_pay_more_than_its_amount():
    with pytest.raises(InvariantError):
        entry_for(PaymentReceived(5, DAY, cents=100, applied_cents=101))


@pytest.mark.parametrize(
    ("stage", "events"),
    [("approved", []), ("funded", [Funded(1, DAY, MEDICAL)])],
)
def test_reversing_an_unpaid_claim_leaves_nothing_behind(stage, events):
    assert (
        balances(
            ClaimApproved(1, DAY, MEDICAL),
            *events,
            ClaimReversed(1, DAY, stage, MEDICAL),
        )
        == {}
    )


def test_reversing_a_paid_claim_leaves_the_payee_owing():
    events = [
        Funded(1, DAY, MEDICAL),
        ClaimPaid(1, DAY, MEDICAL),
        ClaimReversed(1, DAY, "paid", MEDICAL),
    ]
    left = balances(ClaimApproved(1, DAY, MEDICAL), *events)
    assert left["Receivable from providers (overpaid claims)"] == 100_000
    assert "Claims: medical" not in left


def test_a_denial_stands_in_the_memo_accounts_alone_and_its_reversal_clears_them():
    denied = ClaimDenied(1, DAY, (Amount("dental", 8_000),))
    assert entry_for(denied).postings == (
        Posting(MEMO_DENIED, 8_000, "dental"),
        Posting(MEMO_CONTRA, -8_000, "dental"),
    )
    assert balances(denied, ClaimReversed(1, DAY, "approved", denied=(Amount("dental", 8_000),))) == {}


def test_a_claim_of_several_lines_of_coverage_posts_each_to_its_own_expense():
    facts = ClaimApproved(1, DAY, (Amount("medical", 300), Amount("drug", 0), Amount("dental", 45)))
    entry = claim_approved(facts)
    assert entry == entry_for(facts)
    assert [(CHART[a].name, c, d) for a, c, d in entry.postings] == [
        ("Claims: medical", 300, "medical"),
        ("Claims approved, not funded", -300, "medical"),
        ("Claims: dental", 45, "dental"),
        ("Claims approved, not funded", -45, "dental"),
    ]


def test_a_claim_approved_at_nothing_has_an_entry_without_postings():
    entry = claim_approved(ClaimApproved(1, DAY, (Amount("medical", 0),)))
    assert (entry.event, entry.source_kind, entry.source_id, entry.postings) == (
        "claim_approved",
        "decision",
        1,
        (),
    )


def test_what_the_carrier_refuses_is_no_receivable_and_a_won_appeal_brings_it_back():
    owed = StopLossReceivable(1, DAY, "specific", 300)
    assert balances(owed, StopLossRefused(1, DAY, "specific", 180), StopLossRefused(2, DAY, "specific", -80)) == {
        "Receivable from the stop-loss carrier": 200,
        "Stop-loss recoveries": -200,
    }


def test_a_refusal_goes_with_the_claim_that_it_was_of():
    steps = [
        StopLossReceivable(1, DAY, "specific", 300),
        StopLossRefused(1, DAY, "specific", 100),
        StopLossReceivable(2, DAY, "specific", -300),
        StopLossRefusalTakenBack(1, DAY, "specific", 100),
    ]
    assert balances(*steps) == {}
    assert balances(*steps, StopLossRefusalTakenBack(2, DAY, "specific", -40))["Stop-loss recoveries"] == 40


def test_what_the_carrier_has_paid_too_much_is_owed_back_and_paid_back():
    steps = [
        StopLossReceivable(1, DAY, "specific", 300),
        StopLossReceived(1, DAY, "specific", 300),
        StopLossReceivable(2, DAY, "specific", -300),
        StopLossOverpaid(1, DAY, "specific", 300),
    ]
    assert balances(*steps)["Owed back to the stop-loss carrier"] == -300
    assert explained_cash(balances(*steps)) == 0
    assert balances(*steps, StopLossRepaid(2, DAY, "specific", 300)) == {}


def test_what_a_liable_party_pays_back_is_the_employers_deposit_again():
    steps = [*MONTH, SubrogationReceived(1, DAY, (Amount("medical", 40_000), Amount("drug", 2_000)))]
    left = balances(*steps)
    assert (left["Subrogation recoveries"], left["Employer's deposits, not used"]) == (-42_000, -42_000)
    assert explained_cash(left) == 0
    back = SubrogationReceived(2, DAY, (Amount("medical", -40_000), Amount("drug", -2_000)))
    assert balances(*steps, back) == balances(*MONTH)
