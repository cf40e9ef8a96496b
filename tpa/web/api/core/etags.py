"""ETag and If-Match: a reader may say which state he knows, and a change of an older one is refused."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from rest_framework.request import Request
from rest_framework.response import Response

from tpa.kernel.errors import DomainError


class MatchMissingError(DomainError):
    """A change came without the state that it is based on."""

    code = "if_match_missing"
    status = 428
    remedy = "Read the resource and send its ETag as If-Match."


class StaleError(DomainError):
    """Somebody has changed the resource since it was read."""

    code = "stale"
    status = 412
    remedy = "Read it again and decide anew."


def etag_of(data: Any) -> str:
    """The tag of a resource as it is shown."""
    text = json.dumps(data, sort_keys=True, default=str)
    return f'"{hashlib.sha256(text.encode()).hexdigest()[:32]}"'


def tagged(request: Request, data: Any, *, status: int = 200) -> Response:
    """The resource with its ETag, or 304 where the reader knows it already."""
    tag = etag_of(data)
    known = request.method == "GET" and tag in _tags(request.headers.get("If-None-Match", ""))
    return Response(None if known else data, status=304 if known else status, headers={"ETag": tag})


def require_match(request: Request, data: Any) -> None:
    """Refuse a change that is not based on this state. Raises MatchMissingError, StaleError."""
    given = request.headers.get("If-Match", "")
    if not given:
        raise MatchMissingError("The header If-Match is missing.", where="If-Match")
    if given.strip() != "*" and etag_of(data) not in _tags(given):
        raise StaleError("The resource was changed after it was read.", where="If-Match")


def _tags(header: str) -> set[str]:
    return {tag.strip().removeprefix("W/") for tag in header.split(",")}
