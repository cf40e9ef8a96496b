"""Advance funding while its conditions hold, and promises for the renewal that the next terms do not keep."""

from datetime import date

import pytest

from tests.engine.stoploss.contracts import amount, contract, specific
from tpa.engine.stoploss.advance import AdvanceError, advance_of, advances, pay_on_by
from tpa.engine.stoploss.exposure import exposure
from tpa.engine.stoploss.promises import broken_promises
from tpa.engine.stoploss.trial import try_claim

ADVANCE = {"least_cents": 100_000, "days_before_end": 15, "pay_within_days": 5}
LAST = date(2027, 3, 16)  # fifteen days before 31 March 2027
LATE = date(2027, 12, 31)


def standing(paid, waiting, terms=ADVANCE):
    """(contract, what was paid, what is to be expected) of person 1 with a deductible of 10,000.00."""
    held = contract(specific=specific(1_000_000, **({"advance": terms} if terms else {})))
    amounts = [amount(1, 1, paid), amount(2, 1, waiting, paid_on=None)]
    all_paid = [one._replace(paid_on=one.paid_on or one.known_on) for one in amounts]
    return held, exposure(held, amounts, (), LATE), exposure(held, all_paid, (), LATE)


@pytest.mark.parametrize(
    ("paid", "waiting", "day", "asked", "told"),
    [
        (1_000_000, 100_000, LAST, 0, 100_000),
        (1_200_000, 100_000, LAST, 0, 100_000),
        (1_200_000, 100_000, LAST, 150_000, 100_000),  # less was asked for than is owed for what was paid
        (1_200_000, 300_000, LAST, 250_000, 250_000),
        (1_200_000, 100_000, LAST, 300_000, "No decided claim waits"),
        (999_999, 900_000, LAST, 0, "has not met the deductible"),
        (1_000_000, 99_999, LAST, 0, "is 1000.00 at least"),
        (1_000_000, 100_000, date(2027, 3, 17), 0, "last day for asking was 2027-03-16"),
    ],
)
def test_each_condition_to_the_cent_and_the_day(paid, waiting, day, asked, told):
    held, now, expected = standing(paid, waiting)
    (unit,) = expected.specific.units
    if isinstance(told, int):
        assert advance_of(held, now, unit, day, reach_cents=asked).cents == told
        assert [one.cents for one in advances(held, now, expected, day, {1: asked})] == [told]
    else:
        with pytest.raises(AdvanceError, match=told):
            advance_of(held, now, unit, day, reach_cents=asked)
        assert advances(held, now, expected, day, {1: asked}) == []


def test_without_the_clause_there_is_none_and_five_working_days_leave_out_the_weekend():
    held, now, expected = standing(1_000_000, 200_000, terms=None)
    with pytest.raises(AdvanceError, match="no advance funding"):
        advance_of(held, now, expected.specific.units[0], LAST)
    assert pay_on_by(date(2026, 6, 5), 5) == date(2026, 6, 12)


def premium(ee, ef):
    return {"rates_cents": {"EE": ee, "EF": ef}}


PROMISED = {"no_new_lasers": True, "rate_cap_bp": 5_000}
HELD = contract(
    specific=specific(
        1_000_000,
        premium=premium(6_000, 15_000),
        lasers=[
            {"unit_id": 7, "deductible_cents": 2_000_000},
            {"unit_id": 8, "excluded": True, "when": {"codes": ["1"]}},
        ],
    ),
    renewal=PROMISED,
)


@pytest.mark.parametrize(
    ("lasers", "rates", "clauses"),
    [
        ([], (9_000, 22_500), []),
        ([], (9_001, 22_500), ["rate cap"]),
        ([{"unit_id": 7, "deductible_cents": 2_000_000}], (1, 1), []),
        ([{"unit_id": 7, "deductible_cents": 2_000_001}], (1, 1), ["no new lasers"]),
        ([{"unit_id": 7, "excluded": True}], (1, 1), ["no new lasers"]),
        ([{"unit_id": 8, "excluded": True, "when": {"codes": ["1"]}}], (1, 1), []),
        ([{"unit_id": 8, "excluded": True}], (1, 1), ["no new lasers"]),
        ([{"unit_id": 9, "deductible_cents": 1_000_001}], (9_001, 22_501), ["no new lasers", "rate cap", "rate cap"]),
    ],
)
def test_what_a_renewal_does_not_keep(lasers, rates, clauses):
    after = contract(specific=specific(1_000_000, premium=premium(*rates), lasers=lasers))
    found = broken_promises(HELD, after)
    assert [one.clause for one in found] == clauses
    assert all(one.clause in one.message for one in found)
    assert broken_promises(HELD._replace(renewal=after.renewal), after) == []


def test_a_claim_is_tried_beside_what_was_paid():
    held = contract(
        specific=specific(1_000_000, lasers=[{"unit_id": 7, "deductible_cents": 1_500_000}]),
        aggregate={"lines": ["medical"]},
    )
    known = [amount(1, 1, 900_000), amount(2, 7, 900_000)]
    day = date(2026, 6, 1)

    def tried(member_id, cents, **more):
        return try_claim(held, known, amount(9, member_id, cents, day, **more), day)

    assert tried(1, 300_000)[:6] == ("", 100_000, 0, 200_000, 100_000, 200_000)
    assert tried(7, 700_000)[:6] == ("", 100_000, 500_000, 100_000, 100_000, 100_000)
    assert tried(3, 300_000)[:8] == ("", 300_000, 0, 0, 300_000, 0, 300_000, 1_000_000)
    assert tried(1, 300_000, paid_on=date(2027, 4, 1)).left_out == "paid_after"
    assert tried(1, 300_000, paid_on=date(2027, 4, 1)).reimbursed_cents == 0
    assert tried(1, 5, line="dental").left_out == "line"
