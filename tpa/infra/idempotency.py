"""The same request twice has one effect: the answer is kept in the transaction of the effect.

Semantics of the Idempotency-Key header (IETF draft): same key and same request, the answer given before; same key and
another request, 422; the first request still running, 409. A refused request keeps nothing and may be sent again.
"""

import hashlib
import json
from collections.abc import Callable
from typing import Any, NamedTuple

from django.db import transaction

from tenants.scope import current_employer
from tpa.infra import locks
from tpa.infra.models import IdempotencyKey
from tpa.kernel.errors import ConflictError, DomainError


class KeyReusedError(DomainError):
    """The key was used before, for another request."""

    code = "idempotency_key_reused"
    remedy = "Use a new key for a new request."


class KeyBusyError(ConflictError):
    """The first request with this key is still running."""

    code = "idempotency_key_busy"
    retry_after = 1
    remedy = "Send the same request again in a moment."


class Answer(NamedTuple):
    """What the caller gets; `replayed` says that it was given before."""

    status: int
    body: Any
    replayed: bool


def fingerprint(method: str, path: str, body: bytes) -> str:
    """What makes two requests the same."""
    return hashlib.sha256(b"\0".join((method.encode(), path.encode(), body))).hexdigest()


def once(*, caller: str, key: str, fingerprint: str, do: Callable[[], tuple[int, Any]]) -> Answer:
    """Run `do() -> (status, JSON body)` unless this caller's key has been answered; then give that answer.

    `do` runs in the transaction that keeps its answer: what it raises undoes both. Raises KeyReusedError, KeyBusyError
    and DomainError for a key that is empty or over 255 characters.
    """
    if not 1 <= len(key) <= 255:
        raise DomainError("An idempotency key has 1 to 255 characters.", where="Idempotency-Key")
    employer = current_employer()
    whose = {"employer_id": employer.pk if employer else None, "caller": caller, "key": key}
    with transaction.atomic():
        if not locks.try_lock(json.dumps(["idempotency", caller, key])):
            raise KeyBusyError("A request with this key is still running.", where="Idempotency-Key")
        kept = IdempotencyKey.objects.filter(**whose).first()
        if kept is not None and kept.fingerprint != fingerprint:
            raise KeyReusedError("This key was used for another request.", where="Idempotency-Key")
        if kept is not None:
            return Answer(kept.status, kept.body, True)
        status, body = do()
        IdempotencyKey.objects.create(**whose, fingerprint=fingerprint, status=status, body=body)
        return Answer(status, body, False)
