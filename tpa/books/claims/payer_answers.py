"""What other plans have answered to claims after these came."""

import json
from datetime import datetime

from django.db.models import QuerySet

from tpa.books.claims.examining import PayerAnswer
from tpa.engine.coordination.answers import OtherPayer, payers_to_json


def answers(claim_id: int) -> QuerySet[PayerAnswer]:
    """The answers to a claim that were entered, the earliest first."""
    return PayerAnswer.objects.filter(claim_id=claim_id)


def record_answer(*, claim_id: int, payer: OtherPayer, note: str, at: datetime, by: str) -> PayerAnswer:
    """Keep an answer. In the caller's transaction, under the family's lock."""
    (row,) = json.loads(payers_to_json([payer]))
    return PayerAnswer.objects.create(
        claim_id=claim_id, payer=row, note=note[:400], recorded_at=at, recorded_by=by[:200]
    )
