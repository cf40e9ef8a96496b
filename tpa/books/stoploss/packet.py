"""The packet of a filing: form, lines, proof of eligibility and of coordination, checklist. Plain JSON, made once.

What the carrier asks for and is not in the books is listed as missing, so that somebody can get it in time.
"""

import csv
import hashlib
import json
from collections.abc import Iterable
from datetime import date
from io import StringIO
from typing import Any

from tpa.books.agreements.selectors import StopLossInForce
from tpa.books.claims.models import Claim, Decision
from tpa.books.members import selectors as members
from tpa.books.members.models import Family, Member
from tpa.books.payments.models import ClaimPayment
from tpa.books.stoploss.models import Filing, Transfer
from tpa.engine.stoploss.aggregate import Attachment
from tpa.engine.stoploss.contract import Contract
from tpa.engine.stoploss.exposure import AggregateExposure, Exposure
from tpa.engine.stoploss.specific import Part, Unit
from tpa.infra.pdf import render
from tpa.kernel.ids import public_id
from tpa.kernel.money import format_amount
from tpa.kernel.periods import FOREVER

COLUMNS = (
    "decision",
    "claim",
    "line",
    "service_on",
    "provider",
    "charge",
    "paid",
    "paid_on",
    "payment",
    "eligible",
    "excess",
    "requested",
)
"""What a line of a specific packet holds; amounts as decimal texts."""

_ACCIDENT = ("S", "T", "V", "W", "X", "Y")
"""Chapters of ICD-10 that tell an injury or its cause."""


def specific_packet(
    employer_id: int, contract: StopLossInForce, exposure: Exposure, unit: Unit, *, ahead: bool = False
) -> dict[str, Any]:
    """Everything of one unit. `exposure` names every decision; `ahead`: some of them wait for the carrier's money."""
    people = _people(contract.terms, unit.unit_id)
    claims, payments = _claims_of(unit.parts)
    lines = [_line(employer_id, part, claims, payments) for part in unit.parts]
    known = {part.decision_id for part in unit.parts}
    of_them = set(Decision.objects.filter(member_id__in=[one.pk for one in people]).values_list("pk", flat=True))
    ineligible = [
        {"line": one.line, "amount": format_amount(one.cents), "reason": one.reason}
        for one in exposure.left_out
        if one.decision_id in of_them - known or (one.decision_id in known and one.reason == "run_in")
    ]
    eligibility = [_eligibility(employer_id, person) for person in people]
    coordination = [row for person in people for row in _coordination(employer_id, person)]
    carried = _carried(employer_id, contract.contract_id, people, exposure.as_of) if unit.carried_cents else []
    checklist = _checklist(lines, claims.values(), eligibility, coordination, ahead=ahead)
    return {
        "lines": lines,
        "ineligible": ineligible,
        "eligibility": eligibility,
        "coordination": coordination,
        "carried": carried,
        "checklist": [*checklist, *(_proof_of(one) for one in carried)],
        "deductible": format_amount(unit.deductible_cents or 0),
        "lasered": unit.lasered,
    }


def aggregate_packet(contract: Contract, cover: AggregateExposure, units: Iterable[Unit]) -> dict[str, Any]:
    """The register of the group: what counts by month and line, the lives and the attachment, the specific list."""
    by_month: dict[str, dict[str, int]] = {}
    for one in cover.counted:
        month = by_month.setdefault(f"{one.paid_on:%Y-%m}", {})
        month[one.line] = month.get(one.line, 0) + one.cents
    return {
        "months": [
            {"month": month, "line": line, "counted": format_amount(cents)}
            for month in sorted(by_month)
            for line, cents in sorted(by_month[month].items())
        ],
        "attachment": _attachment(cover.attachment),
        "specific": [
            {"unit": unit.unit_id, "eligible": format_amount(unit.eligible_cents), "reimbursed": format_amount(cents)}
            for unit in units
            if (cents := unit.reimbursable_cents)
        ],
        "lines": [],
        "checklist": [
            item("Register of what was paid, with voids and refunds", True),
            item("Enrolment by month and tier", bool(cover.attachment.months)),
            item("Calculation of the attachment point", True),
            item("List of specific claims", True),
            item("Bank statements: first, last and the one after", False),
        ],
    }


