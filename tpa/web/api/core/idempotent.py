"""The Idempotency-Key header: the same request twice has one effect and one answer."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import wraps
from typing import Any

from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from tpa.books.identity.models import ApiKey
from tpa.infra import idempotency
from tpa.kernel.errors import DomainError

HEADER = "Idempotency-Key"


class KeyMissingError(DomainError):
    """A request that moves money or registers claims came without its key."""

    code = "idempotency_key_missing"
    status = 400
    remedy = "Send an Idempotency-Key header: a text of your own, new for each new request."


def heeding(post: Callable[..., Response]) -> Callable[..., Response]:
    """A POST method that wants no key, and heeds one that is sent: the same again is answered as before."""

    @wraps(post)
    def answered(view: Any, request: Request, *args: Any, **kwargs: Any) -> Response:
        if HEADER not in request.headers:
            return post(view, request, *args, **kwargs)

        def do(_: str) -> tuple[int, Any]:
            answer = post(view, request, *args, **kwargs)
            return answer.status_code, json.loads(JSONRenderer().render(answer.data) or "null")

        return once(view, request, do)

    return answered


def once(view: Any, request: Request, do: Callable[[str], tuple[int, Any]]) -> Response:
    """Answer by `do(key) -> (status, body)`, or with what the key's first request was answered.

    Raises KeyMissingError, and what `idempotency.once` raises.
    """
    key = request.headers.get(HEADER, "")
    if not key:
        raise KeyMissingError(f"The header {HEADER} is missing.", where=HEADER)
    caller = f"key:{request.user.pk}" if isinstance(request.user, ApiKey) else f"user:{request.user.pk}"
    print_ = idempotency.fingerprint(request.method or "", request.path, request.body)
    answer = idempotency.once(caller=caller, key=key, fingerprint=print_, do=lambda: do(f"{caller}:{key}"))
    response = Response(answer.body, status=answer.status)
    if answer.replayed:
        response["Idempotent-Replayed"] = "true"
    return response
