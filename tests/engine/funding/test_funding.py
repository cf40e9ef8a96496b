"""The request's and the settlement's laws for any amounts; the agreement's document and its faults."""

from datetime import date
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tpa.engine.funding.request import Account, request_for
from tpa.engine.funding.settlement import Deficit, SettlementError, SettlementTerms, Surplus, Year, settle
from tpa.engine.funding.terms import ADVANCING, FundingTerms, Model, parse_terms
from tpa.engine.paying.planning import held_of
from tpa.kernel.document import DocumentError
from tpa.kernel.periods import Span

CENTS = st.integers(0, 10**9)
YEAR = Span(date(2025, 1, 1), date(2026, 1, 1))


@given(st.sampled_from(Model), st.lists(CENTS, max_size=6), CENTS, CENTS, CENTS, CENTS)
def test_what_is_asked_for_is_enough_and_no_candidate_is_lost(model, candidates, cash, outstanding, spent, minimum):
    terms = FundingTerms(model, minimum_cents=minimum)
    held = held_of(candidates, None if model in ADVANCING else cash)
    found = request_for(terms, Account(cash, candidates, held, outstanding, spent))
    assert found.requested_cents == found.needed_cents + found.top_up_cents >= 0
    assert found.payable_cents + found.held_cents == found.candidate_cents == sum(candidates)
    assert found.payable_count + found.held_count + found.zero_pay_count == len(candidates)
    if model in (Model.PER_RUN, Model.IMPREST):
        assert found.after_cents >= minimum
        assert found.after_cents == max(minimum, cash + outstanding - sum(candidates))
    if model not in ADVANCING:
        assert found.payable_cents <= cash


@given(
    st.tuples(CENTS, CENTS, CENTS, CENTS, st.integers(-(10**9), 10**9), CENTS),
    st.fractions(0, 1, max_denominator=1000),
    st.sampled_from(Surplus),
    st.sampled_from(Deficit),
    CENTS,
    st.booleans(),
    st.booleans(),
)
def test_every_cent_of_a_settlement_has_one_owner(amounts, share, surplus, deficit, target, needs_renewal, renewed):
    collected, paid, stop_loss, other, forward, reserve = amounts
    year = Year(collected, paid, stop_loss, other, 0, forward, reserve, is_renewed=renewed)
    shares = (share, (1 - share) / 2, (1 - share) / 2)
    terms = SettlementTerms(3, shares, surplus, deficit, 3, target, needs_renewal)
    found = settle(terms, year, YEAR, on=date(2026, 4, 1))
    lost = found.reserve_used_cents + found.billed_cents + found.carried_cents + found.forgiven_cents
    assert found.result_cents == found.employer_cents + found.tpa_cents + found.carrier_cents - lost
    uses = found.to_reserve_cents + found.returned_cents + found.credited_cents + found.holiday_cents
    assert found.employer_cents == uses
    assert found.reserve_after_cents == reserve + found.to_reserve_cents - found.reserve_used_cents >= 0
    assert sum(found.instalments_cents) == found.carried_cents
    assert found.employer_receives_cents == found.returned_cents
    assert found.employer_owes_cents == found.billed_cents


@pytest.mark.parametrize(("on", "refused"), [(date(2026, 3, 31), True), (date(2026, 4, 1), False)])
def test_there_is_no_result_before_the_run_out_has_ended(on, refused):
    terms, year = SettlementTerms(3), Year(100, 40)
    if refused:
        with pytest.raises(SettlementError, match="2026-03-31"):
            settle(terms, year, YEAR, on=on)
    else:
        assert settle(terms, year, YEAR, on=on).returned_cents == 60


def test_the_document_of_a_level_funded_agreement():
    document = {
        "monthly": {"claims_fund_cents": 5_000_000, "admin_cents": 300_000, "stop_loss_cents": 900_000},
        "settlement": {"run_out_months": 9, "tpa_share": "1/3", "surplus": "credit", "reserve_target_cents": 1},
    }
    terms = parse_terms("level", document)
    assert (terms.monthly_cents, terms.claims_fund_cents) == (6_200_000, 5_000_000)
    assert terms.settlement is not None
    assert terms.settlement.shares == (Fraction(2, 3), Fraction(1, 3), 0)
    assert terms.settlement.due_on(YEAR) == date(2026, 10, 31)


def test_a_minimum_balance_by_rule():
    rule = {"monthly_claims_cents": 8_000_000, "claims_bp": 15_000, "fixed_costs_cents": 1_500_000}
    assert parse_terms("imprest", {"minimum": rule}).minimum_cents == 13_500_000


@pytest.mark.parametrize(
    ("model", "document", "where"),
    [
        ("per_run", {"float_cents": 1}, "/float_cents"),
        ("as_cleared", {"minimum_cents": 1}, "/minimum_cents"),
        ("imprest", {"minimum_cents": 5, "replenish_below_cents": 6}, "/replenish_below_cents"),
        ("imprest", {"minimum_cents": 5, "minimum": {}}, "/minimum_cents"),
        ("imprest", {"minimum": {"monthly_claims_cents": 1}}, "/minimum/claims_bp"),
        ("level", {"monthly_cents": 1, "rates_cents": {"EE": 1}}, "/rates_cents"),
        ("budgeted", {"rates_cents": {"XX": 1}}, "/rates_cents/XX"),
        ("level", {"settlement": {"tpa_share": "2/3", "carrier_share": "50%"}}, "/settlement/employer_share"),
        ("level", {"settlement": {"tpa_share": "1/0"}}, "/settlement/tpa_share"),
        ("level", {"settlement": {"tpa_share": "1e9"}}, "/settlement/tpa_share"),
        ("level", {"settlement": {"tpa_share": True}}, "/settlement/tpa_share"),
        ("level", {"settlement": {"taxes": [{"name": "HST", "rate_bp": 1300, "on": "all"}]}}, "/settlement/taxes/0/on"),
        ("level", {"settlement": []}, "/settlement"),
        ("arrears", {"alert_after_days": -1}, "/alert_after_days"),
    ],
)
def test_a_document_with_a_fault_is_refused_where_it_stands(model, document, where):
    with pytest.raises(DocumentError) as refused:
        parse_terms(model, document)
    assert refused.value.where == where
