"""The published cases and the boundaries of the specific and the aggregate cover, to the cent."""

import random
from datetime import date

import pytest

from tests.engine.stoploss.contracts import aggregate, amount, contract, specific
from tpa.engine.stoploss.aggregate import Lives, attachment
from tpa.engine.stoploss.exposure import exposure
from tpa.kernel.errors import DomainError

YEAR_END = date(2027, 12, 31)


def exposed(covers, *amounts, lives=(), as_of=YEAR_END):
    return exposure(contract(**covers), amounts, lives, as_of)


def specific_of(terms, *amounts):
    return exposed({"specific": terms}, *amounts).specific


@pytest.mark.parametrize(("deductible", "claims", "carrier"), [(50_000, 200_000, 150_000), (100_000, 102_000, 2_000)])
def test_case_075_specific(deductible, claims, carrier):
    found = specific_of(specific(deductible * 100), amount(1, 1, claims * 100))
    assert found.reimbursable_cents == carrier * 100


@pytest.mark.parametrize(("cents", "owed"), [(9_999_999, 0), (10_000_000, 0), (10_000_001, 1)])
def test_a_cent_below_at_and_above_the_deductible(cents, owed):
    (unit,) = specific_of(specific(10_000_000), amount(1, 1, cents)).units
    assert unit.reimbursable_cents == owed
    assert unit.reached_bp == (9_999 if owed == 0 and cents < 10_000_000 else 10_000)


def test_case_074_aggregating_specific_one_claim():
    """75,000 and 60,000 more: 135,000 stay with the employer; afterwards only 75,000 on any other claimant."""
    terms = specific(7_500_000, aggregating_cents=6_000_000)
    found = specific_of(terms, amount(1, 1, 20_000_000), amount(2, 2, 10_000_000, date(2026, 5, 1)))
    first, second = found.units
    assert (first.eligible_cents - first.reimbursable_cents, first.reimbursable_cents) == (13_500_000, 6_500_000)
    assert second.reimbursable_cents == 2_500_000
    assert (found.excess_cents, found.retained_cents, found.reimbursable_cents) == (15_000_000, 6_000_000, 9_000_000)


@pytest.mark.parametrize(("cents", "owed"), [(13_499_999, 0), (13_500_000, 0), (13_500_001, 1)])
def test_a_cent_below_at_and_above_the_aggregating_specific(cents, owed):
    terms = specific(7_500_000, aggregating_cents=6_000_000)
    assert specific_of(terms, amount(1, 1, cents)).reimbursable_cents == owed


def test_the_aggregating_specific_is_met_once_by_all_people_in_order_of_payment():
    terms = specific(1_000, aggregating_cents=500)
    later, first = amount(1, 1, 1_400, date(2026, 6, 1)), amount(2, 2, 1_300, date(2026, 2, 1))
    units = {unit.unit_id: unit.reimbursable_cents for unit in specific_of(terms, later, first).units}
    assert units == {2: 0, 1: 200}


def test_case_077_laser_exposure():
    """Mother and three more each at 500,000 instead of 100,000: the employer's exposure goes from 400,000 to 2,000,000."""
    amounts = [amount(unit, unit, 80_000_000) for unit in (1, 2, 3, 4)]
    lasers = [{"unit_id": unit, "deductible_cents": 50_000_000} for unit in (1, 2, 3, 4)]
    kept = [
        sum(unit.eligible_cents - unit.reimbursable_cents for unit in specific_of(terms, *amounts).units)
        for terms in (specific(10_000_000), specific(10_000_000, lasers=lasers))
    ]
    assert kept == [40_000_000, 200_000_000]


@pytest.mark.parametrize(("cents", "owed"), [(24_999_999, 0), (25_000_000, 0), (25_000_001, 1)])
def test_a_cent_below_at_and_above_a_laser(cents, owed):
    terms = specific(10_000_000, lasers=[{"unit_id": 1, "deductible_cents": 25_000_000}])
    (unit,) = specific_of(terms, amount(1, 1, cents)).units
    assert (unit.reimbursable_cents, unit.lasered) == (owed, True)


