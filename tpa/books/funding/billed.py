"""The rows behind an invoice: decisions, recoveries, figures, and what was charged before."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from datetime import date
from typing import Any, NamedTuple

from django.db import connection
from django.db.models import Sum
from django.db.models.fields.json import KT
from django.db.models.functions import Coalesce

from tpa.books.funding.models import Credit, Figure, FundingInvoice, FundingInvoiceLine
from tpa.engine.billing.activity import RECOVERIES, ClaimRow
from tpa.kernel.periods import Span

# A claim counts once, in the line of coverage of its first line; a reversal takes it off again. Denied charges are no
# savings. The network is the plan's tier that decided the claim's first line in that line of coverage.
_ROWS = """
SELECT d.id, d.claim_id, d.decided_on, l.line_of_coverage,
       CASE WHEN min(l.number) = min(min(l.number)) OVER (PARTITION BY d.id)
            THEN CASE d.outcome WHEN 'reversed' THEN -1 ELSE 1 END ELSE 0 END,
       sum(l.paid_cents)::bigint,
       coalesce(sum(l.charge_cents - l.allowed_cents) FILTER (WHERE NOT l.denied), 0)::bigint,
       (array_agg(l.tier ORDER BY l.number))[1], min(l.service_on), b.invoice_id, d.member_id, b.place
FROM claims_decision d JOIN claims_decisionline l ON l.decision_id = d.id
LEFT JOIN funding_billeddecision b ON b.decision_id = d.id
WHERE l.line_of_coverage <> '' AND {where}
GROUP BY d.id, l.line_of_coverage, b.invoice_id, b.place ORDER BY d.id, l.line_of_coverage"""


class DecidedRow(NamedTuple):
    """A decision in one line of coverage, as fees look at it; `invoice_id`, with `place`, where one bills it already."""

    decision_id: int
    claim_id: int
    decided_on: date
    line: str
    claim_count: int
    paid_cents: int
    savings_cents: int
    network: str
    incurred_on: date
    invoice_id: int | None
    member_id: int
    place: str | None

    @property
    def facts(self) -> ClaimRow:
        """What the engine is told of it."""
        return ClaimRow(
            self.line,
            self.claim_count,
            self.paid_cents,
            self.savings_cents,
            self.network,
            self.incurred_on,
            self.decision_id,
        )


def _rows(where: str, arguments: list[Any]) -> list[DecidedRow]:
    with connection.cursor() as cursor:
        cursor.execute(_ROWS.format(where=where), arguments)
        return [DecidedRow(*row) for row in cursor.fetchall()]


def unbilled_decisions(ends_before: date, draft_id: int | None) -> list[DecidedRow]:
    """What was decided before that day and no invoice bills but, perhaps, this draft. One query."""
    return _rows("d.decided_on < %s AND (b.invoice_id IS NULL OR b.invoice_id = %s)", [ends_before, draft_id])


def decisions_of(month: Span) -> list[DecidedRow]:
    """What was decided in a month, billed or not. One query."""
    return _rows("d.decided_on >= %s AND d.decided_on < %s", [month.starts_on, month.ends_before])


def billed_decisions(invoice_ids: Collection[int]) -> dict[int, list[DecidedRow]]:
    """Invoice -> the decisions that it bills. One query."""
    found: dict[int, list[DecidedRow]] = defaultdict(list)
    for row in _rows("b.invoice_id = ANY(%s)", [list(invoice_ids)]) if invoice_ids else []:
        found[row.invoice_id or 0].append(row)
    return found


def recovered(given: Iterable[Credit]) -> dict[str, int]:
    """Kind of recovery -> cents of the credits that give it back to the employer."""
    found: dict[str, int] = defaultdict(int)
    for credit in given:
        if credit.kind in RECOVERIES:
            found[credit.kind] += credit.cents
    return dict(found)


def figures(months: Collection[date]) -> dict[date, dict[str, int]]:
    """Month -> the latest value of each figure that was recorded for it."""
    found: dict[date, dict[str, int]] = defaultdict(dict)
    for month, name, value in (
        Figure.objects.filter(month__in=list(months)).order_by("id").values_list("month", "name", "value")
    ):
        found[month][name] = value
    return found


def fees_charged(before: date) -> dict[date, dict[str, int]]:
    """Month -> fee -> what final invoices charge for it, restated; the fees of months before that day."""
    rows = FundingInvoiceLine.objects.filter(
        invoice__state=FundingInvoice.State.FINAL, kind=FundingInvoiceLine.Kind.FEE, month__lt=before
    )
    found: dict[date, dict[str, int]] = defaultdict(dict)
    named = Coalesce(KT("basis__fee"), KT("basis__now__fee"), KT("basis__billed__fee"))
    for month, name, cents in rows.annotate(fee=named).values_list("month", "fee").annotate(cents=Sum("cents")):
        found[month][name or ""] = cents
    return found


def decisions_in(rows: Iterable[DecidedRow], places: Mapping[int, str]) -> dict[int, str]:
    """Decision -> where its member lives (`places`; nothing where that is not known), of rows."""
    return {row.decision_id: places.get(row.member_id, "") for row in rows}
