"""A month's invoice, whole: lines, corrections of earlier months, totals."""

from datetime import date

import pytest

from tpa.engine.billing.activity import Activity, ClaimRow, PaidClaims
from tpa.engine.billing.census import Census, Enrolment
from tpa.engine.billing.invoice import CreditDue, FundDeposit, Invoice, InvoiceFacts, PastMonth, compose_invoice
from tpa.engine.billing.schedule import parse_fees, parse_premium
from tpa.kernel.errors import InvariantError
from tpa.kernel.periods import FOREVER

MARCH = date(2026, 3, 1)
FEES = parse_fees(
    [
        ("pepm", "Administration", {"rates_cents": {"EE": 3_200, "EF": 3_800}}),
        ("percent_of_claims", "Claims handling", {"rate_bp": 250}),
    ]
)
SPECIFIC = parse_premium("specific", "Specific stop-loss", {"rates_cents": {"EE": 5_000, "EF": 12_000}})
CLAIMS = (PaidClaims("medical", 12, 800_000), PaidClaims("dental", 3, 45_000))
DECIDED = Activity(tuple(ClaimRow(*one) for one in CLAIMS))


def enrolled(subscriber, tier="EE", starts_on=date(2025, 1, 1), ends_before=FOREVER):
    return Enrolment(subscriber, "medical", tier, starts_on, ends_before)


STAFF = [enrolled(1), enrolled(2), enrolled(3, "EF")]


def invoice(**facts):
    return compose_invoice(
        InvoiceFacts(**{"census": Census(MARCH, STAFF), "fees": FEES, "premiums": [SPECIFIC], **facts})
    )


def rows(composed):
    return [(line.kind, line.description, line.quantity, line.cents) for line in composed.lines]


def test_a_months_invoice_adds_up():
    composed = invoice(
        activity=DECIDED,
        claims=CLAIMS,
        credits=[CreditDue("stop_loss", "Stop-loss reimbursement, claimant 7", 100_000, date(2026, 2, 17))],
        prior_balance_cents=25_000,
    )
    assert rows(composed) == [
        ("fee", "Administration, EE", 2, 6_400),
        ("fee", "Administration, EF", 1, 3_800),
        ("fee", "Claims handling", None, 21_125),
        ("premium", "Specific stop-loss, EE", 2, 10_000),
        ("premium", "Specific stop-loss, EF", 1, 12_000),
        ("claims", "Claims, medical", 12, 800_000),
        ("claims", "Claims, dental", 3, 45_000),
        ("credit", "Stop-loss reimbursement, claimant 7", None, -100_000),
    ]
    assert composed[2:] == (31_325, 22_000, 0, 845_000, 100_000, 798_325, 25_000, 823_325)
    assert composed.lines[-1].month == date(2026, 2, 1)


@pytest.mark.parametrize(("deposit", "fund"), [(53_324, -1), (53_325, 0), (53_326, 1), (90_000, 36_675)])
def test_a_fixed_deposit_is_asked_for_in_place_of_the_claims_and_holds_fees_and_premium(deposit, fund):
    credit = CreditDue("surplus", "Surplus of 2025", 10_000, MARCH)
    composed = invoice(
        activity=DECIDED, claims=CLAIMS, interest_cents=77, credits=[credit], deposit=FundDeposit(deposit, "agreed")
    )
    assert rows(composed)[-2:] == [
        ("claims", "Deposit into the claims fund", None, fund),
        ("credit", "Surplus of 2025", None, -10_000),
    ]
    assert composed[2:8] == (31_325, 22_000, 0, fund, 10_000, deposit - 10_000)


def test_after_the_last_deposit_the_fund_pays_the_claims():
    composed = invoice(activity=DECIDED, claims=CLAIMS, interest_cents=77, deposit=FundDeposit(0, ""))
    assert composed[2:8] == (31_325, 22_000, 0, 0, 0, 53_325)


def test_an_employer_ahead_pays_less():
    composed = invoice(fees=(), premiums=(), claims=CLAIMS, prior_balance_cents=-900_000)
    assert (composed.total_cents, composed.amount_due_cents) == (845_000, -55_000)


def test_an_empty_month_is_an_invoice_of_nothing():
    assert compose_invoice(InvoiceFacts(Census(MARCH, []))) == Invoice(MARCH, (), 0, 0, 0, 0, 0, 0, 0, 0)


def past(month, then, now, fees=FEES, premiums=(SPECIFIC,)):
    return PastMonth(fees, premiums, Census(month, then), Census(month, now), DECIDED)


def test_a_retroactive_termination_is_a_line_of_its_own_that_names_the_month():
    left = [enrolled(1), enrolled(2, ends_before=date(2026, 1, 1)), enrolled(3, "EF")]
    composed = invoice(
        census=Census(MARCH, left),
        past=[past(date(2026, month, 1), STAFF, left) for month in (1, 2)],
    )
    assert rows(composed) == [
        ("fee", "Administration, EE", 1, 3_200),
        ("fee", "Administration, EF", 1, 3_800),
        ("fee", "Administration, EE, retroactive for 2026-01", -1, -3_200),
        ("fee", "Administration, EE, retroactive for 2026-02", -1, -3_200),
        ("premium", "Specific stop-loss, EE", 1, 5_000),
        ("premium", "Specific stop-loss, EF", 1, 12_000),
        ("premium", "Specific stop-loss, EE, retroactive for 2026-01", -1, -5_000),
        ("premium", "Specific stop-loss, EE, retroactive for 2026-02", -1, -5_000),
    ]
    correction = composed.lines[2]
    assert (correction.month, correction.rate) == (date(2026, 1, 1), "32.00")
    assert correction.basis["text"] == "now 1 lives x 32.00; billed 2 lives x 32.00"


