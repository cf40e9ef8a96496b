"""The letter by which a claimant is told how his appeal was decided: 29 CFR 2560.503-1(j). On paper, tagged.

Of an external review the review organization tells him itself.
"""

from typing import Any

from django.conf import settings

from tenants.models import Employer
from tpa.books.claims import appeals as book
from tpa.books.claims import selectors as claims
from tpa.books.claims.examining import Appeal
from tpa.books.members import selectors as members
from tpa.infra import pdf
from tpa.kernel.errors import ConflictError
from tpa.kernel.ids import public_id
from tpa.kernel.money import format_amount
from tpa.workflows.eob_rights import after_appeal
from tpa.workflows.eobs import eob, named

SAYS = {
    Appeal.Outcome.UPHELD: "We stay with our decision",
    Appeal.Outcome.PARTLY: "We change a part of our decision",
    Appeal.Outcome.REVERSED: "We change our decision",
}
"""Outcome -> the headline of the letter."""


def letter_paper(*, employer: Employer, appeal_id: int) -> bytes:
    """The PDF of an appeal that the plan has decided. Raises NotFoundError, ConflictError where there is no such decision."""
    row = book.appeal(appeal_id)
    if row.decided_at is None or row.stage == Appeal.Stage.EXTERNAL or row.outcome not in SAYS:
        raise ConflictError(
            "The plan has not decided this appeal.", remedy="The letter tells of a decision of its own."
        )
    claim = claims.claim(row.claim_id)
    told = eob(employer=employer, decision_id=row.decision_id)
    is_adverse = row.outcome != Appeal.Outcome.REVERSED
    document: dict[str, Any] = {
        "title": f"Appeal of claim {told['claim']}",
        "administrator": settings.TPA_NAME,
        "address": settings.TPA_ADDRESS.replace(";", ","),
        "phone": settings.TPA_PHONE,
        "plan": employer.name,
        "currency": employer.currency,
        "on": f"{row.decided_at:%Y-%m-%d}",
        "member": told["member"],
        "lines": list(members.subscriber_addresses([claim.family_id])[claim.family_id].lines),
        "says": SAYS[Appeal.Outcome(row.outcome)],
        "level": row.get_stage_display().lower() if row.levels_count > 1 else "",
        "claim": told["claim"],
        "appeal": public_id("apl", employer.pk, row.pk),
        "received_on": f"{row.received_on:%Y-%m-%d}",
        "service_on": f"{claim.service_on:%Y-%m-%d}",
        "provider": claim.provider_name,
        "charge": format_amount(claim.charge_cents),
        "rationale": row.rationale,
        "reasons": [
            f"Line {line['number']}: {reason['text']} ({named(reason)})"
            for line in told["lines"]
            for reason in line["reasons"]
            if reason["text"]
        ]
        if is_adverse
        else [],
        "rights": after_appeal(told["rights"], is_last=row.stage == Appeal.Stage.SECOND or row.levels_count == 1)
        if is_adverse
        else [],
    }
    return pdf.render("appeal_decision", document)
