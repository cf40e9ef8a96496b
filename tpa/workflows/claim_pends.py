"""Resolving pends: an examiner clears what a claim waited for, and it is decided again."""

from collections.abc import Sequence

from django.db import transaction

from tpa.books.claims import services
from tpa.books.claims.models import Pend
from tpa.infra import clock, work_items
from tpa.infra.employers import open_employer
from tpa.kernel.errors import ConflictError, must
from tpa.workflows.wake_ups import wake

TOGETHER = ("replacement", "void")
"""Claims that correct an earlier one: decided alone they would be paid on top of it."""


class CorrectsAnotherError(ConflictError):
    """The claim replaces or takes back another and cannot be decided by itself."""

    code = "pend_corrects_another"
    remedy = "The earlier claim's decision has to be reversed together with it."


@transaction.atomic
def release(*, employer_id: int, pend_ids: Sequence[int], by_id: int | None, note: str) -> int:
    """Let these claims be decided again; returns how many are queued. Raises NotFoundError, PendResolved,
    and CorrectsAnotherError for a replacement or void.
    """
    employer = open_employer()
    must(employer.pk == employer_id, "pends are released inside their employer's scope")
    for pend in Pend.objects.filter(pk__in=list(pend_ids)):
        if any(code in TOGETHER for code, *_ in pend.reasons):
            raise CorrectsAnotherError(f"The claim is a {pend.code} of an earlier one.")
    now = clock.now()
    queued = services.release_pends(
        pend_ids=pend_ids, by_id=by_id, note=note, now=now, today=clock.today(employer.time_zone)
    )
    claim_ids = Pend.objects.filter(pk__in=list(pend_ids)).values_list("claim_id", flat=True)
    work_items.close_items("pend", claim_ids)
    wake("decide_claims", employer_id=employer_id)
    return queued
