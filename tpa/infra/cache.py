"""The cache that all processes share: what counts failed log-ins. It holds no truth.

Where Redis does not answer, each process counts for itself until it does: nobody is locked out, and nobody may guess
without end.
"""

from __future__ import annotations

from typing import Any

import redis
from django.core.cache.backends.locmem import LocMemCache
from django.core.cache.backends.redis import RedisCache

from tpa.infra.logs import logger


class SharedCache(RedisCache):
    """Django's cache on Redis, with the process's own memory behind it."""

    def __init__(self, server: str, params: dict[str, Any]) -> None:
        super().__init__(server, params)
        own = {name: value for name, value in params.items() if name.lower() != "options"}
        self._own = LocMemCache("behind-redis", own)

    def add(self, *args: Any, **kwargs: Any) -> bool:
        """Set a value that is not there yet; whether it was set."""
        return self._ask("add", *args, **kwargs)

    def get(self, *args: Any, **kwargs: Any) -> Any:
        """The value, or the default."""
        return self._ask("get", *args, **kwargs)

    def set(self, *args: Any, **kwargs: Any) -> None:
        """Set a value."""
        self._ask("set", *args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> bool:
        """Forget a value; whether there was one."""
        return self._ask("delete", *args, **kwargs)

    def _ask(self, verb: str, *args: Any, **kwargs: Any) -> Any:
        try:
            return getattr(RedisCache, verb)(self, *args, **kwargs)
        except redis.RedisError as error:
            logger(__name__).warning("the cache is this process's own: Redis does not answer", error=str(error))
            return getattr(self._own, verb)(*args, **kwargs)
