"""What a plan's terms are called, and how people write them."""

import pytest

from tpa.engine.plan.terms import units_text


@pytest.mark.parametrize(
    ("milli", "text"),
    [(0, "0"), (1, "0.001"), (1_500, "1.5"), (10_000, "10"), (1_234_567_001, "1234567.001"), (-1_500, "-1.5")],
)
def test_units_are_written_exactly(milli, text):
    assert units_text(milli) == text
