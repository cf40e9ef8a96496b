"""Resolving pends: an examiner clears what a claim waited for, and it is decided again."""

from collections.abc import Sequence

from django.db import transaction

from tpa.books.claims import services
from tpa.books.claims.errors import PendResolved
from tpa.books.claims.models import Pend
from tpa.books.claims.originals import check_original
from tpa.infra import clock
from tpa.infra.employers import open_employer
from tpa.kernel.errors import DomainError, must
from tpa.workflows.claim_clocks import close_pend_items, renew_items
from tpa.workflows.wake_ups import wake

CORRECT = ("replacement", "void")
"""What claims wait for that correct an earlier one."""


QUEUES = ("review", "audit", "eligibility", "plans", "cob", "utilization", "pricing", "subrogation", "adjustments")
"""Among which a person may hand claims over."""


class OriginalNeededError(DomainError):
    """The claim corrects another: which one, a person has to say, or that there is none."""

    code = "pend_original_needed"
    remedy = "Name the claim that it corrects, or say that there is none and it stands by itself."


def release(
    *,
    employer_id: int,
    pend_ids: Sequence[int],
    by_id: int | None,
    note: str,
    corrects: int | None = None,
    stands_alone: bool = False,
) -> int:
    """Let these claims be decided again; returns how many are queued. Raises NotFoundError, PendResolved.

    A claim that corrects another (replacement, void) needs to know which: `corrects` is that claim's key, or
    `stands_alone` says that there is none here; a replacement is then a claim like any other, and a void takes nothing
    back. Raises OriginalNeededError where neither is said, or where the named claim cannot be the one.
    """
    employer = open_employer()
    must(employer.pk == employer_id, "pends are released inside their employer's scope")
    with transaction.atomic():
        for pend in Pend.objects.filter(pk__in=list(pend_ids)):
            check_release(employer_id, pend, corrects, stands_alone)
        queued = services.release_pends(
            pend_ids=pend_ids,
            by_id=by_id,
            note=note,
            now=clock.now(),
            today=clock.today(employer.time_zone),
            original_id=corrects,
        )
        claim_ids = Pend.objects.filter(pk__in=list(pend_ids)).values_list("claim_id", flat=True)
        close_pend_items(claim_ids)
        wake("decide_claims", employer_id=employer_id)
        return queued


def check_release(employer_id: int, pend: Pend, corrects: int | None, stands_alone: bool) -> None:
    """Whether a pend may be let go so. Raises OriginalNeededError, PendResolved."""
    if pend.resolved_at is not None:
        raise PendResolved(f"The pend of claim {pend.claim_id} is resolved already.")
    if any(code in CORRECT for code, *_ in pend.reasons):
        _check_original(employer_id, pend, corrects, stands_alone)
    elif corrects is not None:
        raise OriginalNeededError(
            f"The claim waits for {pend.code}, and corrects no other.", where="/corrects", remedy="Leave it out."
        )


def hand_over(*, pend_id: int, queue: str, note: str, by_id: int | None) -> Pend:
    """Let a claim wait in another queue, for the same reasons; what was noted stays with the pend before.

    Raises NotFoundError, PendResolved, DomainError for a queue that is none or a note that is missing.
    """
    open_employer()
    if queue not in QUEUES:
        raise DomainError(f"{queue!r} is no queue.", where="/queue", remedy=f"One of {', '.join(QUEUES)}.")
    if not note.strip():
        raise DomainError("Handing over needs a note.", where="/note", remedy="Say what has to be done.")
    with transaction.atomic():
        now = clock.now()
        (pend,) = services.end_pends(
            pend_ids=[pend_id], resolution=Pend.Resolution.MOVED, by_id=by_id, note=note.strip(), now=now
        )
        code, _, line_number, detail = pend.reasons[0]
        reasons = [[code, queue, line_number, detail], *pend.reasons[1:]]
        moved = services.raise_again(pend=pend, queue=queue, reasons=reasons, now=now)
        renew_items(moved.claim_id)
        return moved


def _check_original(employer_id: int, pend: Pend, corrects: int | None, stands_alone: bool) -> None:
    if stands_alone and corrects is None:
        return
    if corrects is None:
        raise OriginalNeededError(f"The claim is a {pend.code} of an earlier one.", where="/corrects")
    found = check_original(employer_id=employer_id, claim_id=pend.claim_id, original_id=corrects)
    if found.problem:
        raise OriginalNeededError(f"This cannot be the claim: {found.problem}.", where="/corrects")
