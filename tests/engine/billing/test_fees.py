"""Each type of fee: its terms, what it refuses, what it charges to the cent."""

from datetime import date

import pytest

from tpa.engine.billing.activity import Activity, ClaimRow
from tpa.engine.billing.census import Census, Enrolment
from tpa.engine.billing.schedule import FEES, fee_lines, parse_fee, parse_fees, parse_premium, premium_lines
from tpa.kernel.document import DocumentError
from tpa.kernel.errors import DomainError
from tpa.kernel.periods import FOREVER

MARCH = date(2026, 3, 1)


def census_of(month=MARCH, line="medical", **lives):
    rows, subscriber = [], 0
    for tier, count in lives.items():
        for _ in range(count):
            subscriber += 1
            rows.append(Enrolment(subscriber, line, tier, date(2025, 1, 1), FOREVER))
    return Census(month, rows)


def charged(code, terms, census=None, paid=None):
    return fee_lines([parse_fee(code, "Fee", terms)], census or census_of(), paid or Activity())


CLAIMS = Activity((ClaimRow("medical", 40, 12_345_67, 5_000_00), ClaimRow("dental", 9, 1_000_01, 200_00)))


def test_the_folder_holds_the_fee_types():
    assert {code: fee.code for code, fee in FEES.items()} == {code: code for code in FEES}
    assert {code for code, fee in FEES.items() if fee.follows_claims} == {
        "per_claim",
        "per_script",
        "percent_of_claims",
        "percent_of_recovery",
        "percent_of_savings",
        "run_out",
    }


def test_pepm_has_a_line_for_each_tier():
    lines = charged("pepm", {"rates_cents": {"EE": 3_200, "EF": 6_450}}, census_of(EE=41, EF=12))
    assert [(line.description, line.quantity, line.rate, line.cents) for line in lines] == [
        ("Fee, EE", 41, "32.00", 131_200),
        ("Fee, EF", 12, "64.50", 77_400),
    ]
    assert lines[0].basis["text"] == "41 lives x 32.00"
    assert (lines[0].kind, lines[0].code, lines[0].month) == ("fee", "pepm", MARCH)


def test_pepm_with_one_rate_for_all_tiers_still_shows_each():
    lines = charged("pepm", {"rates_cents": {"ALL": 3_000, "EF": 5_000}}, census_of(EE=2, ES=1, EF=1))
    assert [(line.basis["tier"], line.cents) for line in lines] == [("EE", 6_000), ("ES", 3_000), ("EF", 5_000)]


def test_pepm_refuses_a_tier_that_has_lives_and_no_rate():
    with pytest.raises(DomainError, match="no rate for tier ES, which has 3 lives in 2026-03"):
        charged("pepm", {"rates_cents": {"EE": 3_200}}, census_of(EE=1, ES=3))


def test_pepm_of_one_line_counts_that_line_alone():
    terms = {"rates_cents": {"ALL": 300}, "lines": ["dental"]}
    assert charged("pepm", terms, census_of(EE=5)) == []
    assert charged("pepm", terms, census_of(EE=5, line="dental"))[0].cents == 1_500


def test_per_claim():
    (line,) = charged("per_claim", {"rate_cents": 550}, paid=CLAIMS)
    assert (line.quantity, line.rate, line.cents) == (49, "5.50", 26_950)
    (dental,) = charged("per_claim", {"rate_cents": 550, "lines": ["dental"]}, paid=CLAIMS)
    assert dental.cents == 4_950
    assert charged("per_claim", {"rate_cents": 550}) == []


@pytest.mark.parametrize(
    ("paid_cents", "rate_bp", "cents"),
    [
        (1_334_568, 350, 46_710),
        (1_334_571, 350, 46_710),
        (1_334_572, 350, 46_710),
        (1_334_586, 350, 46_711),
        (-1_000, 350, -35),
    ],
)
def test_percent_of_claims_rounds_to_the_cent(paid_cents, rate_bp, cents):
    (line,) = charged("percent_of_claims", {"rate_bp": rate_bp}, paid=Activity((ClaimRow("medical", 1, paid_cents),)))
    assert (line.cents, line.rate) == (cents, "3.5 %")


def test_percent_of_claims_takes_the_sum_of_its_lines():
    assert charged("percent_of_claims", {"rate_bp": 1_000}, paid=CLAIMS)[0].cents == 133_457
    assert charged("percent_of_claims", {"rate_bp": 1_000, "lines": ["dental"]}, paid=CLAIMS)[0].cents == 10_000


