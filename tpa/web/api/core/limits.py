"""How often one caller may call: counted on Redis, in one atomic step, for a window that begins with the first call.

Where Redis does not answer, nobody is refused: it holds no truth, and its loss must not close the API.
"""

from __future__ import annotations

import functools
import math
import time
from typing import Any, NamedTuple

import redis
from django.conf import settings
from rest_framework import exceptions
from rest_framework.permissions import BasePermission
from rest_framework.request import Request

from tpa.books.identity.models import ApiKey
from tpa.infra.logs import logger

WINDOW_SECONDS = 60
_PAUSE_SECONDS = 5
_COUNT = """
local count = redis.call('INCR', KEYS[1])
if count == 1 then redis.call('EXPIRE', KEYS[1], ARGV[1]) end
return {count, redis.call('PTTL', KEYS[1])}"""


class Allowance(NamedTuple):
    """What a caller has left, and when it is renewed."""

    limit: int
    remaining: int
    reset_seconds: int

    @property
    def headers(self) -> dict[str, str]:
        """As the draft of the RateLimit headers has them."""
        return {
            "RateLimit-Policy": f'"calls";q={self.limit};w={WINDOW_SECONDS}',
            "RateLimit": f'"calls";r={max(0, self.remaining)};t={self.reset_seconds}',
        }


class _Quiet:
    """Until when Redis is not asked, after it failed to answer."""

    until = 0.0


@functools.cache
def _client(url: str) -> redis.Redis:
    return redis.Redis.from_url(url, socket_connect_timeout=0.2, socket_timeout=0.2)


def count_call(caller: str, limit: int) -> Allowance | None:
    """Count one call of this caller; None where Redis does not answer."""
    if time.monotonic() < _Quiet.until:
        return None
    try:
        count, left_ms = _client(settings.REDIS_URL).eval(_COUNT, 1, f"calls:{caller}", WINDOW_SECONDS)
    except redis.RedisError as error:
        _Quiet.until = time.monotonic() + _PAUSE_SECONDS
        logger(__name__).warning("calls are not counted: Redis does not answer", error=str(error))
        return None
    return Allowance(limit, limit - int(count), max(1, math.ceil(int(left_ms) / 1000)))


class WithinLimit(BasePermission):
    """Every call with a credential counts, also one that is then refused. Others end with 401 before they cost anything."""

    def has_permission(self, request: Request, view: Any) -> bool:
        """True, or Throttled with the seconds to wait."""
        if not request.user or not request.user.is_authenticated:
            return True
        kind = "key" if isinstance(request.user, ApiKey) else "user"
        view.allowance = count_call(f"{kind}:{request.user.pk}", settings.API_CALLS_PER_MINUTE)
        if view.allowance is not None and view.allowance.remaining < 0:
            raise exceptions.Throttled(view.allowance.reset_seconds)
        return True