def test_an_excluded_person_is_never_reimbursed():
    terms = specific(1_000, lasers=[{"unit_id": 1, "excluded": True}])
    (unit,) = specific_of(terms, amount(1, 1, 90_000)).units
    assert (unit.deductible_cents, unit.excess_cents, unit.reimbursable_cents, unit.reached_bp) == (None, 0, 0, 0)


@pytest.mark.parametrize(("gross", "excess"), [(30_000_000, 5_000_000), (33_000_000, 8_000_000)])
def test_case_083_leveraged_trend(gross, excess):
    """A fixed 250,000 turns 10 % more cost into 60 % more excess; at 275,000 it is 10 %."""
    assert specific_of(specific(25_000_000), amount(1, 1, gross)).reimbursable_cents == excess
    assert specific_of(specific(27_500_000), amount(1, 1, 33_000_000)).reimbursable_cents == 5_500_000


def test_case_088_large_amount_pooling():
    """10,000 a person, 75,000 of drugs: the plan bears 10,000, 65,000 are pooled."""
    terms = specific(1_000_000, lines=["drug"])
    (unit,) = specific_of(terms, amount(1, 1, 7_500_000, line="drug")).units
    assert (unit.eligible_cents - unit.excess_cents, unit.reimbursable_cents) == (1_000_000, 6_500_000)


@pytest.mark.parametrize(("unit", "owed"), [("person", 0), ("certificate", 600), ("employee", 600)])
def test_the_unit_is_a_field_of_the_contract(unit, owed):
    two_of_a_family = [amount(1, 1, 800, family_id=5), amount(2, 2, 800, family_id=5)]
    assert specific_of(specific(1_000, unit=unit), *two_of_a_family).reimbursable_cents == owed


def test_the_carriers_share_and_its_maximums():
    terms = specific(1_000, reimbursement_bp=9_000, maximum_per_unit_cents=500, maximum_cents=800)
    found = specific_of(terms, amount(1, 1, 1_101), amount(2, 2, 3_000), amount(3, 3, 3_000))
    assert {unit.unit_id: unit.reimbursable_cents for unit in found.units} == {1: 91, 2: 500, 3: 209}
    assert found.reimbursable_cents == 800


A, B, C, D = (amount(n, n, cents) for n, cents in enumerate((18_000_000, 9_000_000, 40_000_000, 12_000_000), 1))
LASER_ON_C = [{"unit_id": 3, "deductible_cents": 25_000_000}]
BASE = specific(10_000_000, aggregating_cents=5_000_000, lasers=LASER_ON_C)


@pytest.mark.parametrize(
    ("flags", "countable", "owed"),
    [
        ({}, 39_000_000, 4_000_000),
        ({"counts_laser_excess": True}, 54_000_000, 19_000_000),
        ({"counts_aggregating_retention": True}, 44_000_000, 9_000_000),
        ({"counts_laser_excess": True, "counts_aggregating_retention": True}, 59_000_000, 24_000_000),
    ],
)
def test_the_whole_vector_with_each_of_the_two_flags(flags, countable, owed):
    found = exposed({"specific": BASE, "aggregate": aggregate(35_000_000, **flags)}, A, B, C, D)
    assert {unit.unit_id: unit.excess_cents for unit in found.specific.units} == {
        1: 8_000_000,
        2: 0,
        3: 15_000_000,
        4: 2_000_000,
    }
    assert (found.specific.excess_cents, found.specific.reimbursable_cents) == (25_000_000, 20_000_000)
    assert (found.aggregate.countable_cents, found.aggregate.reimbursable_cents) == (countable, owed)
    if len(flags) == 2:
        assert countable == 79_000_000 - 20_000_000, "what the specific does not bear, all of it"


def test_case_080_attachment_factor():
    """Expected 200 a month x 125 % = 250 x 100 employees = 25,000 for the month."""
    factors = [{"code": "medical", "expected_cents": {"ALL": 20_000}, "corridor_bp": 12_500}]
    terms = contract(aggregate=aggregate(factors=factors))
    found = attachment(terms.aggregate, terms.policy, [Lives("medical", date(2026, 1, 1), "EE", 100)])
    assert [month.attachment_cents for month in found.months] == [2_500_000]
    assert (found.to_date_cents, found.annual_cents, found.complete) == (2_500_000, 30_000_000, False)
    assert [month.expected_cents for month in found.months] == [2_000_000]


