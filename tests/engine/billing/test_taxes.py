"""Taxes by place and day: three bases, each line to the cent."""

from datetime import date

import pytest

from tests.engine.billing.test_fees import MARCH, census_of
from tpa.engine.billing.activity import Activity, ClaimRow, claims_by_line
from tpa.engine.billing.invoice import CreditDue, InvoiceFacts, compose_invoice
from tpa.engine.billing.schedule import parse_fees, parse_premium
from tpa.engine.billing.taxes import PROVINCES, Bases, Place, reckon, reckon_places, taxes_on
from tpa.engine.statute import MissingValueError

DAY = date(2021, 6, 30)


def due(place: str, day: date, bases: Bases) -> dict[str, int]:
    return {f"{one.tax.code} on {one.tax.base}": one.cents for one in reckon(taxes_on(place, day), bases)}


@pytest.mark.parametrize(
    ("places", "total"),
    [("AB BC MB NT NU SK YT", 40), ("NB NS PE", 120), ("NL", 660), ("ON", 1_120), ("QC", 1_396)],
)
def test_taxes_on_a_claim_of_100_and_a_fee_of_8(places: str, total: int) -> None:
    """As lifeaccount.ca publishes them, "Tax on Health Spending Accounts"."""
    for place in places.split():
        assert sum(due(place, DAY, Bases(8_00, 100_00)).values()) == total


def test_each_tax_has_its_base_and_its_line() -> None:
    assert due("ON", DAY, Bases(8_00, 100_00)) == {
        "hst on fee": 104,
        "premium_tax on claims_and_fee": 216,
        "rst on claims": 800,
    }
    assert due("QC", DAY, Bases(8_00, 100_00)) == {
        "gst on fee": 40,
        "qst on fee": 80,
        "premium_tax on claims_and_fee": 376,
        "rst on claims": 900,
    }


@pytest.mark.parametrize(
    ("place", "code", "day", "rate_ppm"),
    [
        ("QC", "premium_tax", date(2012, 12, 31), None),
        ("QC", "premium_tax", date(2014, 12, 2), 23_000),
        ("QC", "premium_tax", date(2014, 12, 3), 34_800),
        ("QC", "premium_tax", date(2022, 3, 31), 34_800),
        ("QC", "premium_tax", date(2022, 4, 1), 33_000),
        ("NL", "premium_tax", date(2016, 6, 30), 40_000),
        ("NL", "premium_tax", date(2016, 7, 1), 50_000),
        ("NL", "hst", date(2016, 6, 30), 130_000),
        ("NS", "hst", date(2025, 3, 31), 150_000),
        ("NS", "hst", date(2025, 4, 1), 140_000),
        ("BC", "hst", date(2013, 3, 31), 120_000),
        ("BC", "gst", date(2013, 4, 1), 50_000),
        ("PE", "hst", date(2016, 9, 30), 140_000),
        ("PE", "hst", date(2016, 10, 1), 150_000),
        ("ON", "premium_tax", date(2026, 1, 1), 20_000),
        ("VT", "claims_tax", date(2026, 1, 1), 9_990),
        ("OH", "claims_tax", date(2026, 1, 1), None),
    ],
)
def test_rates_change_on_their_day(place: str, code: str, day: date, rate_ppm: int | None) -> None:
    if place == "QC" and day < date(2013, 1, 1):
        with pytest.raises(MissingValueError, match="taxes of QC on 2012-12-31"):
            taxes_on(place, day)
        return
    assert next((tax.rate_ppm for tax in taxes_on(place, day) if tax.code == code), None) == rate_ppm


def test_every_province_has_one_sales_tax_on_fees_at_a_time_and_quebec_two() -> None:
    for place in PROVINCES:
        for year in range(2014, 2027):
            codes = sorted(tax.code for tax in taxes_on(place, date(year, 1, 1)) if tax.base == "fee")
            assert codes in (["gst"], ["hst"], ["gst", "qst"]), (place, year)


def test_manitoba_taxes_premium_of_life_and_disability_alone() -> None:
    assert due("MB", DAY, Bases(0, 100_00, {"life": 200_00, "std": 100_00, "medical": 999_00})) == {
        "rst on premium": 21_00
    }


def test_places_share_fees_by_heads_and_have_their_own_claims() -> None:
    found = [
        (one.tax.place, one.tax.code, one.base_cents, one.cents)
        for one in reckon_places([Place("AB", 1, 500_00), Place("ON", 2, 100_00)], DAY, 100_00, {})
    ]
    assert found == [
        ("AB", "gst", 33_33, 1_67),
        ("ON", "hst", 66_67, 8_67),
        ("ON", "premium_tax", 166_67, 3_33),
        ("ON", "rst", 100_00, 8_00),
    ]


def test_an_invoice_has_its_taxes_as_lines() -> None:
    fees = parse_fees(
        [
            ("percent_of_claims", "Administration", {"rate_bp": 500}),
            ("flat", "Passed on", {"amount_cents": 100_00, "taxable": False}),
        ]
    )
    rows = (ClaimRow("medical", 1, 100_00),)
    facts = InvoiceFacts(
        census_of(MARCH, EE=1),
        fees,
        [parse_premium("stop_loss", "Stop-loss", {"rates_cents": {"ALL": 50_00}})],
        Activity(rows),
        claims_by_line(rows),
        places=[Place("ON", 1, 100_00)],
    )
    composed = compose_invoice(facts)
    taxes = [(line.description, line.rate, line.cents) for line in composed.lines if line.kind == "tax"]
    assert taxes == [
        ("HST 13 % on fees, ON", "13 %", 65),
        ("Premium tax 2 % on claims and fees, ON", "2 %", 2_10),
        ("RST 8 % on claims, ON", "8 %", 8_00),
        ("RST 8 % on premium, ON", "8 %", 4_00),
    ]
    assert (composed.taxes_cents, composed.total_cents) == (14_75, 269_75)
    credited = compose_invoice(facts._replace(credits=[CreditDue("correction", "Back", 2_00, MARCH, "fee")]))
    assert composed.taxes_cents - credited.taxes_cents == 26 + 4
