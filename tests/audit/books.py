"""What an employer's books hold of a period, as cases for the second engine: read from the tables, by plain SQL."""

import json
from collections.abc import Iterator
from typing import Any, NamedTuple

from django.db import connection

Table = dict[str, Any]
_CLAIMS = """
    SELECT c.family_id, c.id, c.member_id, c.received_on, c.provider_tax_id, c.provider_npi, p.specialty, c.form,
        m.tier, c.assigned, d.outcome, d.payee, d.id
    FROM claims_claim c
    JOIN claims_decision d ON d.claim_id = c.id AND d.outcome <> 'reversed'
    LEFT JOIN providers_provider p ON p.npi = c.provider_npi
    LEFT JOIN providers_networkmembership m ON m.provider_id = p.id
        AND c.service_on >= m.starts_on AND c.service_on < m.ends_before
    WHERE c.service_on BETWEEN %s AND %s ORDER BY c.family_id, d.family_seq"""
_LINES = """
    SELECT claim_id, from_on, through_on, charge_cents, procedure, revenue_code, modifiers, diagnoses, place, units_milli
    FROM claims_claimline WHERE claim_id = ANY(%s) ORDER BY claim_id, number"""
_DECIDED = """
    SELECT decision_id, denied, allowed_cents, deductible_cents, copay_cents, coinsurance_cents, paid_cents,
        member_responsibility_cents
    FROM claims_decisionline WHERE decision_id = ANY(%s) ORDER BY decision_id, number"""
_PEOPLE = """
    SELECT m.family_id, m.id, m.relationship, m.birth_on, c.tier, c.starts_on, c.ends_before
    FROM members_member m JOIN members_coverage c ON c.member_id = m.id AND c.superseded_at IS NULL
    WHERE m.family_id = ANY(%s) ORDER BY m.id"""
_PRICES = """
    SELECT r.code, r.amount_cents FROM providers_price r JOIN providers_pricelistversion v ON v.id = r.version_id
    WHERE v.state = 'published'"""
FIGURES = ("denied", "allowed", "deductible", "copay", "coinsurance", "paid", "member")


class Audited(NamedTuple):
    """A family: its case, and what the books say was decided of each claim."""

    family_id: int
    case: Table
    decided: list[Table]


def plan_document() -> Table:
    """The document of the bound employer's only plan version."""
    ((document,),) = _rows("SELECT document FROM plans_planversion WHERE state = 'published'")
    return json.loads(document) if isinstance(document, str) else document


def families(first_on: Any, last_on: Any) -> Iterator[Audited]:
    """Every family with a claim of the period, for an employer with one plan, one price list and one coverage a person."""
    claims = _rows(_CLAIMS, [first_on, last_on])
    lines = _grouped(_rows(_LINES, [[row[1] for row in claims]]))
    decided = _grouped(_rows(_DECIDED, [[row[-1] for row in claims]]))
    people = _grouped(_rows(_PEOPLE, [sorted({row[0] for row in claims})]))
    prices = {code: _amount(cents) for code, cents in _rows(_PRICES)}
    by_family: dict[int, list[Any]] = {}
    for row in claims:
        by_family.setdefault(row[0], []).append(row)
    for family_id, own in by_family.items():
        case = {
            "name": f"family {family_id}",
            "people": [_person(*row) for row in people[family_id]],
            "coverage_tier": people[family_id][0][3],
            "prices": prices,
            "claims": [_claim(row, lines[row[1]]) for row in own],
        }
        answers = [
            {
                "outcome": row[10],
                "payee": row[11],
                "lines": [dict(zip(FIGURES, one, strict=True)) for one in decided[row[12]]],
            }
            for row in own
        ]
        yield Audited(family_id, case, answers)


def _person(key: int, relationship: str, birth_on: Any, tier: str, starts_on: Any, ends_before: Any) -> Table:
    covered = {"starts_on": starts_on, "ends_before": ends_before}
    return {"name": str(key), "relationship": relationship, "birth_on": birth_on, "covered": covered}


def _claim(row: Any, lines: list[Any]) -> Table:
    _, _, member_id, received_on, tax_id, npi, specialty, form, tier, assigned, *_ = row
    claim = {
        "person": str(member_id),
        "on": lines[0][0],
        "received_on": received_on,
        "provider": tax_id or npi,
        "specialty": specialty or "",
        "form": form,
        "assigned": assigned,
        "lines": [_line(*line) for line in lines],
    }
    return claim | ({"network": tier} if tier else {})


def _line(
    on: Any,
    through_on: Any,
    cents: int,
    code: str,
    revenue_code: str,
    modifiers: Any,
    diagnoses: Any,
    place: str,
    milli: int,
) -> Table:
    return {
        "on": on,
        "through_on": through_on,
        "charge": _amount(cents),
        "code": code,
        "revenue_code": revenue_code,
        "modifiers": list(modifiers),
        "diagnoses": list(diagnoses),
        "place": place,
        "units": f"{milli // 1000}.{milli % 1000:03}",
    }


def _amount(cents: int) -> str:
    return f"{cents // 100}.{cents % 100:02}"


def _grouped(rows: list[Any]) -> dict[int, list[Any]]:
    found: dict[int, list[Any]] = {}
    for key, *rest in rows:
        found.setdefault(key, []).append(rest)
    return found


def _rows(statement: str, values: list[Any] | None = None) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return cursor.fetchall()
