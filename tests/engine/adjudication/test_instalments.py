"""The instalments of a treatment: their days, and that they add up to the fee."""

from datetime import date

import pytest

from tpa.engine.adjudication.facts import Treatment
from tpa.engine.adjudication.instalments import first_banded_on, instalments

DAY = date(2026, 1, 31)


@pytest.mark.parametrize("fee_cents", [0, 1, 480_000, 123_457])
@pytest.mark.parametrize(("months", "every", "count"), [(24, 1, 24), (24, 3, 8), (20, 3, 7), (1, 1, 1)])
def test_they_add_up_to_the_fee(fee_cents, months, every, count):
    parts = instalments(fee_cents, months, every, 2500, DAY)
    assert sum(part.cents for part in parts) == fee_cents
    assert [part.number for part in parts] == list(range(count + 1))
    later = [part.cents for part in parts[1:]]
    assert max(later) - min(later) <= 1


def test_they_are_due_on_the_day_of_the_banding_or_the_months_last():
    assert [part.due_on for part in instalments(100, 3, 1, 0, DAY)] == [
        DAY,
        date(2026, 2, 28),
        date(2026, 3, 31),
        date(2026, 4, 30),
    ]


@pytest.mark.parametrize(
    ("treatment", "banded_on"),
    [
        (None, DAY),
        (Treatment(24), DAY),
        (Treatment(24, 24), DAY),
        (Treatment(24, 12), date(2025, 1, 31)),
        (Treatment(24, 30), DAY),
        (Treatment(24, 12, date(2025, 6, 1)), date(2025, 6, 1)),
    ],
)
def test_a_treatment_began_when_the_claim_says(treatment, banded_on):
    assert first_banded_on(DAY, 24, treatment) == banded_on
