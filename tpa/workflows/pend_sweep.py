"""Claims that wait for something that may come by itself: where it has come, they are decided again without a person."""

from collections.abc import Sequence

from django.db import transaction

from tenants.models import Employer
from tenants.scope import employer_scope
from tpa.books.claims import facts, services
from tpa.books.claims.models import Pend
from tpa.engine.adjudication.adjudicate import adjudicate
from tpa.engine.adjudication.decision import Decision
from tpa.engine.adjudication.pends import PENDS
from tpa.infra import clock
from tpa.infra.employers import require_open
from tpa.workflows.claim_clocks import close_pend_items
from tpa.workflows.wake_ups import wake

AT_ONCE = 500
COMING = tuple(code for code, kind in PENDS.items() if kind.comes is not None)
"""Codes of reasons that something may resolve."""


def resolve_pends(*, employer_id: int, at_once: int = AT_ONCE) -> int:
    """Decide again what waits no more for anything; how many claims. Any number of sweeps do no harm.

    A claim is let go where none of its reasons would be raised on what is known now. Its decision is made in the family's
    turn like every other; should a reason have come back by then, the claim waits again.
    """
    with employer_scope(employer_id) as employer:
        require_open(employer)
        after, count = 0, 0
        while pends := list(
            Pend.objects.filter(resolved_at=None, code__in=COMING, pk__gt=after).order_by("pk")[:at_once]
        ):
            after = pends[-1].pk
            count += _resolve(employer, _free(employer, pends))
        return count


def _free(employer: Employer, pends: Sequence[Pend]) -> list[int]:
    """Those of the pends for which none of the reasons would be raised now. A dozen queries, nothing is written."""
    found = {one.claim.claim_id: one for one in facts.chosen_claims(employer.pk, [pend.claim_id for pend in pends])}
    families = facts.families_of(list(found.values()))
    free = []
    for pend in pends:
        one = found[pend.claim_id]
        raised = {(code, number) for code, _, number, _ in pend.reasons}
        if not all(code in PENDS and PENDS[code].comes for code, _ in raised):
            continue
        outcome = adjudicate(one.claim, families[one.family_id].family)
        if isinstance(outcome, Decision) or raised.isdisjoint((one.code, one.line_number) for one in outcome.reasons):
            free.append(pend.pk)
    return free


def _resolve(employer: Employer, pend_ids: Sequence[int]) -> int:
    if not pend_ids:
        return 0
    with transaction.atomic():
        claim_ids = services.resolve_pends(
            pend_ids=pend_ids,
            note="What it waited for has come.",
            now=clock.now(),
            today=clock.today(employer.time_zone),
        )
        close_pend_items(claim_ids)
        wake("decide_claims", employer_id=employer.pk)
        return len(claim_ids)