def test_the_attachment_follows_the_enrolment_month_by_month():
    factors = [{"code": "medical", "factors_cents": {"EE": 10_000, "EF": 25_000}}]
    terms = contract(aggregate=aggregate(factors=factors))
    lives = [
        Lives("medical", date(2026, 2, 1), "EF", 4),
        Lives("medical", date(2026, 1, 1), "EE", 10),
        Lives("medical", date(2026, 1, 1), "EF", 5),
        Lives("medical", date(2026, 2, 1), "EE", 9),
        Lives("medical", date(2027, 1, 1), "EE", 99),
        Lives("dental", date(2026, 1, 1), "EE", 99),
    ]
    found = attachment(terms.aggregate, terms.policy, lives)
    assert [(month.lives_count, month.attachment_cents) for month in found.months] == [(15, 225_000), (13, 190_000)]
    assert (found.to_date_cents, found.annual_cents) == (415_000, 415_000 + 10 * 190_000)
    assert {month.expected_cents for month in found.months} == {None}, "the contract names no expected claims"


@pytest.mark.parametrize(
    ("minimums", "minimum"),
    [
        ({}, 0),
        ({"minimum_first_month_bp": 9_500}, 1_140_000),
        ({"minimum_cents": 1_140_001, "minimum_first_month_bp": 9_500}, 1_140_001),
    ],
)
def test_the_minimum_attachment_holds_when_the_group_shrinks(minimums, minimum):
    factors = [{"code": "medical", "factors_cents": {"EE": 10_000}}]
    terms = contract(aggregate=aggregate(factors=factors, **minimums))
    lives = [Lives("medical", date(2026, month, 1), "EE", 10 if month == 1 else 5) for month in range(1, 13)]
    found = attachment(terms.aggregate, terms.policy, lives)
    assert (found.complete, found.to_date_cents) == (True, 650_000)
    assert (found.minimum_cents, found.annual_cents) == (minimum, max(minimum, 650_000))


@pytest.mark.parametrize(
    ("claims", "carrier"), [(12_500_000, 2_500_000), (9_999_999, 0), (10_000_000, 0), (10_000_001, 1)]
)
def test_case_086_aggregate_and_its_boundary(claims, carrier):
    """Attachment 100,000, claims 125,000: the carrier bears 25,000."""
    found = exposed({"aggregate": aggregate(10_000_000)}, amount(1, 1, claims)).aggregate
    assert found.reimbursable_cents == carrier
    assert found.reached_bp == claims * 10_000 // 10_000_000


def test_the_aggregate_has_its_share_and_maximum():
    covers = {"aggregate": aggregate(1_000, reimbursement_bp=9_000, maximum_cents=950)}
    assert exposed(covers, amount(1, 1, 1_101)).aggregate.reimbursable_cents == 91
    assert exposed(covers, amount(1, 1, 9_000)).aggregate.reimbursable_cents == 950


def test_an_aggregate_whose_attachment_is_not_known_owes_nothing():
    found = exposed({"aggregate": aggregate()}, amount(1, 1, 5_000)).aggregate
    assert (found.countable_cents, found.reimbursable_cents, found.reached_bp) == (5_000, 0, 0)


def test_lines_count_only_where_they_are_covered():
    covers = {
        "specific": specific(1_000, lines=["medical", "drug"]),
        "aggregate": aggregate(700, lines=["medical", "dental"]),
    }
    amounts = [
        amount(1, 1, 900),
        amount(2, 1, 400, date(2026, 4, 1), line="drug"),
        amount(3, 1, 300, line="dental"),
        amount(4, 1, 50, line="vision"),
    ]
    found = exposed(covers, *amounts)
    assert found.specific.reimbursable_cents == 300
    assert found.aggregate.countable_cents == 1_200
    assert [(one.decision_id, one.reason) for one in found.left_out] == [(4, "line")]


