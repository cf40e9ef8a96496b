"""What the plan paid, as a stop-loss contract looks at it: one pass over decisions and payments, whatever their number.

Set-based across two lower books, which their selectors could not be: a row here is a decision, a line of coverage and
its payment at once.
"""

from datetime import date
from typing import Any

from django.db import connection

from tpa.books.agreements.selectors import StopLossInForce
from tpa.books.stoploss.models import Offset, Transfer
from tpa.engine.stoploss.contract import Contract
from tpa.engine.stoploss.windows import CARRIED, About, Amount
from tpa.kernel.coverage import FUND_LINES
from tpa.kernel.periods import FOREVER, Span

SUBROGATION = "subrogation"

# A reversal carries the payment date of the version that it takes back, so that it lowers the period in which that was
# paid. A payment issued after the day asked for had not left yet. Claims incurred before the contract are read as far
# as they came up in it: the exposure says of them why they are left out.
_LINES = """
SELECT d.id AS decision_id, d.claim_id, d.member_id, d.family_id, {line} AS line, l.service_on,
       CASE WHEN p.issued_on <= %(as_of)s THEN p.issued_on END AS paid_on, sum(l.paid_cents)::bigint AS cents,
       d.decided_on{columns}
FROM claims_decision d
JOIN claims_decisionline l ON l.decision_id = d.id
LEFT JOIN claims_decision taken_back
       ON d.outcome = 'reversed' AND taken_back.claim_id = d.claim_id AND taken_back.version = d.version - 1
LEFT JOIN payments_claimpayment p ON p.decision_id = coalesce(taken_back.id, d.id)
       AND (p.voided_on IS NULL OR p.voided_on > %(as_of)s) AND p.issued_on IS NOT NULL
{joins}
WHERE l.paid_cents <> 0 AND {line} = ANY(%(lines)s) AND d.decided_on <= %(as_of)s
  AND (%(family_id)s::bigint IS NULL OR d.family_id = %(family_id)s)
  AND l.service_on < %(incurred_before)s AND (l.service_on >= %(incurred_from)s OR d.decided_on >= %(policy_from)s)
GROUP BY d.id, d.claim_id, d.member_id, d.family_id, {line}, l.service_on, p.issued_on, d.decided_on{columns}"""

# What a decision says that a line counts as; else its line of coverage.
_CLASS = "coalesce(nullif(l.stop_loss, ''), l.line_of_coverage)"
_PLAIN_LINES = _LINES.format(line=_CLASS, columns="", joins="")

# Where a term depends on treatments or diagnoses each line comes with its own.
_LINES_AND_SERVICES = _LINES.format(
    line=_CLASS,
    columns=", coalesce(s.procedure, ''), coalesce(s.revenue_code, ''), coalesce(s.diagnoses || c.diagnoses, '{}')",
    joins="""LEFT JOIN claims_claim c ON c.id = d.claim_id
LEFT JOIN claims_claimline s ON s.claim_id = d.claim_id AND s.number = l.number""",
)

# Who is far below every deductible needs no order and no names of decisions: one row for each line of coverage, month
# and side of the windows says the same. `unit` is a column of _LINES.
_CONDENSED = """
WITH line AS ({lines}), weighed AS (
    SELECT *, coalesce(sum(greatest(cents, 0)) OVER (PARTITION BY {unit}) >= %(heavy_cents)s, false) AS heavy FROM line)
SELECT decision_id, claim_id, member_id, family_id, line, service_on, paid_on, cents, decided_on
FROM weighed WHERE heavy
UNION ALL
SELECT 0, 0, member_id, family_id, line, min(service_on), min(paid_on), sum(cents)::bigint, min(decided_on)
FROM weighed WHERE NOT heavy
GROUP BY member_id, family_id, line, service_on < %(incurred_from)s, paid_on < %(paid_from)s,
         paid_on < %(paid_before)s{month}"""
# What a liable third party has paid back, by the line that it was for: it lowers the month in which that was paid.
_RECOVERED = """
SELECT r.decision_id, r.claim_id, r.member_id, r.family_id, r.line, r.service_on,
       (SELECT max(p.issued_on) FROM payments_claimpayment p WHERE p.decision_id = r.decision_id
        AND (p.voided_on IS NULL OR p.voided_on > %(as_of)s) AND p.issued_on <= %(as_of)s), -r.cents, r.received_on
FROM claims_recoveredpart r
WHERE r.received_on <= %(as_of)s AND r.line = ANY(%(lines)s) AND (%(family_id)s::bigint IS NULL OR r.family_id = %(family_id)s)
ORDER BY r.id"""
_BY_MONTH = ", date_trunc('month', paid_on)"
# What was decided after an external review that went against the plan, and what takes that back.
_ORDERED = """
SELECT DISTINCT d.id FROM claims_decision d JOIN claims_appeal a ON a.claim_id = d.claim_id AND d.id > a.decision_id
WHERE a.stage = 'external' AND a.outcome IN ('reversed', 'partly') AND d.decided_on <= %s"""


