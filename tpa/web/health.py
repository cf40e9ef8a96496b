"""For those who watch over the installation: is the process alive, and can it serve?

`/livez` asks nobody. `/readyz` looks at what a request needs: it is refused (503) where PostgreSQL does not answer or an
employer's schema waits for its migrations. A silent Redis or worker is told as well, but pages and API work without.
"""

from __future__ import annotations

import functools
from datetime import timedelta
from typing import Any

import redis
from django.conf import settings
from django.db import Error, connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import path
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from tenants.migrating import schemas_behind
from tenants.models import Employer
from tpa.infra import clock, periodic

LATE = timedelta(minutes=2)
"""Work that has waited longer than this is told as late."""

_OLDEST_EVENT = "SELECT min(created_at) FROM infra_outboxevent WHERE parked_reason = ''"
_OLDEST_JOB = "SELECT min(created_at) FROM infra_job WHERE state = 'queued'"


@require_safe
@never_cache
def livez(request: HttpRequest) -> HttpResponse:
    """The process answers."""
    return HttpResponse("ok\n", content_type="text/plain")


@require_safe
@never_cache
def readyz(request: HttpRequest) -> JsonResponse:
    """200 or 503, and what each check says: `ok`, or what is the matter."""
    try:
        behind = len(schemas_behind(_schemas()))
        found = {"database": "ok", "schemas": f"{behind} behind" if behind else "ok", "work": _work()}
    except Error:
        found = {"database": "does not answer"}
    is_ready = found["database"] == found.get("schemas") == "ok"
    found["redis"] = _redis()
    return JsonResponse({"ready": is_ready, "checks": found}, status=200 if is_ready else 503)


def _schemas() -> list[str]:
    finished = Employer.objects.exclude(state=Employer.State.PROVISIONING)
    return list(finished.values_list("schema_name", flat=True))


def _work() -> str:
    """Whether workers take messages, and whether what waits in the tables moves."""
    silence = periodic.seconds_without_sign_of_life()
    if silence is None or silence > LATE.total_seconds():
        return "no worker has shown itself" if silence is None else f"no worker for {int(silence)} seconds"
    for what, statement in (("event", _OLDEST_EVENT), ("job", _OLDEST_JOB)):
        oldest = _value(statement)
        if oldest is not None and clock.now() - oldest > LATE:
            return f"the oldest {what} waits since {oldest:%Y-%m-%dT%H:%M:%SZ}"
    return "ok"


def _value(statement: str) -> Any:
    with connection.cursor() as cursor:
        cursor.execute(statement)
        return cursor.fetchone()[0]


@functools.cache
def _client(url: str) -> redis.Redis:
    return redis.Redis.from_url(url, socket_connect_timeout=0.5, socket_timeout=0.5)


def _redis() -> str:
    try:
        _client(settings.REDIS_URL).ping()
    except redis.RedisError:
        return "does not answer"
    return "ok"


urlpatterns = [path("livez", livez), path("readyz", readyz)]
