"""The employer's statement of account on a day as files: on paper, as a table, as data. The same account, the same bytes."""

import csv
import io
import json
from collections.abc import Callable
from datetime import date
from typing import Any

from django.conf import settings

from tenants.models import Employer
from tpa.books.funding.account import Entry, Statement, statement
from tpa.books.funding.document import amount
from tpa.infra import pdf
from tpa.kernel.errors import NotFoundError
from tpa.kernel.money import format_amount
from tpa.workflows.eligibility_load_csv import safe_cell

COLUMNS = ("on", "what", "reference", "amount", "balance", "pays")
AGES = {
    "current": "Not late", "30": "1 to 30 days late", "60": "31 to 60 days late", "90": "61 to 90 days late",
    "over_90": "Over 90 days late",
}  # fmt: skip


def statement_file(*, employer: Employer, as_of: date, name: str) -> tuple[str, bytes]:
    """(file name to save it by, content) of one of STATEMENT_FILES. Raises NotFoundError."""
    if name not in STATEMENT_FILES:
        raise NotFoundError("There is no such file.", remedy=f"One of {', '.join(STATEMENT_FILES)}.")
    return f"{employer.code}-{as_of}-{name}", STATEMENT_FILES[name](employer, statement(as_of))


def _pays(found: Statement, entry: Entry, shown: Callable[[int], str]) -> str:
    parts = found.paid.get(entry.source_id, []) if entry.kind == "payment" else []
    return ", ".join(f"{number} {shown(cents)}" for number, cents in parts)


def _csv(_: Employer, found: Statement) -> bytes:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    for one in found.entries:
        figures = format_amount(one.cents), format_amount(one.balance_cents)
        pays = safe_cell(_pays(found, one, format_amount))
        writer.writerow((one.on, one.kind, safe_cell(one.reference), *figures, pays))
    return text.getvalue().encode()


def _json(employer: Employer, found: Statement) -> bytes:
    document = {
        "employer": employer.code,
        "as_of": found.as_of.isoformat(),
        "balance_cents": found.balance_cents,
        "ahead_cents": found.receivables.ahead_cents,
        "aging_cents": found.aging_cents,
        "open_cents": {one.number: one.cents for one in found.open},
        "entries": [
            {"on": one.on.isoformat(), "kind": one.kind, "reference": one.reference, "cents": one.cents,
             "balance_cents": one.balance_cents, "pays": dict(found.paid.get(one.source_id, []))
             if one.kind == "payment" else {}}
            for one in found.entries
        ],
    }  # fmt: skip
    return json.dumps(document, indent=1, sort_keys=True, ensure_ascii=False).encode() + b"\n"


def _paper(employer: Employer, found: Statement) -> bytes:
    ahead = found.receivables.ahead_cents
    document: dict[str, Any] = {
        "title": f"Statement of account, {employer.name}, {found.as_of}",
        "administrator": settings.TPA_NAME,
        "employer": employer.name,
        "as_of": _day(found.as_of),
        "currency": employer.currency,
        "balance": amount(found.balance_cents),
        "ahead": amount(ahead) if ahead else "",
        "aging": [{"label": AGES[age], "amount": amount(cents)} for age, cents in found.aging_cents.items()],
        "open": [{"number": one.number, "amount": amount(one.cents)} for one in found.open],
        "entries": [
            {"on": one.on.isoformat(), "what": one.kind.capitalize(), "reference": one.reference,
             "pays": _pays(found, one, amount), "amount": amount(one.cents), "balance": amount(one.balance_cents)}
            for one in found.entries
        ],
    }  # fmt: skip
    return pdf.render("statement", document)


def _day(day: date) -> str:
    return f"{day.day} {day:%B %Y}"


STATEMENT_FILES: dict[str, Callable[[Employer, Statement], bytes]] = {
    "statement.pdf": _paper,
    "statement.csv": _csv,
    "statement.json": _json,
}
"""Name -> what writes it."""