def amounts(contract: StopLossInForce, as_of: date, family_id: int | None = None) -> list[Amount]:
    """Every decision's amounts by line of coverage and day of service, as far as the contract's covers look at them, and
    what people brought along.

    Of one family, or of all.
    """
    terms = contract.terms
    if terms.looks_at_services:
        paid = [_with_services(row) for row in _read(_LINES_AND_SERVICES, terms, as_of, family_id)]
    else:
        paid = [Amount(*row) for row in _read(_PLAIN_LINES, terms, as_of, family_id)]
    ordered = _ordered(terms, as_of)
    marked = (one._replace(about=one.about._replace(ordered=one.decision_id in ordered)) for one in paid)
    brought = transferred(contract, as_of, family_id)
    return [*(marked if ordered else paid), *offsets(terms, as_of, family_id), *brought]


def _ordered(contract: Contract, as_of: date) -> set[int]:
    """Decisions that an external review ordered; none where the contract does not ask."""
    if not contract.external_review:
        return set()
    with connection.cursor() as cursor:
        cursor.execute(_ORDERED, [as_of])
        return {key for (key,) in cursor.fetchall()}


def any_ordered(as_of: date) -> bool:
    """Whether an external review has ordered any decision by then."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT EXISTS ({_ORDERED})", [as_of])
        return bool(cursor.fetchone()[0])


def transferred(contract: StopLossInForce, as_of: date, family_id: int | None = None) -> list[Amount]:
    """What people brought along from other groups, as known on `as_of`; of one family, or of all. Nothing where the
    contract lets nothing go on.
    """
    if contract.terms.specific is None or contract.terms.specific.transfer == "individual":
        return []
    rows = Transfer.objects.filter(contract_id=contract.contract_id, known_on__lte=as_of)
    if family_id is not None:
        rows = rows.filter(family_id=family_id)
    about = About(kind=CARRIED)
    return [
        Amount(0, 0, row.member_id, row.family_id, "", row.as_of, row.as_of, row.cents, row.known_on, about)
        for row in rows.order_by("id")
    ]


def condensed_amounts(contract: StopLossInForce, as_of: date) -> list[Amount]:
    """The same in fewer rows: units under half of the least deductible are summed, under decision 0.

    An exposure from these has the same figures, and names the decisions of every unit at or above that half. Its months
    are right where the aggregate is accommodated; otherwise nobody computes with them.
    """
    terms = contract.terms
    if transferred(contract, as_of) or terms.needs_every_decision or _ordered(terms, as_of):
        return amounts(contract, as_of)
    unit = "member_id" if terms.specific is None or terms.specific.unit == "person" else "family_id"
    month = _BY_MONTH if terms.aggregate and terms.aggregate.accommodation else ""
    query = _CONDENSED.format(lines=_PLAIN_LINES, unit=unit, month=month)
    return [Amount(*row) for row in _read(query, terms, as_of)] + offsets(terms, as_of)


def amounts_between(incurred: Span, as_of: date) -> list[Amount]:
    """Every line's amounts of service in these days with its codes and diagnoses, all lines of coverage."""
    asked: dict[str, Any] = {
        "lines": list(FUND_LINES),
        "as_of": as_of,
        "family_id": None,
        "incurred_from": incurred.starts_on,
        "incurred_before": incurred.ends_before,
        "policy_from": FOREVER,
    }
    with connection.cursor() as cursor:
        cursor.execute(_LINES_AND_SERVICES, asked)
        return [_with_services(row) for row in cursor.fetchall()]


def _with_services(row: tuple[Any, ...]) -> Amount:
    about = About(codes=tuple(filter(None, row[-3:-1])), diagnoses=tuple(row[-1]))
    return Amount(*row[:-3])._replace(about=about)


def offsets(contract: Contract, as_of: date, family_id: int | None = None) -> list[Amount]:
    """What came back outside the claims' own versions, as known on `as_of`; of one family, or of all."""
    rows = Offset.objects.filter(known_on__lte=as_of, line__in=_lines(contract))
    if family_id is not None:
        rows = rows.filter(family_id=family_id)
    recovered = _read(_RECOVERED, contract, as_of, family_id)
    return [Amount(*row)._replace(about=About(kind=SUBROGATION)) for row in recovered] + [
        Amount(
            0,
            row.claim_id,
            row.member_id,
            row.family_id,
            row.line,
            row.incurred_on,
            row.paid_on,
            -row.cents,
            row.known_on,
            About(kind=row.kind),
        )
        for row in rows.order_by("id")
    ]


def _lines(contract: Contract) -> list[str]:
    covers = [cover for cover in (contract.specific, contract.aggregate) if cover]
    return sorted({line for cover in covers for line in cover.lines})


def _read(query: str, contract: Contract, as_of: date, family_id: int | None = None) -> list[tuple[Any, ...]]:
    contract = contract.widest
    with connection.cursor() as cursor:
        cursor.execute(
            query,
            {
                "lines": _lines(contract),
                "as_of": as_of,
                "family_id": family_id,
                "incurred_from": contract.incurred.starts_on,
                "incurred_before": contract.incurred.ends_before,
                "policy_from": contract.policy.starts_on,
                "paid_from": contract.paid_window.starts_on,
                "paid_before": contract.paid_window.ends_before,
                "heavy_cents": _heavy_cents(contract),
            },
        )
        return cursor.fetchall()


def _heavy_cents(contract: Contract) -> int | None:
    """Half of the least deductible of any unit; None where no unit has one."""
    if contract.specific is None:
        return None
    lasers = [laser.deductible_cents for laser in contract.specific.lasers.values()]
    return min(cents for cents in (contract.specific.deductible_cents, *lasers) if cents is not None) // 2
