"""The fees that a schedule may have beside the plainest: bands, caps, shares of other fees, results that were measured."""

from collections.abc import Sequence
from datetime import date

import pytest

from tests.engine.billing.test_fees import MARCH, census_of
from tpa.engine.billing.activity import Activity, ClaimRow, Worked
from tpa.engine.billing.census import Census, Enrolment
from tpa.engine.billing.lines import InvoiceLine
from tpa.engine.billing.schedule import fee_lines, parse_fee, parse_fees
from tpa.kernel.document import DocumentError
from tpa.kernel.errors import DomainError
from tpa.kernel.periods import FOREVER


def charged(
    code: str, terms: object, census: Census | None = None, activity: Activity | None = None
) -> list[InvoiceLine]:
    return fee_lines([parse_fee(code, "Fee", terms)], census or census_of(), activity or Activity())


def told(lines: Sequence[InvoiceLine]) -> list[tuple[str, int | None, str, int]]:
    return [(line.description, line.quantity, line.rate, line.cents) for line in lines]


def claims(count: int, **figures: object) -> Activity:
    """That many claims, each a row of its own."""
    return Activity(tuple(ClaimRow("medical", 1, 10_000, decision=n + 1)._replace(**figures) for n in range(count)))


GRADUATED = {"bands": [{"up_to": 100, "rate_cents": 550}, {"up_to": 200, "rate_cents": 500}, {"rate_cents": 450}]}


@pytest.mark.parametrize(
    ("count", "graduated", "volume"),
    [
        (1, 550, 550),
        (99, 54_450, 54_450),
        (100, 55_000, 55_000),
        (101, 55_500, 50_500),
        (200, 105_000, 100_000),
        (201, 105_450, 90_450),
        (-3, -1_650, -1_650),
    ],
)
def test_bands_of_claims(count: int, graduated: int, volume: int) -> None:
    decided = Activity((ClaimRow("medical", count, 0),))
    for banding, cents in (("graduated", graduated), ("volume", volume)):
        assert (
            sum(line.cents for line in charged("per_claim", {**GRADUATED, "banding": banding}, None, decided)) == cents
        )


def test_graduated_bands_are_lines_of_their_own() -> None:
    assert told(charged("per_claim", GRADUATED, None, claims(250))) == [
        ("Fee, 1 to 100", 100, "5.50", 55_000),
        ("Fee, 101 to 200", 100, "5.00", 50_000),
        ("Fee, from 201", 50, "4.50", 22_500),
    ]


def test_bands_of_lives_are_of_all_tiers_together() -> None:
    bands = [{"up_to": 50, "rates_cents": {"EE": 3_000, "EF": 4_000}}, {"rates_cents": {"ALL": 2_500}}]
    census = census_of(EE=41, EF=12)
    assert told(charged("pepm", {"bands": bands}, census)) == [
        ("Fee, EE, 1 to 50", 41, "30.00", 123_000),
        ("Fee, EF, 1 to 50", 9, "40.00", 36_000),
        ("Fee, EF, from 51", 3, "25.00", 7_500),
    ]
    assert told(charged("pepm", {"bands": bands, "banding": "volume"}, census)) == [
        ("Fee, EE", 41, "25.00", 102_500),
        ("Fee, EF", 12, "25.00", 30_000),
    ]


@pytest.mark.parametrize(
    ("cents", "fee"),
    [(99_999_99, 2_000_000), (100_000_00, 2_000_000), (100_000_01, 2_000_000), (150_000_00, 2_500_000)],
)
def test_bands_of_an_amount(cents: int, fee: int) -> None:
    terms = {"bands": [{"up_to_cents": 100_000_00, "rate_bp": 2_000}, {"rate_bp": 1_000}]}
    lines = charged("percent_of_savings", terms, None, Activity((ClaimRow("medical", 1, 0, cents),)))
    assert sum(line.cents for line in lines) == fee


@pytest.mark.parametrize(
    ("saved", "fee"), [(16_666_66, 5_000_00), (16_666_67, 5_000_00), (16_666_63, 4_999_99), (50_000_00, 5_000_00)]
)
def test_a_cap_for_each_claim(saved: int, fee: int) -> None:
    decided = Activity((ClaimRow("medical", 1, 0, saved, decision=1), ClaimRow("medical", 1, 0, 100_00, decision=2)))
    (line,) = charged("percent_of_savings", {"rate_bp": 3_000, "cap_cents": 5_000_00}, None, decided)
    assert line.cents == fee + 30_00


