"""An entry is balanced or does not exist; the folder of recipes is the list of events."""

from dataclasses import replace
from datetime import date

import pytest

from tpa.engine.journal.accounts import CASH, CHART, EMPLOYER_DEPOSITS, claims_expense
from tpa.engine.journal.book import RECIPES, entry_for
from tpa.engine.journal.entry import Entry, Posting, transfer
from tpa.kernel.errors import InvariantError

DAY = date(2026, 3, 1)


def test_an_entry_out_of_balance_by_one_cent_does_not_exist():
    with pytest.raises(InvariantError, match="out of balance by 1 cents"):
        Entry("x", DAY, "s", 1, (Posting(CASH, 101), Posting(EMPLOYER_DEPOSITS, -100)))


def test_a_balanced_entry_cannot_be_made_unbalanced_afterwards():
    entry = Entry("x", DAY, "s", 1, transfer(CASH, EMPLOYER_DEPOSITS, 100))
    with pytest.raises(InvariantError):
        replace(entry, postings=entry.postings[:1])
    with pytest.raises(AttributeError):
        entry.postings = ()


def test_an_account_outside_the_chart_is_refused():
    with pytest.raises(InvariantError, match="no account '1001'"):
        Entry("x", DAY, "s", 1, (Posting("1001", 100), Posting(CASH, -100)))


def test_a_posting_of_zero_is_refused():
    with pytest.raises(InvariantError, match="a posting of zero"):
        Entry("x", DAY, "s", 1, (Posting(CASH, 0),))


def test_a_negative_transfer_runs_the_other_way():
    assert transfer(CASH, EMPLOYER_DEPOSITS, -5) == (
        Posting(CASH, -5),
        Posting(EMPLOYER_DEPOSITS, 5),
    )
    assert transfer(CASH, EMPLOYER_DEPOSITS, 0) == ()


def test_a_line_that_no_fund_pays_has_no_expense_account():
    assert CHART[claims_expense("dental")].name == "Claims: dental"
    with pytest.raises(InvariantError, match="'life'"):
        claims_expense("life")


def test_account_codes_and_names_are_unique():
    assert len({account.name for account in CHART.values()}) == len(CHART) == 30
    assert {account.kind for account in CHART.values()} == {
        "asset",
        "liability",
        "equity",
        "income",
        "expense",
        "memo",
    }


def test_every_event_has_its_recipe_under_its_own_name():
    assert {event: recipe.event for event, recipe in RECIPES.items()} == {event: event for event in RECIPES}
    assert list(RECIPES) == [
        "balances_moved",
        "claim_approved",
        "claim_denied",
        "claim_paid",
        "claim_reversed",
        "credit_granted",
        "fee_charged",
        "fixed_costs_paid",
        "funded",
        "interest_paid",
        "invoice_issued",
        "overpayment_offset",
        "payment_cleared",
        "payment_escheated",
        "payment_received",
        "payment_reissued",
        "payment_returned",
        "payment_voided",
        "premium_charged",
        "refund_received",
        "settlement_paid",
        "stop_loss_overpaid",
        "stop_loss_receivable",
        "stop_loss_received",
        "stop_loss_refusal_taken_back",
        "stop_loss_refused",
        "stop_loss_repaid",
        "subrogation_received",
        "year_settled",
    ]


def test_facts_of_no_recipe_are_a_broken_invariant():
    with pytest.raises(InvariantError, match="no recipe takes int"):
        entry_for(7)
