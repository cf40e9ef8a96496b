"""What other plans have answered to claims after these came."""

import json
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from django.db.models import QuerySet

from tpa.books.claims.examining import PayerAnswer
from tpa.books.claims.models import Claim
from tpa.engine.coordination.answers import OtherPayer, payers_from_json, payers_to_json, with_answers


def answers(claim_id: int) -> QuerySet[PayerAnswer]:
    """The answers to a claim that were entered, the earliest first."""
    return PayerAnswer.objects.filter(claim_id=claim_id)


def answers_by_claim(claim_ids: Collection[int]) -> Mapping[int, Sequence[PayerAnswer]]:
    """The answers to each of these claims, the earliest first."""
    found: dict[int, list[PayerAnswer]] = {}
    for one in PayerAnswer.objects.filter(claim_id__in=claim_ids):
        found.setdefault(one.claim_id, []).append(one)
    return found


def payers_known(claim: Claim, answers: Sequence[PayerAnswer], known_at: datetime) -> tuple[OtherPayer, ...]:
    """The other payers of a claim with what they had answered by an instant."""
    later = [one.payer for one in answers if one.recorded_at <= known_at]
    return with_answers(payers_from_json(json.dumps(claim.other_payers)), payers_from_json(json.dumps(later)))


def record_answer(*, claim_id: int, payer: OtherPayer, note: str, at: datetime, by: str) -> PayerAnswer:
    """Keep an answer. In the caller's transaction, under the family's lock."""
    (row,) = json.loads(payers_to_json([payer]))
    return PayerAnswer.objects.create(
        claim_id=claim_id, payer=row, note=note[:400], recorded_at=at, recorded_by=by[:200]
    )