def test_a_cap_gives_back_what_a_reversed_claim_had_cost() -> None:
    rows = [ClaimRow("medical", 1, 0, 50_000_00, decision=1), ClaimRow("medical", -1, 0, -50_000_00, decision=2)]
    terms = {"rate_bp": 3_000, "cap_cents": 5_000_00}
    assert charged("percent_of_savings", terms, None, Activity(tuple(rows[1:])))[0].cents == -5_000_00
    (line,) = charged("percent_of_savings", terms, None, Activity((*rows, ClaimRow("medical", 1, 0, 1_00, decision=3))))
    assert line.cents == 30


def test_a_cap_counts_a_claim_of_two_lines_of_coverage_once() -> None:
    rows = (ClaimRow("medical", 1, 0, 9_000_00, decision=7), ClaimRow("drug", 0, 0, 9_000_00, decision=7))
    (line,) = charged("percent_of_savings", {"rate_bp": 5_000, "cap_cents": 5_000_00}, None, Activity(rows))
    assert line.cents == 5_000_00


def test_a_cap_refuses_claims_in_one_figure() -> None:
    with pytest.raises(DomainError, match="each claim by itself"):
        charged("percent_of_claims", {"rate_bp": 1, "cap_cents": 5}, None, Activity((ClaimRow("medical", 2, 100),)))


def enrolled(starts_on: date, ends_before: date = FOREVER, *, person: int = 0, subscriber: int = 1) -> Enrolment:
    return Enrolment(subscriber, "medical", "EE", starts_on, ends_before, person)


@pytest.mark.parametrize(
    ("starts_on", "days", "cents"),
    [(MARCH, 31, 3_200), (date(2026, 3, 15), 17, 1_755), (date(2026, 3, 16), 16, 1_652), (date(2026, 3, 31), 1, 103)],
)
def test_pro_rata_counts_days(starts_on: date, days: int, cents: int) -> None:
    terms = {"rates_cents": {"EE": 3_200}, "count_rule": "pro_rata"}
    census = Census(MARCH, [enrolled(starts_on)])
    assert told(charged("pepm", terms, census)) == [("Fee, EE", days, "32.00 / 31 days", cents)]


def test_pro_rata_adds_days_before_it_rounds() -> None:
    rows = [enrolled(date(2026, 3, 31), subscriber=n) for n in range(31)]
    terms = {"rates_cents": {"EE": 3_200}, "count_rule": "pro_rata"}
    assert charged("pepm", terms, Census(MARCH, rows))[0].cents == 3_200


def test_pmpm_counts_dependents_and_pepm_does_not() -> None:
    census = Census(MARCH, [enrolled(MARCH), enrolled(MARCH, person=2), enrolled(date(2026, 3, 20), person=3)])
    terms = {"rates_cents": {"ALL": 400}}
    assert told(charged("pmpm", terms, census)) == [("Fee, EE", 2, "4.00", 800)]
    assert told(charged("pmpm", terms | {"count_rule": "any_day"}, census)) == [("Fee, EE", 3, "4.00", 1_200)]
    assert told(charged("pepm", terms, census)) == [("Fee, EE", 1, "4.00", 400)]


@pytest.mark.parametrize(
    ("day", "last", "any_day"), [(date(2026, 3, 31), 1, 1), (date(2026, 4, 1), 0, 0), (MARCH, 1, 1)]
)
def test_who_is_covered_on_the_last_day_or_any(day: date, last: int, any_day: int) -> None:
    census = Census(MARCH, [enrolled(day)])
    assert [census.lives(rule).get("EE", 0) for rule in ("last_of_month", "any_day")] == [last, any_day]


def test_per_script_counts_drug_claims_of_its_networks() -> None:
    rows = (
        ClaimRow("drug", 40, 0, network="retail"),
        ClaimRow("drug", 3, 0, network="mail"),
        ClaimRow("medical", 5, 0),
    )
    assert told(charged("per_script", {"rate_cents": 35}, None, Activity(rows))) == [("Fee", 43, "0.35", 1_505)]
    mail = {"rate_cents": 35, "networks": ["mail"]}
    assert charged("per_script", mail, None, Activity(rows))[0].cents == 105


def test_savings_of_some_networks_alone() -> None:
    rows = (ClaimRow("medical", 1, 0, 10_000, "in"), ClaimRow("medical", 1, 0, 70_000, "out"))
    (line,) = charged("percent_of_savings", {"rate_bp": 2_500, "networks": ["out"]}, None, Activity(rows))
    assert line.cents == 17_500
    assert line.basis["rows"] == "claims"
    assert line.basis["networks"] == ["out"]


