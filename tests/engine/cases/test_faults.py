"""What is wrong in a question about money is told with file, line and place."""

import pytest

from tpa.engine.cases.read import CaseError, read_cases

FEES = """source = "Own"
[[fees]]
name = "One"
month = 2026-03-01
lives = { EE = 2 }
people = [{ name = "ann" }]
claims = [{ paid = 5 }]
fees = [
    { fee = "pepm", name = "A", rates = { EE = 5 } },
    { fee = "percent_of_claims", name = "B", rate = "5%" },
]
expect = { fees = "15.25" }
"""
TAX = """source = "Own"
[[tax]]
name = "One"
place = "ON"
on = 2026-03-01
fee = 5
expect = { taxes = "0.75" }
"""
CALENDAR = """source = "Own"
[[invoice_calendar]]
name = "One"
month = 2026-03-01
due = { day = 15 }
expect = { due_on = 2026-03-15 }
"""
RENEWAL = """source = "Own"
[[renewal]]
name = "One"
claims = 90
premium = 100
target_loss_ratio = "80%"
trend = { annual = "8%", months = 12 }
completion = { months = [[5, 5], [5]], complete_after = 1 }
expect = { rate_change = "21.5%" }
"""


STOP_LOSS = """source = "Own"
[[stop_loss]]
name = "One"
claims = [{ person = "ann", amount = 5, paid_on = 2026-03-01 }]
expect = { attachment = 10 }
contract.aggregate = { attachment = 10 }
"""


DAY_IN_A_NAME = FEES.replace('"One"', '"1000-01-01 to 1000-02-01"')


@pytest.mark.parametrize("text", [STOP_LOSS, FEES, DAY_IN_A_NAME, TAX, CALENDAR, RENEWAL])
def test_they_are_right_as_they_stand(text: str) -> None:
    (case,) = read_cases("f.toml", text, str)
    assert case.differences() == []  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("text", "right", "wrong", "told"),
    [
        (FEES, "month = 2026-03-01", "month = 9999-03-01", "line 4, /fees/0/month: A day of the years 1900 to 2199"),
        (FEES, "month = 2026-03-01", 'month = "0001-03-01"', "line 4, /fees/0/month: A day of the years 1900 to 2199"),
        (FEES, "EE = 2 }", "EE = 100_001 }", "line 5, /fees/0/lives/EE: A whole number from 0 to 100000"),
        (RENEWAL, "months = [[5, 5], [5]]", "months = 5", "line 8, /renewal/0/completion/months: A list is wanted"),
        (
            STOP_LOSS,
            "aggregate = { attachment = 10 }",
            "aggregate = { factors = 5 }",
            "line 6, /stop_loss/0/contract/aggregate/factors: A list",
        ),
        (FEES, 'fee = "pepm"', 'fee = "pepn"', "line 9, /fees/0/fees/0/fee: One of account,"),
        (FEES, "rates = { EE = 5 }", "rate = 5", "line 9, /fees/0/fees/0/rates: The key 'rates' is missing"),
        (FEES, "rates = { EE = 5 }", "rates = { EX = 5 }", "line 9, /fees/0/fees/0/rates/EX: Unknown key"),
        (FEES, "rates = { EE = 5 }", "rates = { EF = 5 }", "There is no rate for tier EE"),
        (FEES, 'rate = "5%"', "rate = 0.5", "line 10, /fees/0/fees/1/rate: A percentage up to 100% is wanted"),
        (FEES, 'name = "B"', 'name = "A"', "line 10, /fees/0/fees/1/name: There are two fees named 'A'"),
        (FEES, "lives = { EE = 2 }", "lives = { EX = 2 }", "line 5, /fees/0/lives/EX: Unknown key 'EX'"),
        (FEES, "lives = { EE = 2 }", "members = { EE = 2 }\nlives = { EE = 3 }", "fewer members than lives"),
        (FEES, 'name = "ann"', 'name = "ann", teir = "EE"', "line 6, /fees/0/people/0/teir: Unknown key"),
        (FEES, "paid = 5", "payed = 5", "line 7, /fees/0/claims/0/payed"),
        (FEES, "paid = 5", 'paid = "5O"', "line 7, /fees/0/claims/0/paid: An amount is wanted"),
        (FEES, "month = 2026-03-01", "", "/fees/0/month: The key 'month' is missing"),
        (FEES, "paid = 5 }]", 'paid = 5 }]\nplace = "Ontario"', "line 8, /fees/0/place: A province or state"),
        (FEES, 'expect = { fees = "15.25" }', "expect = { feees = 15 }", "line 12, /fees/0/expect/feees"),
        (
            FEES,
            "paid = 5 }]",
            "paid = 5 }]\ncredits = [{ name = 'A', amount = 0 }]",
            "/fees/0/credits/0/amount: A credit is ab",
        ),
        (
            FEES,
            "paid = 5 }]",
            "paid = 5 }]\npremium_rates = [{ name = 'A' }]",
            "/fees/0/premium_rates/0/rates: The key",
        ),
        (FEES, "paid = 5 }]", "paid = 5, place = 'Quebec' }]", "line 7, /fees/0/claims/0/place: A province or state"),
        (TAX, 'place = "ON"', "", "Either place with on, or taxes are wanted"),
        (TAX, 'place = "ON"', 'places = [{ place = "ON" }]', "/tax/0/places/0/lives: The key 'lives' is missing"),
        (TAX, "on = 2026-03-01", "on = 2009-03-01", "The taxes of ON on 2009-03-01 are not known"),
        (TAX, "fee = 5", 'fee = "five"', "line 6, /tax/0/fee: An amount is wanted"),
        (
            TAX,
            'place = "ON"\non = 2026-03-01',
            'taxes = [{ name = "A", on = "fees", rate = "5%" }]',
            "/tax/0/taxes/0/on",
        ),
        (CALENDAR, "month = 2026-03-01", "", "Either month or changed_on is wanted"),
        (CALENDAR, "day = 15", "day = 32", "line 5, /invoice_calendar/0/due/day"),
        (CALENDAR, "day = 15", "day = 5, months_before = 1, months_after = 1", "/due/months_after: Either"),
        (
            RENEWAL,
            'target_loss_ratio = "80%"',
            "target_loss_ratio = 80",
            "line 6, /renewal/0/target_loss_ratio: A perc",
        ),
        (RENEWAL, 'target_loss_ratio = "80%"', 'target_loss_ratio = "0%"', "target loss ratio must be above nothing"),
        (RENEWAL, "[[5, 5], [5]]", "[[5], [5]]", "No month is complete after 1 months"),
        (RENEWAL, "[[5, 5], [5]]", '[["x", 5], [5]]', "line 8, /renewal/0/completion/months/0/0: An amount"),
        (RENEWAL, "months = 12", "month = 12", "/renewal/0/trend/experience"),
        (RENEWAL, "premium = 100", "premium = 100\nmanaul = 1", "line 6, /renewal/0/manaul: Unknown key"),
    ],
)
def test_a_fault_is_told_with_its_line_and_place(text: str, right: str, wrong: str, told: str) -> None:
    assert right in text
    with pytest.raises(CaseError) as refusal:
        read_cases("f.toml", text.replace(right, wrong, 1), str)
    assert refusal.value.where == "f.toml"
    assert told in refusal.value.message
