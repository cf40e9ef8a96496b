"""The letter by which a claimant is told how his appeal was decided: 29 CFR 2560.503-1(j). On paper, tagged.

Of an external review the review organization tells him itself.
"""

from zoneinfo import ZoneInfo

from tenants.models import Employer
from tpa.books.claims import appeals as book
from tpa.books.claims import selectors as claims
from tpa.books.claims.examining import Appeal
from tpa.kernel.errors import ConflictError
from tpa.kernel.ids import public_id
from tpa.workflows.claimant_letters import claimant_letter
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
    told = eob(employer=employer, decision_id=row.decision_id)
    reasons = [
        f"Line {line['number']}: {reason['text']} ({named(reason)})"
        for line in told["lines"]
        for reason in line["reasons"]
        if reason["text"]
    ]
    is_last = row.stage == Appeal.Stage.SECOND or row.levels_count == 1
    level = f" at the {row.get_stage_display().lower()}" if row.levels_count > 1 else ""
    again, parts = ["The claim is decided again. You get a new explanation of benefits for it."], []
    if row.outcome != Appeal.Outcome.REVERSED:
        again = again if row.outcome == Appeal.Outcome.PARTLY else []
        parts = [
            ("As it was decided, and why", reasons, True),
            ("What you may do", after_appeal(told["rights"], is_last=is_last), False),
        ]
    return claimant_letter(
        employer=employer,
        claim=claims.claim(row.claim_id),
        says=SAYS[Appeal.Outcome(row.outcome)],
        on=row.decided_at.astimezone(ZoneInfo(employer.time_zone)).date(),
        about=f"Your appeal {public_id('apl', employer.pk, row.pk)}{level} of {row.received_on:%Y-%m-%d}, about claim",
        paragraphs=[row.rationale, *again],
        parts=parts,
    )
