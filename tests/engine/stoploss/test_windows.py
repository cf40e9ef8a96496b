"""Incurred in one window, paid in the other: first, last and next day; labels only propose."""

from datetime import date

import pytest

from tests.engine.stoploss.contracts import YEAR, amount, contract, specific
from tpa.engine.stoploss.contract_read import parse_contract
from tpa.engine.stoploss.exposure import exposure
from tpa.engine.stoploss.windows import propose_windows, reason_left_out, unusual
from tpa.kernel.document import DocumentError
from tpa.kernel.errors import DomainError
from tpa.kernel.periods import Span

POLICY = Span(date(2026, 1, 1), date(2027, 1, 1))


@pytest.mark.parametrize(
    ("incurred_on", "paid_on", "reason"),
    [
        (date(2025, 12, 31), date(2026, 2, 1), "incurred_before"),
        (date(2026, 1, 1), date(2026, 1, 1), ""),
        (date(2026, 12, 31), date(2027, 1, 5), ""),
        (date(2027, 1, 1), date(2027, 1, 5), "incurred_after"),
        (date(2026, 1, 1), date(2025, 12, 31), "paid_before"),
        (date(2026, 12, 1), date(2027, 3, 31), ""),
        (date(2026, 12, 1), date(2027, 4, 1), "paid_after"),
        (date(2026, 12, 1), None, "not_paid"),
    ],
)
def test_first_last_and_next_day_of_both_windows(incurred_on, paid_on, reason):
    one = amount(1, 1, 100, incurred_on, paid_on=paid_on)
    assert reason_left_out(contract(specific=specific(1)), one) == reason


@pytest.mark.parametrize(("paid_on", "covered"), [(date(2026, 12, 31), 50_000), (date(2027, 1, 1), 0)])
def test_case_082_twelve_twelve(paid_on, covered):
    """Incurred in March, to be paid by 31 December of the same year; paid later it is not covered."""
    terms = parse_contract({"policy": YEAR, "incurred": YEAR, "paid": YEAR, "specific": specific(0)})
    late = amount(1, 1, 50_000, date(2026, 3, 10), paid_on=paid_on)
    found = exposure(terms, [late], [], date(2027, 6, 1))
    assert found.specific.reimbursable_cents == covered
    assert [one.reason for one in found.left_out] == ([] if covered else ["paid_after"])


@pytest.mark.parametrize(
    ("label", "incurred_from", "paid_to"),
    [
        ("12/12", date(2026, 1, 1), date(2027, 1, 1)),
        ("12/15", date(2026, 1, 1), date(2027, 4, 1)),
        ("12/18", date(2026, 1, 1), date(2027, 7, 1)),
        ("12/24", date(2026, 1, 1), date(2028, 1, 1)),
        ("15/12", date(2025, 10, 1), date(2027, 1, 1)),
        ("24/12", date(2025, 1, 1), date(2027, 1, 1)),
    ],
)
def test_a_label_proposes_its_usual_windows(label, incurred_from, paid_to):
    assert propose_windows(label, POLICY) == (
        Span(incurred_from, POLICY.ends_before),
        Span(POLICY.starts_on, paid_to),
    )


def test_a_label_never_stands_for_windows_but_says_what_they_usually_are():
    document = {"policy": YEAR, "label": "12/15", "specific": specific(0)}
    with pytest.raises(DocumentError, match="The key 'incurred' is missing") as refusal:
        parse_contract(document)
    proposed = "12/15 usually means incurred 2026-01-01 to 2026-12-31, paid 2026-01-01 to 2027-03-31"
    assert (refusal.value.where, refusal.value.remedy) == ("/incurred", f"{proposed}: enter what the contract says.")
    as_the_carrier_words_it = parse_contract(document | {"incurred": YEAR, "paid": YEAR})
    assert unusual(as_the_carrier_words_it) == f"{proposed}; the dates that were entered hold."
    assert unusual(contract(specific=specific(0))) == ""
    assert unusual(as_the_carrier_words_it._replace(label="paid")) == ""


@pytest.mark.parametrize("label", ["paid", "12", "9/12", "12/25", "11/12", "", "12/12 "])
def test_a_label_that_says_nothing_certain_is_refused(label):
    with pytest.raises(DomainError, match="nothing certain"):
        propose_windows(label, POLICY)
