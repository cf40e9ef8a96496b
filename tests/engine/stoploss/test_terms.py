"""Terms whose numbers the case files show; here what a file cannot say: faults, order, working days."""

import random
from datetime import date

import pytest

from tests.engine.stoploss.contracts import aggregate, amount, contract, specific
from tpa.engine.stoploss.advance import pay_on_by
from tpa.engine.stoploss.aggregate import Lives, attachment
from tpa.engine.stoploss.exposure import exposure
from tpa.kernel.document import DocumentError
from tpa.kernel.errors import DomainError


@pytest.mark.parametrize(
    ("covers", "where"),
    [
        ({"specific": specific(1, unit="certificate", family_deductible_cents=5)}, "/specific/family_deductible_cents"),
        ({"specific": specific(1, transfer="all")}, "/specific/transfer"),
        ({"specific": specific(1, lasers=[{"unit_id": 5, "excluded": True, "when": {}}])}, "/specific/lasers/0/when"),
        ({"specific": specific(1), "exclusions": [{"reason": "none"}]}, "/exclusions/0"),
        ({"specific": specific(1), "exclusions": [{"reason": "x", "codes": ["a b"]}]}, "/exclusions/0/codes/0"),
        ({"aggregate": aggregate(accommodation={"minimum": "half"})}, "/aggregate/accommodation/minimum"),
        (
            {"aggregate": aggregate(factors=[{"code": "m", "factors_cents": {"EE": 1}}] * 2)},
            "/aggregate/factors/1/starts_on",
        ),
        (
            {
                "aggregate": aggregate(
                    lines=["medical", "dental"],
                    factors=[
                        {"code": "m", "factors_cents": {"EE": 1}},
                        {"code": "m", "factors_cents": {"EE": 1}, "starts_on": "2026-07-01", "lines": ["dental"]},
                    ],
                )
            },
            "/aggregate/factors/1",
        ),
        ({"specific": specific(1), "terminal_liability": {"days": 90}}, "/terminal_liability/days"),
        ({"specific": specific(1), "renewal": {"rate_cap_bp": -1}}, "/renewal/rate_cap_bp"),
        ({"specific": specific(1), "label": "12/12\0"}, "/label"),
        ({"specific": specific(1), "paid": {"starts_on": "2026-01-01", "ends_before": "2200-01-02"}}, "/paid"),
        ({"specific": specific(1), "incurred": {"starts_on": "1899-12-31", "ends_before": "2027-01-01"}}, "/incurred"),
    ],
)
def test_a_faulty_term_is_refused_with_its_path(covers, where):
    with pytest.raises(DocumentError) as refusal:
        contract(**covers)
    assert refusal.value.where == where


def test_a_month_before_the_first_factors_is_refused():
    terms = contract(
        aggregate=aggregate(factors=[{"code": "m", "factors_cents": {"EE": 1}, "starts_on": "2026-02-01"}])
    )
    with pytest.raises(DomainError, match="2026-01"):
        attachment(terms.aggregate, terms.policy, [Lives("m", date(2026, 1, 1), "EE", 1)])


def test_file_by_is_reckoned_from_the_paid_window():
    terms = contract(specific=specific(1), filing={"within_days": 30})
    assert terms.file_by == date(2027, 4, 30)
    elected = contract(specific=specific(1), terminal_liability={"run_out_days": 120, "elected": True})
    assert elected.paid_window.last_day == date(2027, 4, 30)
    assert contract(specific=specific(1), terminal_liability={"run_out_days": 120}).paid_window == terms.paid


@pytest.mark.parametrize(
    ("received_on", "by"),
    [
        (date(2026, 6, 1), date(2026, 6, 8)),
        (date(2026, 6, 5), date(2026, 6, 12)),
        (date(2026, 6, 6), date(2026, 6, 12)),
    ],
)
def test_working_days_leave_weekends_out(received_on, by):
    assert pay_on_by(received_on, 5) == by


@pytest.mark.parametrize("seed", range(20))
def test_run_in_family_and_transfer_lose_no_cent_in_any_order(seed):
    dice = random.Random(seed)
    amounts = []
    for n in range(1, 50):
        day = date(2025 + dice.randint(0, 1), dice.randint(10, 12), dice.randint(1, 28))
        member = dice.randint(1, 6)
        amounts.append(
            amount(n, member, dice.randint(1, 9_000), day, paid_on=date(2026, 11, n % 28 + 1), family_id=member % 3)
        )
        if dice.random() < 0.3:
            amounts.append(amounts[-1]._replace(decision_id=100 + n, cents=-dice.randint(1, amounts[-1].cents)))
    covers = {
        "incurred": {"starts_on": "2025-10-01", "ends_before": "2027-01-01"},
        "run_in": {"per_person_cents": 12_000, "total_cents": 40_000},
        "specific": specific(15_000, family_deductible_cents=20_000, aggregating_cents=1_000),
        "aggregate": aggregate(10_000, counts_aggregating_retention=True),
    }
    serial = exposure(contract(**covers), amounts, (), date(2028, 1, 1))
    dice.shuffle(amounts)
    assert exposure(contract(**covers), amounts, (), date(2028, 1, 1)) == serial
    left = sum(one.cents for one in serial.left_out)
    assert serial.specific.eligible_cents + left == sum(one.cents for one in amounts)
    parts = [part for unit in serial.specific.units for part in unit.parts]
    assert all(part.eligible_cents == part.below_cents + part.laser_cents + part.excess_cents for part in parts)
    assert serial.aggregate.countable_cents + serial.specific.reimbursable_cents == serial.specific.eligible_cents
    run_in = sum(one.cents for one in amounts if one.incurred_on < date(2026, 1, 1)) - left
    assert run_in <= 40_000