def test_a_retroactive_change_of_tier_takes_back_one_and_adds_the_other():
    now = [enrolled(1), enrolled(2, "EF"), enrolled(3, "EF")]
    composed = invoice(census=Census(MARCH, now), premiums=(), past=[past(date(2026, 2, 1), STAFF, now, premiums=())])
    assert rows(composed)[2:] == [
        ("fee", "Administration, EE, retroactive for 2026-02", -1, -3_200),
        ("fee", "Administration, EF, retroactive for 2026-02", 1, 3_800),
    ]


def test_the_last_life_of_a_tier_gone_leaves_a_line_that_takes_it_back():
    composed = invoice(premiums=(), past=[past(date(2026, 2, 1), STAFF, STAFF[:2], premiums=())])
    assert ("fee", "Administration, EF, retroactive for 2026-02", -1, -3_800) in rows(composed)
    assert composed.lines[-1].basis["text"] == "now nothing; billed 1 lives x 38.00"


def test_corrections_use_the_rates_of_the_month_that_they_correct():
    old = parse_fees([("pepm", "Administration", {"rates_cents": {"ALL": 3_000}})])
    composed = invoice(premiums=(), past=[past(date(2026, 2, 1), STAFF, STAFF[:2], fees=old, premiums=())])
    assert rows(composed)[-1] == ("fee", "Administration, EF, retroactive for 2026-02", -1, -3_000)


@pytest.mark.parametrize(
    ("month", "corrected"),
    [(date(2025, 11, 1), False), (date(2025, 12, 1), True), (date(2026, 2, 1), True), (MARCH, False)],
)
def test_corrections_reach_back_three_months_and_no_further(month, corrected):
    composed = invoice(past=[past(month, STAFF, STAFF[:2])])
    assert any("retroactive" in line.description for line in composed.lines) is corrected


def test_a_month_that_did_not_change_has_no_correction():
    assert rows(invoice(past=[past(date(2026, 2, 1), STAFF, STAFF)])) == rows(invoice())


def test_a_credit_that_is_not_positive_is_a_broken_invariant():
    with pytest.raises(InvariantError):
        invoice(credits=[CreditDue("correction", "x", 0, MARCH)])


def test_the_same_facts_give_the_same_invoice():
    assert invoice(activity=DECIDED, claims=CLAIMS) == invoice(activity=DECIDED, claims=CLAIMS)


RETRO_FEES = [
    ("pepm", {"bands": [{"up_to": 2, "rates_cents": {"ALL": 3_000}}, {"rates_cents": {"ALL": 2_000}}]}, [-2_000]),
    (
        "pepm",
        {
            "bands": [{"up_to": 2, "rates_cents": {"ALL": 3_000}}, {"rates_cents": {"ALL": 2_000}}],
            "banding": "volume",
        },
        [2_000, -2_000],
    ),
    ("pepm", {"rates_cents": {"ALL": 3_200}, "count_rule": "pro_rata"}, [-3_200]),
    ("pmpm", {"rates_cents": {"ALL": 500}}, [-500]),
    ("network_access", {"rates_cents": {"ALL": 400}}, [-400]),
    ("flat", {"amount_cents": 9, "per_employee_cents": 100}, [-100]),
    ("commission", {"basis": "pepm", "rates_cents": {"ALL": 250}, "payees": [{"broker": "North"}]}, [-250]),
    ("commission", {"basis": "percent_of_premium", "rate_bp": 1_000, "payees": [{"broker": "North"}]}, [-1_200]),
    ("percent_of_claims", {"rate_bp": 250}, []),
    ("per_claim", {"rate_cents": 500}, []),
]


@pytest.mark.parametrize(("code", "terms", "cents"), RETRO_FEES)
def test_every_fee_by_heads_is_restated_for_who_left(code, terms, cents):
    """Of two alone and one family (premium 120.00) the family has left; bands of lives change with it."""
    fees = parse_fees([(code, "Fee", terms)])
    composed = invoice(fees=(), premiums=(), past=[past(date(2026, 2, 1), STAFF, STAFF[:2], fees=fees)])
    found = [line for line in composed.lines if line.kind == "fee"]
    assert [line.cents for line in found] == cents
    assert all("retroactive for 2026-02" in line.description for line in found)


@pytest.mark.parametrize(("minimum_cents", "cents"), [(6_000, []), (6_400, []), (8_000, [1_600]), (12_000, [3_200])])
def test_a_minimum_is_restated_with_what_it_looks_at(minimum_cents, cents):
    """Three lives came to 96.00, two come to 64.00: the minimum covers what falls below it."""
    fees = parse_fees(
        [
            ("pepm", "Administration", {"rates_cents": {"ALL": 3_200}}),
            ("minimum", "Least", {"minimum_cents": minimum_cents}),
        ]
    )
    composed = invoice(fees=(), premiums=(), past=[past(date(2026, 2, 1), STAFF, STAFF[:2], fees=fees, premiums=())])
    assert [line.cents for line in composed.lines if line.code == "minimum"] == cents


def test_a_minimum_counts_fees_that_do_not_reach_back_so_far():
    """The claim fee of 1,000.00 is above the minimum, whether or not it is restated itself."""
    fees = parse_fees(
        [
            ("pepm", "Administration", {"rates_cents": {"ALL": 3_200}}),
            ("flat", "Fixed", {"amount_cents": 100_000, "retro_months": 0}),
            ("minimum", "Least", {"minimum_cents": 50_000}),
        ]
    )
    composed = invoice(fees=(), premiums=(), past=[past(date(2026, 2, 1), STAFF, STAFF[:2], fees=fees, premiums=())])
    assert rows(composed) == [("fee", "Administration, EF, retroactive for 2026-02", -1, -3_200)]
