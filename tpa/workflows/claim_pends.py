"""Resolving pends: an examiner clears what a claim waited for, and it is decided again."""

from collections.abc import Sequence

from django.db import transaction

from tenants.scope import current_employer
from tpa.books.claims import services
from tpa.books.claims.models import Pend
from tpa.infra import clock, work_items
from tpa.kernel.errors import must
from tpa.workflows.wake_ups import wake


@transaction.atomic
def release(*, employer_id: int, pend_ids: Sequence[int], by_id: int | None, note: str) -> int:
    """Let these claims be decided again; returns how many are queued. Raises NotFoundError, PendResolved."""
    employer = current_employer()
    must(employer is not None and employer.pk == employer_id, "pends are released inside their employer's scope")
    assert employer is not None
    now = clock.now()
    queued = services.release_pends(
        pend_ids=pend_ids, by_id=by_id, note=note, now=now, today=clock.today(employer.time_zone)
    )
    claim_ids = Pend.objects.filter(pk__in=list(pend_ids)).values_list("claim_id", flat=True)
    work_items.close_items("pend", claim_ids)
    wake("decide_claims", employer_id=employer_id)
    return queued
