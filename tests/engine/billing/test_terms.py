"""When an invoice is due, by the agreement: a day of a month, or days after issue; business days roll."""

from datetime import date

import pytest

from tpa.engine.billing.terms import parse_billing_terms
from tpa.engine.statute.business_days import is_business_day, is_weekday
from tpa.kernel.document import DocumentError

MAY = date(2026, 5, 1)
ISSUED = date(2026, 6, 1)  # a Monday


def due(document, month=MAY, issued_on=ISSUED, rule=is_business_day):
    return parse_billing_terms(document).due_on(month, issued_on, rule)


@pytest.mark.parametrize(
    ("document", "day"),
    [
        ({}, date(2026, 6, 15)),
        ({"due": {"day": 1}}, date(2026, 5, 1)),
        ({"due": {"day": 1, "months_before": 1}}, date(2026, 4, 1)),
        ({"due": {"day": 31, "months_after": 1}}, date(2026, 6, 30)),
        ({"due_days": 0}, ISSUED),
        ({"due_days": 30}, date(2026, 7, 1)),
        ({"due_business_days": 0}, ISSUED),
        # 1 June to the 14th business day after it: the 19th, Juneteenth, is none.
        ({"due_business_days": 13}, date(2026, 6, 18)),
        ({"due_business_days": 14}, date(2026, 6, 22)),
    ],
)
def test_the_due_day(document, day):
    assert due(document) == day


@pytest.mark.parametrize(
    ("roll", "day"), [("stay", date(2026, 7, 3)), ("next", date(2026, 7, 6)), ("previous", date(2026, 7, 2))]
)
def test_independence_day_on_a_saturday_is_kept_on_friday(roll, day):
    terms = {"due": {"day": 3, "months_after": 2}, "roll": roll}
    assert due(terms) == day
    assert due(terms, rule=is_weekday) == date(2026, 7, 3)


@pytest.mark.parametrize(
    ("document", "where"),
    [
        ({"due_days": 30, "due_business_days": 3}, "/due_business_days"),
        ({"due": {"day": 1}, "due_days": 30}, "/due_days"),
        ({"due": {"day": 32}}, "/due/day"),
        ({"due_days": -1}, "/due_days"),
        ({"roll": "sometimes"}, "/roll"),
        ({"alone_up_to_cents": "all"}, "/alone_up_to_cents"),
        ({"first_month": "2026-13"}, "/first_month"),
        ({"first_month": "2026-03-02"}, "/first_month"),
        ({"net": 30}, "/net"),
    ],
)
def test_what_terms_cannot_say(document, where):
    with pytest.raises(DocumentError) as fault:
        parse_billing_terms(document)
    assert fault.value.where == where