def test_case_103_percent_of_savings():
    """Savings of 116,000 at 35 %: 40,600 exactly (the published page rounds to 41,000)."""
    (line,) = charged("percent_of_savings", {"rate_bp": 3_500}, paid=Activity((ClaimRow("medical", 1, 0, 116_000_00),)))
    assert line.cents == 40_600_00
    assert line.basis["text"] == "35 % of 116000.00 saved"


def test_flat_every_month_and_once():
    assert charged("flat", {"amount_cents": 50_000})[0].cents == 50_000
    once = {"amount_cents": 250_000, "once_in": "2026-03-01"}
    assert [line.cents for line in charged("flat", once)] == [250_000]
    assert charged("flat", once, census_of(date(2026, 4, 1))) == []
    assert charged("flat", once, census_of(date(2026, 2, 1))) == []


@pytest.mark.parametrize(("lives", "cents"), [(30, 10_000), (31, 6_800), (33, 400), (34, None)])
def test_minimum_charges_what_is_missing(lives, cents):
    fees = parse_fees(
        [
            ("minimum", "Minimum", {"minimum_cents": 106_000}),
            ("pepm", "Administration", {"rates_cents": {"ALL": 3_200}}),
        ]
    )
    lines = fee_lines(fees, census_of(EE=lives), Activity())
    assert [line.cents for line in lines if line.code == "minimum"] == ([] if cents is None else [cents])
    assert lines[-1].code == "pepm", "the schedule's order, though the minimum is computed last"


def test_case_099_aso_annual_budget():
    """200 employees: claims of 6,000 each, 30 a month for administration, 200,000 of stop-loss: 1,472,000."""
    fee = parse_fee("pepm", "Administration", {"rates_cents": {"ALL": 3_000}})
    premium = parse_premium("specific", "Stop-loss", {"rates_cents": {"ALL": 100_000}})
    months = [census_of(date(2026, month, 1), EE=200) for month in range(1, 13)]
    fees = sum(line.cents for census in months for line in fee_lines([fee], census, Activity()))
    stop_loss = sum(line.cents for line in premium_lines([premium], months[0]))
    assert (fees, stop_loss) == (72_000_00, 200_000_00)
    assert 200 * 6_000_00 + fees + stop_loss == 1_472_000_00


@pytest.mark.parametrize(
    ("month", "charges"),
    [(date(2026, 2, 1), 0), (date(2026, 3, 1), 1), (date(2026, 5, 1), 1), (date(2026, 6, 1), 0)],
)
def test_a_fee_is_charged_within_its_dates_alone(month, charges):
    terms = {"amount_cents": 100, "starts_on": "2026-03-01", "ends_before": date(2026, 6, 1)}
    assert len(charged("flat", terms, census_of(month))) == charges


@pytest.mark.parametrize(
    ("code", "terms", "where"),
    [
        ("ppm", {}, "/code"),
        ("pepm", {"rates_cents": {"EE": 1}, "rate": 5}, "/rate"),
        ("pepm", {"rates_cents": {"EX": 1}}, "/rates_cents/EX"),
        ("pepm", {"rates_cents": {"EE": 1.5}}, "/rates_cents/EE"),
        ("pepm", {"rates_cents": {"EE": 1}, "lines": ["life"]}, "/lines/0"),
        ("pepm", {"rates_cents": {"EE": 1}, "count_rule": "daily"}, "/count_rule"),
        ("per_claim", {}, "/rate_cents"),
        ("per_claim", {"rate_cents": -1}, "/rate_cents"),
        ("percent_of_claims", {"rate_bp": 10_001}, "/rate_bp"),
        ("percent_of_savings", {"rate_bp": "35 %"}, "/rate_bp"),
        ("flat", {"amount_cents": 5, "once_in": "2025-02-30"}, "/once_in"),
        ("minimum", {"minimum": 5}, "/minimum_cents"),
        ("flat", {"amount_cents": 5, "starts_on": "2026-02-01", "ends_before": "2026-02-01"}, "/ends_before"),
        ("flat", {"amount_cents": 5, "retro_months": 121}, "/retro_months"),
        ("flat", ["amount_cents"], ""),
    ],
)
def test_faulty_terms_are_refused_with_their_path(code, terms, where):
    with pytest.raises(DocumentError) as refusal:
        parse_fee(code, "Fee", terms)
    assert refusal.value.where == where


def test_a_schedules_fault_names_the_fee():
    with pytest.raises(DocumentError) as refusal:
        parse_fees([("flat", "A", {"amount_cents": 1}), ("flat", "B", {})])
    assert refusal.value.where == "/1/amount_cents"


def test_two_fees_need_different_labels():
    with pytest.raises(DocumentError, match="two fees named 'A'"):
        parse_fees([("flat", "A", {"amount_cents": 1}), ("per_claim", "A", {"rate_cents": 2})])
