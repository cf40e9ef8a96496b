"""Who is covered on a day, as CSV in the columns that a load reads."""

import csv
import io
from collections.abc import Iterable, Iterator
from datetime import date, datetime

from tpa.books.members import selectors as members
from tpa.kernel.periods import FOREVER, Span
from tpa.workflows.eligibility_load_csv import safe_cell

_PERSON = (
    "member_number", "group_number", "relationship", "last_name", "first_name", "middle_name", "birth_on", "sex",
    "address_1", "address_2", "city", "state", "postal_code", "country",
    "mail_1", "mail_2", "mail_city", "mail_state", "mail_postal_code", "mail_country",
)  # fmt: skip
COLUMNS = ("subscriber_number", *_PERSON, "line", "plan", "tier", "starts_on", "last_on")


def enrolment_csv(day: date, *, known_at: datetime | None = None) -> Iterator[str]:
    """Lines of CSV: a header, then a row for each member and line covered on `day`, as known at `known_at` (None: now).

    Cells that a spreadsheet would run as a formula are made harmless. Memory stays flat.
    """
    yield _line(COLUMNS)
    fields = (
        "member__family__subscriber_number", *(f"member__{name}" for name in _PERSON), "line", "plan__code", "tier",
        "starts_on", "ends_before",
    )  # fmt: skip
    rows = members.coverage_on(day, known_at=known_at).order_by("family_id", "member_id", "line")
    for *cells, starts_on, ends_before in rows.values_list(*fields).iterator():
        last_on = "" if ends_before == FOREVER else Span(starts_on, ends_before).last_day
        yield _line([safe_cell(cell) for cell in (*cells, starts_on, last_on)])


def _line(cells: Iterable[str]) -> str:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerow(cells)
    return text.getvalue()