def test_percent_of_recoveries() -> None:
    recovered = Activity(recovered_cents={"subrogation": 40_119_60, "stop_loss": 100_000_00})
    (line,) = charged("percent_of_recovery", {"rate_bp": 2_500, "kinds": ["subrogation"]}, None, recovered)
    assert (line.cents, line.basis["text"]) == (10_029_90, "25 % of 40119.60 recovered")
    both = {"rate_bp": 200, "kinds": ["subrogation", "stop_loss"]}
    assert charged("percent_of_recovery", both, None, recovered)[0].cents == 2_802_39
    assert charged("percent_of_recovery", both) == []


def test_network_access_by_heads_or_by_savings() -> None:
    assert charged("network_access", {"rates_cents": {"ALL": 450}}, census_of(EE=10))[0].cents == 4_500
    saved = Activity((ClaimRow("medical", 1, 0, 1_000_00),))
    assert charged("network_access", {"rate_bp": 190}, None, saved)[0].cents == 19_00


def test_cobra_and_accounts() -> None:
    counted = Activity(counts={"cobra_notices": 3, "cobra_participants": 2, "hsa_accounts": 120})
    terms = {"notice_cents": 1_500, "participant_cents": 2_000}
    assert told(charged("cobra", terms, None, counted)) == [
        ("Fee, notices", 3, "15.00", 4_500),
        ("Fee, participants", 2, "20.00", 4_000),
    ]
    assert told(charged("cobra", {"notice_cents": 1_500}, None, Activity())) == []
    accounts = {"account": "hsa", "bands": [{"up_to": 100, "rate_cents": 300}, {"rate_cents": 250}]}
    assert sum(line.cents for line in charged("account", accounts, None, counted)) == 35_000


def test_run_in_is_what_was_incurred_before() -> None:
    rows = tuple(
        ClaimRow("medical", 1, 1_000_00, incurred_on=day)
        for day in (date(2025, 12, 30), date(2025, 12, 31), date(2026, 1, 1), None)
    )
    terms = {"incurred_before": "2026-01-01"}
    assert charged("run_in", {**terms, "rate_cents": 900}, None, Activity(rows))[0].cents == 1_800
    assert charged("run_in", {**terms, "rate_bp": 500}, None, Activity(rows))[0].cents == 100_00


def test_run_out_in_its_four_ways() -> None:
    starts = {"starts_on": "2026-03-01"}
    decided = claims(3)._replace(fees_before_cents=({"A": 100_000, "B": 23_456}, {"A": 1}))
    found = [
        charged("run_out", {**starts, **way}, None, decided)[0].cents
        for way in ({"amount_cents": 5_000}, {"rate_cents": 900}, {"rate_bp": 500}, {"months_of_fees": 3})
    ]
    assert found == [5_000, 2_700, 1_500, 370_368]
    april = census_of(date(2026, 4, 1))
    assert charged("run_out", {**starts, "months_of_fees": 3}, april, decided) == []
    assert charged("run_out", {**starts, "amount_cents": 5_000}, census_of(date(2026, 2, 1)), decided) == []


@pytest.mark.parametrize(("month", "is_charged"), [(1, True), (2, False), (4, True), (10, True), (12, False)])
def test_a_quarterly_amount(month: int, is_charged: bool) -> None:
    terms = {"amount_cents": 900_00, "every_months": 3, "first_in": "2026-01-15"}
    assert bool(charged("flat", terms, census_of(date(2026, month, 1)))) is is_charged
    assert charged("flat", terms, census_of(date(2025, 10, 1))) == []


def test_an_enrolment_fee_for_the_group_and_each_employee() -> None:
    terms = {"amount_cents": 335_00, "per_employee_cents": 40_00, "once_in": "2026-03-01"}
    assert told(charged("flat", terms, census_of(EE=5))) == [
        ("Fee", 1, "335.00", 335_00),
        ("Fee, per employee", 5, "40.00", 200_00),
    ]


def schedule(*fees: tuple[str, str, object]) -> list[tuple[str, int]]:
    lines = fee_lines(parse_fees(fees), census_of(EE=10), Activity(premiums_cents={"stop_loss_specific": 800_00}))
    return [(line.description, line.cents) for line in lines]


ADMIN = ("pepm", "Administration", {"rates_cents": {"ALL": 3_000}})


def test_minimum_and_maximum_of_some_fees() -> None:
    other = ("flat", "Website", {"amount_cents": 200_00})
    least = ("minimum", "Least", {"minimum_cents": 350_00, "fees": ["Administration"]})
    assert schedule(ADMIN, other, least)[-1] == ("Least", 50_00)
    assert len(schedule(ADMIN, other, ("minimum", "Least", {"minimum_cents": 350_00}))) == 2
    assert schedule(ADMIN, other, ("maximum", "Most", {"maximum_cents": 450_00}))[-1] == ("Most", -50_00)