def _attachment(found: Attachment) -> dict[str, Any]:
    return {
        "months": [
            {"month": f"{one.month:%Y-%m}", "lives": one.lives_count, "attachment": format_amount(one.attachment_cents)}
            for one in found.months
        ],
        "minimum": format_amount(found.minimum_cents),
        "terminal": format_amount(found.terminal_cents),
        "annual": format_amount(found.annual_cents),
    }


def _people(contract: Contract, unit_id: int) -> list[Member]:
    found = members.members()
    is_person = contract.specific is not None and contract.specific.unit == "person"
    return list(found.filter(pk=unit_id) if is_person else found.filter(family_id=unit_id).order_by("pk"))


def _claims_of(parts: Iterable[Part]) -> tuple[dict[int, Claim], dict[int, ClaimPayment]]:
    """Decision id -> its claim, and its payment. Three queries."""
    ids = {part.decision_id for part in parts if part.decision_id}
    of = dict(Decision.objects.filter(pk__in=ids).values_list("pk", "claim_id"))
    claims = Claim.objects.in_bulk(set(of.values()))
    issued = ClaimPayment.objects.filter(decision_id__in=ids, issued_on__isnull=False, voided_on=None)
    payments = {one.decision_id: one for one in issued.select_related("payment")}
    return {key: claims[claim_id] for key, claim_id in of.items() if claim_id in claims}, payments


def _line(employer_id: int, part: Part, claims: dict[int, Claim], payments: dict[int, ClaimPayment]) -> dict[str, Any]:
    claim, payment = claims.get(part.decision_id), payments.get(part.decision_id)
    return {
        "decision": public_id("dec", employer_id, part.decision_id) if part.decision_id else "",
        "claim": public_id("clm", employer_id, claim.pk) if claim else "",
        "line": part.line,
        "service_on": claim.service_on.isoformat() if claim else "",
        "provider": claim.provider_name if claim else "",
        "diagnoses": list(claim.diagnoses) if claim else [],
        "charge": format_amount(claim.charge_cents) if claim else "",
        "paid": format_amount(payment.amount_cents) if payment else "",
        "paid_on": part.paid_on.isoformat(),
        "payment": _payment(employer_id, payment) if payment else "",
        "eligible": format_amount(part.eligible_cents),
        "excess": format_amount(part.excess_cents),
        "requested": format_amount(part.reimbursable_cents),
    }


def _payment(employer_id: int, found: ClaimPayment) -> str:
    """How it was paid: the check or trace, or the payment's id."""
    return found.payment.number or public_id("pay", employer_id, found.payment_id)


def _eligibility(employer_id: int, person: Member) -> dict[str, Any]:
    spans = members.coverage_known().filter(member=person).order_by("line", "starts_on")
    return {
        "member": public_id("mem", employer_id, person.pk),
        "name": f"{person.first_name} {person.last_name}".strip(),
        "born_on": person.birth_on.isoformat(),
        "relationship": person.relationship,
        "subscriber_number": Family.objects.values_list("subscriber_number", flat=True).get(pk=person.family_id),
        "coverages": [
            {
                "line": span.line,
                "starts_on": span.starts_on.isoformat(),
                "ends_before": "" if span.ends_before == FOREVER else span.ends_before.isoformat(),
            }
            for span in spans
        ],
    }


def _coordination(employer_id: int, person: Member) -> list[dict[str, str]]:
    return [
        {"member": public_id("mem", employer_id, person.pk), "name": one.name, "kind": one.kind, "line": one.line}
        for one in members.other_coverages(person.pk)
    ]