def test_every_cent_names_its_decision():
    found = exposed(
        {"specific": specific(1_000), "aggregate": aggregate(500)},
        amount(7, 1, 600),
        amount(8, 1, 700, date(2026, 4, 1)),
        amount(9, 1, 50, date(2026, 5, 1)),
    )
    (unit,) = found.specific.units
    assert [
        (p.decision_id, p.eligible_cents, p.below_cents, p.excess_cents, p.reimbursable_cents) for p in unit.parts
    ] == [
        (7, 600, 600, 0, 0),
        (8, 700, 400, 300, 300),
        (9, 50, 0, 50, 50),
    ]
    assert [(one.decision_id, one.cents) for one in found.aggregate.counted] == [(7, 600), (8, 400)]


def test_a_refund_takes_back_what_it_refunds_and_is_known_from_its_day():
    paid = [amount(1, 1, 1_500), amount(2, 1, 400, date(2026, 5, 1))]
    refund = amount(3, 1, -700, date(2026, 3, 1), claim_id=1, known_on=date(2026, 9, 9))
    terms = {"specific": specific(1_000)}
    assert exposed(terms, *paid, refund, as_of=date(2026, 9, 8)).specific.reimbursable_cents == 900
    assert exposed(terms, *paid, refund, as_of=date(2026, 9, 9)).specific.reimbursable_cents == 200


def test_approved_and_unpaid_amounts_wait_and_count_for_nothing_yet():
    waiting = amount(2, 1, 5_000, paid_on=None)
    found = exposed({"specific": specific(1_000), "aggregate": aggregate(100)}, amount(1, 1, 900), waiting)
    assert (found.specific.reimbursable_cents, found.specific.awaiting_cents) == (0, 5_000)
    assert (found.aggregate.countable_cents, found.aggregate.awaiting_cents) == (900, 5_000)


def test_a_month_that_begins_after_the_day_is_not_known_yet():
    factors = [{"code": "medical", "factors_cents": {"ALL": 100}}]
    lives = [Lives("medical", date(2026, month, 1), "EE", 1) for month in (1, 2, 3)]
    found = exposed({"aggregate": aggregate(factors=factors)}, lives=lives, as_of=date(2026, 2, 28))
    assert found.aggregate.attachment.to_date_cents == 200


def test_a_tier_without_a_factor_is_refused():
    factors = [{"code": "medical", "factors_cents": {"EE": 100}}]
    with pytest.raises(DomainError, match="tier EF"):
        exposed({"aggregate": aggregate(factors=factors)}, lives=[Lives("medical", date(2026, 1, 1), "EF", 1)])


@pytest.mark.parametrize("seed", range(40))
def test_the_order_in_which_amounts_arrive_changes_nothing_and_no_cent_is_lost(seed):
    dice = random.Random(seed)
    amounts = []
    for n in range(1, 60):
        day = date(2026, dice.randint(1, 12), dice.randint(1, 28))
        amounts.append(amount(n, dice.randint(1, 6), dice.randint(1, 9_000), day))
        if dice.random() < 0.3:
            back = -dice.randint(1, amounts[-1].cents)
            amounts.append(amounts[-1]._replace(decision_id=100 + n, cents=back, known_on=date(2026, 12, 31)))
    covers = {
        "specific": specific(
            20_000,
            aggregating_cents=7_000,
            reimbursement_bp=9_000,
            maximum_per_unit_cents=30_000,
            maximum_cents=60_000,
            lasers=[{"unit_id": 2, "deductible_cents": 33_333}, {"unit_id": 3, "excluded": True}],
        ),
        "aggregate": aggregate(90_000, counts_laser_excess=dice.random() < 0.5),
    }
    serial = exposed(covers, *amounts)
    dice.shuffle(amounts)
    assert exposed(covers, *amounts) == serial
    for unit in serial.specific.units:
        base = min(20_000, unit.deductible_cents if unit.deductible_cents is not None else 20_000)
        assert sum(part.below_cents for part in unit.parts) == min(unit.eligible_cents, base)
        for part in unit.parts:
            assert part.eligible_cents == part.below_cents + part.laser_cents + part.excess_cents
        assert unit.reimbursable_cents == sum(part.reimbursable_cents for part in unit.parts)
        assert 0 <= unit.reimbursable_cents <= 30_000
    assert sum(unit.eligible_cents for unit in serial.specific.units) == sum(one.cents for one in amounts)
    raw = max(0, serial.specific.excess_cents - 7_000)
    assert serial.specific.retained_cents == serial.specific.excess_cents - raw
