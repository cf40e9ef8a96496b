"""Who discloses: at the law's least amount, of one plan, direct and indirect together."""

from datetime import date

import pytest

from tpa.engine.billing.disclosure import Paid, disclosures
from tpa.engine.statute import MissingValueError

DAY = date(2026, 12, 31)


@pytest.mark.parametrize(("more", "due"), [(-1, False), (0, True), (1, True)])
def test_at_the_least_amount(more: int, due: bool) -> None:
    paid = [
        Paid(1, "North", "commission", "Broker", 60_000),
        Paid(1, "North", "commission", "Broker", -10_000),
        Paid(1, "North", "bonus", "Growth", 50_000 + more),
        Paid(2, "North", "commission", "Broker", 99_999),
    ]
    first, other = disclosures(paid, DAY)
    assert (first.direct_cents, first.indirect_cents, first.total_cents) == (50_000, 50_000 + more, 100_000 + more)
    assert (first.to_be_disclosed, other.to_be_disclosed) == (due, False)
    assert first.by_fee == {("Broker", "commission"): 50_000, ("Growth", "bonus"): 50_000 + more}


def test_before_the_law_there_is_no_amount() -> None:
    with pytest.raises(MissingValueError):
        disclosures([], date(2021, 12, 26))