PAYEES = [
    {"broker": "North", "ends_before": "2026-03-01"},
    {"broker": "North", "share_bp": 6_667, "starts_on": "2026-03-01"},
    {"broker": "South", "share_bp": 3_333, "starts_on": "2026-03-01"},
]


@pytest.mark.parametrize(
    ("terms", "north", "south"),
    [
        ({"basis": "pepm", "rates_cents": {"ALL": 500}}, 33_34, 16_66),
        ({"basis": "flat", "amount_cents": 100_01}, 66_68, 33_33),
        ({"basis": "percent_of_premium", "rate_bp": 1_000}, 53_34, 26_66),
        ({"basis": "percent_of_fees", "rate_bp": 1_000, "fees": ["Administration"]}, 20_00, 10_00),
    ],
)
def test_a_commission_is_split_to_the_cent(terms: dict[str, object], north: int, south: int) -> None:
    found = schedule(ADMIN, ("commission", "Broker", {**terms, "payees": PAYEES}))
    assert found[1:] == [("Broker, North", north), ("Broker, South", south)]


def test_a_commission_is_split_by_the_months_first_day() -> None:
    terms = {"basis": "flat", "amount_cents": 100, "payees": PAYEES}
    assert told(charged("commission", terms, census_of(date(2026, 2, 1)))) == [("Fee, North", None, "1.00", 100)]


def test_a_minimum_takes_no_commission_for_the_tpas_own() -> None:
    broker = ("commission", "Broker", {"basis": "flat", "amount_cents": 500_00, "payees": [{"broker": "North"}]})
    assert ("Least", 50_00) in schedule(ADMIN, broker, ("minimum", "Least", {"minimum_cents": 350_00}))


GUARANTEE = {
    "guarantees": [
        {"measure": "financial_accuracy", "at_least_bp": 9_900, "at_risk_bp": 200},
        {
            "measure": "turnaround",
            "steps": [{"below_bp": 9_500, "at_risk_bp": 100}, {"below_bp": 9_000, "at_risk_bp": 250}],
        },
    ]
}


@pytest.mark.parametrize(
    ("accuracy", "turnaround", "given_back"),
    [
        (9_900, 9_500, []),
        (9_899, 9_500, [-6_00]),
        (9_900, 9_499, [-3_00]),
        (9_900, 9_000, [-3_00]),
        (9_900, 8_999, [-7_50]),
        (9_000, 8_000, [-6_00, -7_50]),
    ],
)
def test_fees_at_risk_are_given_back_where_a_result_falls_short(
    accuracy: int, turnaround: int, given_back: list[int]
) -> None:
    fees = parse_fees([ADMIN, ("performance", "Guarantee", GUARANTEE)])
    measured = Activity(measures={"financial_accuracy": accuracy, "turnaround": turnaround})
    lines = fee_lines(fees, census_of(EE=10), measured)
    assert [line.cents for line in lines if line.code == "performance"] == given_back


@pytest.mark.parametrize(
    ("work", "given_back", "told"),
    [
        # 950 of 1,000 claims within 14 days, 9,900.00 of 10,000.00 paid rightly: at both limits.
        (Worked({0: 900, 14: 50, 15: 50}, 10_000_00, 3, 100_00), [], ""),
        (Worked({0: 900, 14: 49, 15: 51}, 10_000_00, 3, 100_00), [-3_00], "94.9 % (949 of 1,000)"),
        (Worked({0: 1_000}, 10_000_00, 3, 100_01), [-6_00], "98.99 % (999,999"),
        (Worked(), [], ""),
    ],
)
def test_without_an_audits_result_the_work_of_the_period_tells(work: Worked, given_back: list[int], told: str) -> None:
    fees = parse_fees([ADMIN, ("performance", "Guarantee", GUARANTEE)])
    lines = [line for line in fee_lines(fees, census_of(EE=10), Activity(worked=(work,))) if line.code == "performance"]
    assert [line.cents for line in lines] == given_back
    assert not told or lines[0].basis["text"].startswith(told.split("(")[0])
    audited = Activity(measures={"financial_accuracy": 10_000, "turnaround": 10_000}, worked=(work,))
    assert not [line for line in fee_lines(fees, census_of(EE=10), audited) if line.code == "performance"]


