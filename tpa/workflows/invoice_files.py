"""An invoice as files, each the same bytes for ever once it is final: the invoice, and the rows that its fees follow from.

`invoice.json` holds everything, the terms of the fees included; `invoice.csv` its lines; `roster.csv` whom it counted;
`claims.csv` the decisions that it bills. How a fee is recomputed from them, docs/invoices.md says.
"""

import csv
import io
import json
from collections.abc import Callable, Iterable
from datetime import date, datetime
from typing import Any

from tenants.models import Employer
from tpa.books.agreements import selectors as agreements
from tpa.books.agreements.models import AsoAgreement
from tpa.books.funding import billed
from tpa.books.funding import selectors as funding
from tpa.books.funding.models import FundingInvoice
from tpa.kernel.errors import NotFoundError
from tpa.kernel.ids import public_id
from tpa.kernel.money import format_amount
from tpa.workflows.eligibility_load_csv import safe_cell

LINE_COLUMNS = ("position", "kind", "code", "month", "description", "quantity", "rate", "amount", "why", "rows")
ROSTER_COLUMNS = ("subscriber", "dependent", "line", "tier", "starts_on", "ends_before")
CLAIM_COLUMNS = (
    "decision", "claim", "decided_on", "line", "claims", "paid", "savings", "network", "incurred_on",
)  # fmt: skip


def invoice_file(*, employer: Employer, invoice_id: int, name: str) -> tuple[str, bytes]:
    """(file name to save it by, content) of one of FILES. Raises NotFoundError. Inside employer_scope."""
    if name not in FILES:
        raise NotFoundError("There is no such file.", remedy=f"One of {', '.join(FILES)}.")
    invoice = funding.invoice(invoice_id)
    return f"{invoice.number}-{name}", FILES[name](employer, invoice).encode()


def _json(employer: Employer, invoice: FundingInvoice) -> str:
    columns = [field.name for field in FundingInvoice._meta.concrete_fields if field.name != "id"]
    document = {name: getattr(invoice, name) for name in columns}
    document |= {
        "id": public_id("inv", employer.pk, invoice.pk),
        "employer": employer.code,
        "agreement": AsoAgreement.objects.get(pk=invoice.agreement_id).number,
        "fees": agreements.fee_documents(invoice.fee_schedule_version_id or 0),
        "lines": [
            {key: getattr(line, key) for key in ("n", *_LINE)} | {"month": line.month} for line in invoice.lines.all()
        ],
    }
    return json.dumps(document, indent=1, sort_keys=True, ensure_ascii=False, default=_plain) + "\n"


_LINE = ("kind", "code", "description", "quantity", "rate", "cents", "basis")


def _plain(value: Any) -> str:
    if isinstance(value, date | datetime):
        return value.isoformat()
    raise TypeError(f"{type(value)} is no part of an invoice")


def _lines(_employer: Employer, invoice: FundingInvoice) -> str:
    rows = (
        (
            line.n,
            line.kind,
            line.code,
            f"{line.month:%Y-%m}",
            line.description,
            line.quantity,
            line.rate,
            format_amount(line.cents),
            line.basis.get("text", ""),
            line.basis.get("rows", ""),
        )
        for line in invoice.lines.all()
    )
    return _csv(LINE_COLUMNS, rows)


def _roster(_employer: Employer, invoice: FundingInvoice) -> str:
    _, enrolments = funding.roster(invoice.pk)
    return _csv(
        ROSTER_COLUMNS,
        ((one.subscriber, one.person or "", one.line, one.tier, one.starts_on, one.ends_before) for one in enrolments),
    )


def _claims(employer: Employer, invoice: FundingInvoice) -> str:
    rows = billed.billed_decisions([invoice.pk])[invoice.pk]
    elsewhere = any(row.place for row in rows)
    return _csv(
        (*CLAIM_COLUMNS, *(["place"] if elsewhere else [])),
        (
            (
                row.decision_id,
                public_id("clm", employer.pk, row.claim_id),
                row.decided_on,
                row.line,
                row.claim_count,
                format_amount(row.paid_cents),
                format_amount(row.savings_cents),
                row.network,
                row.incurred_on,
                *([row.place] if elsewhere else []),
            )
            for row in rows
        ),
    )


def _csv(columns: Iterable[str], rows: Iterable[Iterable[Any]]) -> str:
    """Comma-separated, lines ended by a line feed; a cell that a spreadsheet would run as a formula is made harmless."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(columns)
    for row in rows:
        writer.writerow([safe_cell(cell) if isinstance(cell, str) and not _is_amount(cell) else cell for cell in row])
    return text.getvalue()


def _is_amount(cell: str) -> bool:
    return cell.removeprefix("-").replace(".", "", 1).isdigit()


FILES: dict[str, Callable[[Employer, FundingInvoice], str]] = {
    "invoice.json": _json,
    "invoice.csv": _lines,
    "roster.csv": _roster,
    "claims.csv": _claims,
}
"""Name -> what writes it."""
