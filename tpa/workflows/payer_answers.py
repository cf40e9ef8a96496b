"""What another plan answers to a claim after it came: entered, and the claim that waited for it is decided.

    enter_answer(claim_id=4, payer=OtherPayer("First plan", 80_00), note="EOB of May 3", by="ana@tpa.example")

A claim that is decided already stays as it is: whoever enters the answer shows and applies a correction.
"""

from django.db import transaction

from tpa.books.claims import payer_answers as book
from tpa.books.claims import selectors
from tpa.books.claims.models import PayerAnswer
from tpa.books.members.services import lock_families
from tpa.engine.coordination.answers import OtherPayer
from tpa.infra import clock
from tpa.infra.employers import open_employer
from tpa.kernel.errors import ConflictError, DomainError
from tpa.workflows.wake_ups import wake


class AnswerError(DomainError):
    """This is no answer to the claim."""

    code = "payer_answer"


@transaction.atomic
def enter_answer(*, claim_id: int, payer: OtherPayer, note: str, by: str) -> PayerAnswer:
    """Keep what another plan has done with a claim; what waits for it is decided by itself.

    Raises NotFoundError, AnswerError for an answer that does not fit the claim, ConflictError where the claim was
    replaced or taken back.
    """
    employer = open_employer()
    found, standing = selectors.claim_with_standing(claim_id)
    if standing.state == "closed":
        raise ConflictError(
            "The claim was replaced or taken back.", remedy="Enter the answer to the claim that stands."
        )
    _check(found.charge_cents, {line.number for line in selectors.lines(claim_id)}, payer)
    lock_families(family_ids=[found.family_id])
    row = book.record_answer(claim_id=claim_id, payer=payer, note=note.strip(), at=clock.now(), by=by)
    wake("resolve_pends", employer_id=employer.pk)
    return row


def _check(charge_cents: int, numbers: set[int], payer: OtherPayer) -> None:
    if not payer.name.strip():
        raise AnswerError("An answer names its payer.", where="/payer/name")
    if payer.paid_cents is None:
        raise AnswerError("An answer says what was paid, zero included.", where="/payer/paid_cents")
    if payer.paid_cents > charge_cents:
        raise AnswerError("It paid more than the claim's charge.", where="/payer/paid_cents")
    for n, line in enumerate(payer.lines):
        if line.number not in numbers:
            raise AnswerError(f"The claim has no line {line.number}.", where=f"/payer/lines/{n}/number")
    if payer.lines and sum(line.paid_cents for line in payer.lines) != payer.paid_cents:
        raise AnswerError("The lines do not add up to what was paid.", where="/payer/paid_cents")
