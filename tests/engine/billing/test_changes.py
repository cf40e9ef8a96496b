"""Why an invoice differs from the one before: causes that add up to the difference."""

from datetime import date

import pytest

from tests.engine.billing.test_fees import census_of
from tpa.engine.billing.activity import Activity, ClaimRow, claims_by_line
from tpa.engine.billing.changes import changes
from tpa.engine.billing.invoice import CreditDue, Invoice, InvoiceFacts, PastMonth, compose_invoice
from tpa.engine.billing.schedule import parse_fees

JANUARY, FEBRUARY = date(2026, 1, 1), date(2026, 2, 1)


def month(on: date, lives: int, rate: int, claims: int = 0, **more: object) -> Invoice:
    fees = parse_fees(
        [
            ("pepm", "Administration", {"rates_cents": {"ALL": rate}}),
            ("per_claim", "Claim handling", {"rate_cents": 500}),
            ("percent_of_claims", "Care", {"rate_bp": 100}),
        ]
    )
    rows = (ClaimRow("medical", claims, claims * 10_000),) if claims else ()
    facts = InvoiceFacts(census_of(on, EE=lives), fees, activity=Activity(rows), claims=claims_by_line(rows))
    return compose_invoice(facts._replace(**more))


def told(before: Invoice, now: Invoice) -> list[tuple[str, int, str]]:
    found = changes(before.lines, now.lines)
    assert sum(one.cents for one in found) == now.total_cents - before.total_cents
    return [(one.cause, one.cents, one.sentence) for one in found]


def test_nothing_has_changed() -> None:
    assert told(month(JANUARY, 5, 3_000, 2), month(FEBRUARY, 5, 3_000, 2)) == []


def test_heads_and_rate_are_told_apart() -> None:
    assert told(month(JANUARY, 5, 3_000), month(FEBRUARY, 7, 3_200)) == [
        ("headcount", 6_000, "Administration, EE: 2 lives more: +60.00."),
        ("rate", 1_400, "Administration, EE: the rate is 32.00 after 30.00: +14.00."),
    ]


def test_usage_moves_claims_and_what_is_reckoned_on_them() -> None:
    assert told(month(JANUARY, 5, 3_000, 3), month(FEBRUARY, 5, 3_000, 2)) == [
        ("usage", -10_000, "Claims, medical: 2 claims after 3 claims: -100.00."),
        ("usage", -500, "Claim handling: 1 fewer: -5.00."),
        ("usage", -100, "Care: 1 % of 200.00 paid after 1 % of 300.00 paid: -1.00."),
    ]


def test_lines_that_come_and_go_corrections_and_credits() -> None:
    fees = parse_fees([("pepm", "Administration", {"rates_cents": {"ALL": 3_000}})])
    corrected = PastMonth(fees, (), census_of(JANUARY, EE=5), census_of(JANUARY, EE=4))
    now = month(FEBRUARY, 4, 3_000, 1, past=[corrected], credits=[CreditDue("refund", "Back", 700, FEBRUARY)])
    assert told(month(JANUARY, 5, 3_000), now) == [
        ("new", 10_000, "Claims, medical is new: +100.00."),
        ("headcount", -3_000, "Administration, EE: 1 lives fewer: -30.00."),
        ("retro", -3_000, "This invoice corrects January 2026 by -30.00."),
        ("credit", -700, "Credits are 7.00 after 0.00: -7.00."),
        ("new", 500, "Claim handling is new: +5.00."),
        ("new", 100, "Care is new: +1.00."),
    ]
    after = month(date(2026, 3, 1), 4, 3_000)
    assert ("retro", 3_000, "The invoice before corrected January 2026 by -30.00, which does not come again.") in told(
        now, after
    )
    assert ("ended", -10_000, "Claims, medical is no more: -100.00.") in told(now, after)


@pytest.mark.parametrize("lives", [0, 1, 9])
@pytest.mark.parametrize("claims", [0, 1, 4])
def test_the_causes_always_add_up(lives: int, claims: int) -> None:
    told(month(JANUARY, 3, 2_999, 2), month(FEBRUARY, lives, 3_001, claims))
