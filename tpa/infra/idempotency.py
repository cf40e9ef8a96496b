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
from tpa.infra import clock, locks
from tpa.infra.postgres.prepared import prepared
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


_ASK = """
    SELECT pg_try_advisory_xact_lock(hashtextextended(%s, 0)), kept.fingerprint, kept.status, kept.body
    FROM (SELECT) AS asked LEFT JOIN infra_idempotencykey AS kept ON {whose} AND kept.caller = %s AND kept.key = %s"""
_AT_DESK = _ASK.format(whose="%s::bigint IS NULL AND kept.employer_id IS NULL")
_OF_EMPLOYER = _ASK.format(whose="kept.employer_id = %s")
_KEEP = """
    INSERT INTO infra_idempotencykey (employer_id, caller, key, fingerprint, status, body, created_at)
    VALUES (%s, %s, %s, %s, %s, %s, %s) ON CONFLICT DO NOTHING RETURNING true"""


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
    whose = [employer.pk if employer else None, caller, key]
    with transaction.atomic():
        asked = [locks.name_of(json.dumps(["idempotency", caller, key])), *whose]
        ((is_ours, kept, status, body),) = prepared(_OF_EMPLOYER if employer else _AT_DESK, asked)
        if kept is not None and kept != fingerprint:
            raise KeyReusedError("This key was used for another request.", where="Idempotency-Key")
        if kept is not None:
            return Answer(status, json.loads(body), True)
        if not is_ours:
            raise _busy()
        status, body = do()
        # Another request may have been answered between our look and our lock: then this one is undone.
        if not prepared(_KEEP, [*whose, fingerprint, status, json.dumps(body), clock.now()]):
            raise _busy()
        return Answer(status, body, False)


def _busy() -> KeyBusyError:
    return KeyBusyError("A request with this key is still running.", where="Idempotency-Key")
