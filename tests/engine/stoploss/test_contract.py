"""A stop-loss contract is read from its document; what it does not understand is an error with its path."""

import tomllib
from datetime import date

import pytest

from tests.engine.stoploss.contracts import YEAR, aggregate, contract, specific
from tpa.engine.billing.census import COUNT_RULES
from tpa.engine.stoploss import contract_read as module
from tpa.engine.stoploss.contract import Factor, Laser, Premium
from tpa.engine.stoploss.contract_read import parse_contract
from tpa.kernel.document import DocumentError
from tpa.kernel.errors import DomainError
from tpa.kernel.ids import public_id
from tpa.kernel.periods import Span

WHOLE = f"""
policy = {{ starts_on = 2026-01-01, ends_before = 2027-01-01 }}
incurred = {{ starts_on = 2025-10-01, ends_before = 2027-01-01 }}
paid = {{ starts_on = 2026-01-01, ends_before = 2027-01-01 }}
label = "15/12"
carrier = "Example Re"

[specific]
deductible_cents = 10_000_000
unit = "person"
lines = ["medical", "drug"]
reimbursement_bp = 9_000
maximum_per_unit_cents = 200_000_000
maximum_cents = 500_000_000
aggregating_cents = 5_000_000
lasers = [
    {{ unit_id = "{public_id("mem", 7, 42)}", deductible_cents = 25_000_000 }},
    {{ unit_id = 43, excluded = true }},
]
premium = {{ rates_cents = {{ EE = 5_000, ALL = 12_000 }} }}

[aggregate]
lines = ["medical", "drug", "dental"]
reimbursement_bp = 10_000
maximum_cents = 100_000_000
minimum_cents = 30_000_000
minimum_first_month_bp = 9_500
counts_laser_excess = true
counts_aggregating_retention = true
factors = [
    {{ code = "medical", lines = ["medical", "drug"], corridor_bp = 12_500, expected_cents = {{ EE = 20_001, EF = 50_000 }} }},
    {{ code = "dental", lines = ["dental"], factors_cents = {{ ALL = 4_000 }}, count_rule = "wash" }},
]
premium = {{ rates_cents = {{ ALL = 800 }}, retro_months = 2, lines = ["medical"] }}
"""


EXPECTED = {"EE": 20_001, "EF": 50_000}


def test_a_whole_contract_is_read():
    found = parse_contract(tomllib.loads(WHOLE))
    assert found.policy == Span(date(2026, 1, 1), date(2027, 1, 1))
    assert found.incurred.starts_on == date(2025, 10, 1)
    assert found.specific.lasers == {42: Laser(25_000_000), 43: Laser(None)}
    assert found.specific.premium == Premium({"EE": 5_000, "ALL": 12_000}, ("medical", "drug"), "first_of_month", 3)
    assert found.aggregate.factors == (
        Factor("medical", ("medical", "drug"), "first_of_month", {"EE": 25_001, "EF": 62_500}, EXPECTED),
        Factor("dental", ("dental",), "wash", {"ALL": 4_000}),
    )
    assert found.aggregate.premium.retro_months == 2


def test_the_count_rules_are_billings():
    assert set(module.COUNT_RULES) <= set(COUNT_RULES)


def test_a_tier_without_a_factor_is_refused_when_it_is_needed():
    factor = parse_contract(tomllib.loads(WHOLE)).aggregate.factors[0]
    with pytest.raises(DomainError, match="none for tier ES"):
        factor.of_tier("ES")


@pytest.mark.parametrize(
    ("covers", "where"),
    [
        ({}, ""),
        ({"specific": specific(1), "retention": 5}, "/retention"),
        ({"specific": specific(1, deductable=5)}, "/specific/deductable"),
        ({"specific": specific(-1)}, "/specific/deductible_cents"),
        ({"specific": specific(1, unit="member")}, "/specific/unit"),
        ({"specific": specific(1, lines=["life"])}, "/specific/lines/0"),
        ({"specific": specific(1, reimbursement_bp=10_001)}, "/specific/reimbursement_bp"),
        ({"specific": specific(1, lasers=[{"unit_id": 5}])}, "/specific/lasers/0"),
        (
            {"specific": specific(1, lasers=[{"unit_id": 5, "excluded": True, "deductible_cents": 5}])},
            "/specific/lasers/0",
        ),
        (
            {"specific": specific(1, lasers=[{"unit_id": 5, "excluded": True}, {"unit_id": 5, "deductible_cents": 5}])},
            "/specific/lasers/1/unit_id",
        ),
        (
            {"specific": specific(1, lasers=[{"unit_id": public_id("fam", 7, 42), "excluded": True}])},
            "/specific/lasers/0/unit_id",
        ),
        (
            {"aggregate": aggregate(factors=[{"code": "m", "factors_cents": {"EX": 1}}])},
            "/aggregate/factors/0/factors_cents/EX",
        ),
        ({"aggregate": aggregate(factors=[{"code": "m"}])}, "/aggregate/factors/0"),
        (
            {"aggregate": aggregate(factors=[{"code": "m", "factors_cents": {"EE": 1}, "lines": ["dental"]}])},
            "/aggregate/factors/0/lines/0",
        ),
        (
            {"aggregate": aggregate(factors=[{"code": "m", "factors_cents": {"EE": 1}, "corridor_bp": 12_500}])},
            "/aggregate/factors/0/corridor_bp",
        ),
        ({"specific": specific(1), "incurred": {"starts_on": "2027-01-01", "ends_before": "2028-01-01"}}, "/incurred"),
        (
            {
                "specific": specific(1),
                "paid": {"starts_on": "2026-01-01", "ends_before": "2026-03-01"},
                "incurred": {"starts_on": "2026-03-01", "ends_before": "2027-01-01"},
            },
            "/paid",
        ),
        ({"specific": specific(1), "policy": {"starts_on": "2026-01-01"}}, "/policy/ends_before"),
    ],
)
def test_a_faulty_contract_is_refused_with_its_path(covers, where):
    with pytest.raises(DocumentError) as refusal:
        contract(**covers)
    assert refusal.value.where == where


def test_an_old_contract_whose_document_lacks_a_window_is_refused():
    with pytest.raises(DocumentError, match="'paid' is missing"):
        parse_contract({"policy": YEAR, "incurred": YEAR, "specific": specific(1)})