def test_turnaround_by_its_own_days_over_a_quarter() -> None:
    promised = [{"measure": "turnaround", "at_least_bp": 9_000, "at_risk_bp": 1_000, "within_days": 10}]
    terms = {"guarantees": promised, "period_months": 3, "first_in": "2026-01-01"}
    fees = parse_fees([ADMIN, ("performance", "Guarantee", terms)])
    work = (Worked({11: 10}), Worked({10: 80}), Worked({0: 9}), Worked({99: 1_000}))
    (_, line) = fee_lines(fees, census_of(EE=10), Activity(worked=work))
    # 89 of 99, the fourth month back is no part of the quarter; a tenth of this month's 300.00.
    assert (line.cents, line.basis["result_bp"]) == (-30_00, 8_989)


def test_a_quarters_fees_are_at_risk_in_its_last_month() -> None:
    terms = {**GUARANTEE, "period_months": 3, "first_in": "2026-01-01", "fees": ["Administration"]}
    fees = parse_fees([ADMIN, ("performance", "Guarantee", terms)])
    before = ({"Administration": 200_00, "Other": 1}, {"Administration": 100_00}, {"Administration": 999_00})
    measured = Activity(measures={"financial_accuracy": 0, "turnaround": 10_000}, fees_before_cents=before)
    assert fee_lines(fees, census_of(EE=10), measured)[-1].cents == -12_00
    assert len(fee_lines(fees, census_of(date(2026, 2, 1), EE=10), Activity())) == 1
    with pytest.raises(DomainError, match="financial_accuracy of the period that ends in 2026-03 is not known"):
        fee_lines(fees, census_of(EE=10), Activity())


@pytest.mark.parametrize(
    ("code", "terms", "where"),
    [
        ("per_claim", {"bands": []}, "/bands"),
        ("per_claim", {"bands": [{"rate_cents": 1}, {"rate_cents": 1}]}, "/bands/0/up_to"),
        ("per_claim", {"bands": [{"up_to": 5, "rate_cents": 1}, {"up_to": 9, "rate_cents": 1}]}, "/bands/1/up_to"),
        (
            "per_claim",
            {"bands": [{"up_to": 5, "rate_cents": 1}, {"up_to": 5, "rate_cents": 1}, {"rate_cents": 1}]},
            "/bands/1",
        ),
        ("per_claim", {"bands": [{"rate_cents": 1}], "banding": "steps"}, "/banding"),
        (
            "percent_of_claims",
            {"bands": [{"up_to_cents": 1, "rate_bp": 1}, {"rate_bp": 1}], "cap_cents": 1},
            "/cap_cents",
        ),
        ("percent_of_recovery", {"rate_bp": 1, "kinds": ["luck"]}, "/kinds/0"),
        ("percent_of_recovery", {"rate_bp": 1, "kinds": ["refund"], "cap_cents": 1}, "/cap_cents"),
        ("cobra", {}, ""),
        ("account", {"account": "bank", "rate_cents": 1}, "/account"),
        ("run_in", {"rate_cents": 1}, "/incurred_before"),
        ("run_out", {"rate_cents": 1}, "/starts_on"),
        ("run_out", {"starts_on": "2026-01-01", "rate_cents": 1, "rate_bp": 1}, ""),
        ("flat", {"amount_cents": 1, "every_months": 3}, "/every_months"),
        ("flat", {"amount_cents": 1, "every_months": 3, "first_in": "2026-01-01", "once_in": "2026-01-01"}, "/once_in"),
        ("commission", {"basis": "flat", "amount_cents": 1, "payees": []}, "/payees"),
        ("commission", {"basis": "flat", "amount_cents": 1, "payees": [{"broker": "N", "share_bp": 9_999}]}, "/payees"),
        ("commission", {"basis": "luck", "payees": [{"broker": "N"}]}, "/basis"),
        ("performance", {"guarantees": []}, "/guarantees"),
        ("performance", {**GUARANTEE, "period_months": 5}, "/period_months"),
        ("performance", {**GUARANTEE, "period_months": 3}, "/first_in"),
        (
            "performance",
            {"guarantees": [{"measure": "turnaround", "steps": [{"below_bp": 1, "at_risk_bp": 1}] * 2}]},
            "/guarantees/0/steps",
        ),
    ],
)
def test_faulty_terms_are_refused_with_their_path(code: str, terms: dict[str, object], where: str) -> None:
    with pytest.raises(DocumentError) as refusal:
        parse_fee(code, "Fee", terms)
    assert refusal.value.where == where


@pytest.mark.parametrize("label", ["Nothing", "Least"])
def test_a_fee_that_looks_at_another_names_one_that_is_reckoned_before_it(label: str) -> None:
    with pytest.raises(DocumentError) as refusal:
        parse_fees([ADMIN, ("minimum", "Least", {"minimum_cents": 1, "fees": [label]})])
    assert refusal.value.where == "/1/fees"