def _carried(employer_id: int, contract_id: int, people: Iterable[Member], as_of: date) -> list[dict[str, str]]:
    """What was told of each person by other groups, with where it is proven."""
    rows = Transfer.objects.filter(
        contract_id=contract_id, member_id__in=[one.pk for one in people], known_on__lte=as_of
    ).order_by("id")
    return [
        {
            "member": public_id("mem", employer_id, row.member_id),
            "from_group": row.from_group,
            "amount": format_amount(row.cents),
            "as_of": row.as_of.isoformat(),
            "document": row.document,
            "reference": row.reference,
        }
        for row in rows
    ]


def _proof_of(carried: dict[str, str]) -> dict[str, Any]:
    """The other group's own paper is kept outside the books."""
    proof = f"{carried['document']}, {carried['reference']}"
    return item(f"Proof of what {carried['from_group']} has paid", False, proof)


def item(what: str, is_there: bool, note: str = "") -> dict[str, Any]:
    """A line of the checklist."""
    return {"what": what, "there": is_there, "note": note}


def _checklist(
    lines: list[dict[str, Any]],
    claims: Iterable[Claim],
    eligibility: list[dict[str, Any]],
    others: list[dict[str, str]],
    *,
    ahead: bool,
) -> list[dict[str, Any]]:
    unpaid = [one["decision"] for one in lines if one["decision"] and not one["payment"] and one["requested"][0] != "-"]
    unexplained = sorted({one["decision"] for one in lines if one["decision"] and not one["claim"]})
    injured = [one for one in claims if any(code.startswith(_ACCIDENT) for code in one.diagnoses)]
    no_cause = [one for one in injured if one.accident_on is None]
    return [
        item("Form with the contract's and the person's data", True),
        item("Eligible lines with what each adds", bool(lines)),
        item("Decisions that wait for this money", bool(unpaid), f"{len(unpaid)} lines")
        if ahead
        else item("Proof of payment of every line", not unpaid, ", ".join(unpaid[:5])),
        item("Explanation of benefits of every claim", not unexplained, ", ".join(unexplained[:5])),
        item("Proof of eligibility", all(one["coverages"] for one in eligibility) and bool(eligibility)),
        item(
            "Other coverage",
            bool(others),
            "" if others else "Nothing is recorded: get the member's statement that there is none.",
        ),
        item("Day and cause of the accident", not no_cause, f"{len(no_cause)} claims" if no_cause else ""),
        item("Itemised bills and dated correspondence", False, "Kept outside the books: add them."),
    ]


def digest(document: dict[str, Any]) -> str:
    """SHA-256 of the packet as JSON."""
    return hashlib.sha256(packet_json(document)).hexdigest()


def packet_json(document: dict[str, Any]) -> bytes:
    """The packet as JSON: the same bytes for ever."""
    return json.dumps(document, indent=2, sort_keys=True, ensure_ascii=False).encode() + b"\n"


def packet_csv(filing: Filing) -> str:
    """The packet's lines as CSV; of an aggregate its months. Texts that a spreadsheet would compute are quoted."""
    rows: list[dict[str, Any]] = filing.document["lines"] or filing.document.get("months", [])
    columns = COLUMNS if filing.document["lines"] else ("month", "line", "counted")
    text = StringIO()
    writer = csv.writer(text)
    writer.writerow(columns)
    writer.writerows([_plain(row[column]) for column in columns] for row in rows)
    return text.getvalue()


def _plain(value: Any) -> str:
    text = str(value)
    is_amount = text.replace("-", "", 1).replace(".", "", 1).isdigit()
    return f"'{text}" if text[:1] in "=+-@" and not is_amount else text


def packet_pdf(filing: Filing) -> bytes:
    """The packet as a tagged PDF; the same filing gives the same bytes for ever."""
    return render("stop_loss_filing", {**filing.document, "digest": filing.digest})
