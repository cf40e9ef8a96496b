"""When a month's invoice is mailed and due, on which one a change appears, and what late payment means."""

from __future__ import annotations

from collections.abc import Mapping

from tpa.engine.billing.calendar import invoice_dates, month_that_shows, parse_calendar, standing
from tpa.engine.cases.question import Answer, Kind
from tpa.engine.cases.words import Words
from tpa.kernel.document import DocumentError


def solve(row: Words) -> Mapping[str, Answer]:
    """The days of the invoice of `month`, or of the first one that shows a change received on `changed_on`."""
    rules = parse_calendar(row)
    if ("month" in row) == ("changed_on" in row):
        raise DocumentError("Either month or changed_on is wanted.", where=row.at("month"))
    month = row.day("month") if "month" in row else month_that_shows(rules, row.day("changed_on"))
    row.value("month", None)
    row.value("changed_on", None)
    dates = invoice_dates(rules, month)
    answers: dict[str, Answer] = dates._asdict()
    paid_on = row.day("paid_on", None)
    as_of = row.day("as_of", paid_on)
    if as_of is not None:
        answers["standing"] = standing(dates, paid_on, as_of)
    return answers


KIND = Kind("The days of an invoice.", solve)
