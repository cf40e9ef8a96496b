"""Previews of corrections: kept, signed, taken up again."""

import hashlib
import json
from collections.abc import Collection, Iterator
from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.utils.crypto import salted_hmac

from tpa.books.claims.models import CorrectedFamily, Correction, Decision
from tpa.kernel.errors import ConflictError, NotFoundError

_SALT = "claims.correction"


def corrections() -> QuerySet[Correction]:
    """All corrections, the latest first."""
    return Correction.objects.all()


def correction(correction_id: int) -> Correction:
    """One correction. Raises NotFoundError."""
    found = Correction.objects.filter(pk=correction_id).first()
    if found is None:
        raise NotFoundError("There is no such correction.")
    return found


def families(correction: Correction) -> QuerySet[CorrectedFamily]:
    """What the correction shows, family by family."""
    return correction.families.order_by("family_id")


def take(correction_id: int, state: Correction.State) -> Correction:
    """The correction, locked until the transaction ends. Raises NotFoundError, ConflictError in another state."""
    found = Correction.objects.select_for_update().filter(pk=correction_id).first()
    if found is None:
        raise NotFoundError("There is no such correction.")
    if found.state != state:
        raise ConflictError(f"The correction is {found.state}.")
    return found


def start(
    *,
    kind: str,
    why: str,
    note: str,
    by: str,
    at: datetime,
    selection: dict[str, Any] | None = None,
    person_id: int | None = None,
) -> Correction:
    """A correction whose families are yet to be found. `person_id`: who makes it, whatever the login."""
    return Correction.objects.create(
        kind=kind,
        why=why,
        note=note[:400],
        made_at=at,
        made_by=by[:200],
        made_by_id=person_id,
        selection=selection or {},
    )


def changes_of(correction: Correction) -> Iterator[dict[str, Any]]:
    """What is shown of every claim that changes, family by family."""
    for shown in correction.families.order_by("family_id").values_list("shown", flat=True).iterator(chunk_size=200):
        yield from shown["changes"]


def sign(correction_id: int) -> Correction:
    """Add up what the families show, sign it, and lay it before a person."""
    found = correction(correction_id)
    found.changes_count = found.payee_cents = found.gross_cents = 0
    for change in changes_of(found):
        found.changes_count += 1
        found.payee_cents += change["payee_cents"]
        found.gross_cents += abs(change["payee_cents"])
    found.families_count = found.families.count()
    found.state, found.signature = Correction.State.PREVIEWED, signature_of(found)
    found.save()
    return found


def signature_of(correction: Correction) -> str:
    """Over everything that the preview shows, as kept in this moment."""
    digest = hashlib.sha256(_text([correction.pk, correction.kind, correction.why, correction.note]))
    digest.update(_text([correction.selection, correction.payee_cents, correction.gross_cents]))
    rows = CorrectedFamily.objects.filter(correction_id=correction.pk).order_by("family_id")
    for row in rows.values_list("family_id", "claim_ids", "shown").iterator(chunk_size=200):
        digest.update(_text(row))
    return salted_hmac(_SALT, digest.digest(), algorithm="sha256").hexdigest()


def _text(value: Any) -> bytes:
    return json.dumps(value, sort_keys=True, separators=(",", ":")).encode()


def families_of_decided(claim_ids: Collection[int]) -> dict[int, list[int]]:
    """Family -> those of the claims that have a live decision."""
    found: dict[int, list[int]] = {}
    rows = Decision.objects.filter(claim_id__in=list(claim_ids)).order_by("claim_id", "-version").distinct("claim_id")
    for claim_id, family_id, outcome in rows.values_list("claim_id", "family_id", "outcome"):
        if outcome != Decision.Outcome.REVERSED:
            found.setdefault(family_id, []).append(claim_id)
    return found
