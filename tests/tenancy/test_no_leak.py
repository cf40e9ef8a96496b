"""Ten thousand interleaved requests and tasks of two employers on a few pooled connections: nobody sees the other's rows."""

import json
import random
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack

import pytest
from celery import shared_task
from django.contrib.auth.models import AnonymousUser
from django.db import close_old_connections, connection, transaction
from django.db.utils import DatabaseError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.test import RequestFactory

from tenants import directory
from tenants.models import Employer
from tenants.scope import desk_scope, employer_scope
from tests.databases import who
from tpa.books.audit.models import AuditEvent
from tpa.books.audit.services import Act, record_events
from tpa.config.middleware import EmployerMiddleware, HostMiddleware
from tpa.infra.models import Job
from tpa.infra.tasks import EmployerTask

STEPS = 10_000
THREADS = 8
CONNECTIONS = 3
SEED = 20_261_123
ROWS = 3


class Boom(Exception):
    """Raised on purpose."""


def plain() -> list[str]:
    return list(AuditEvent.objects.values_list("reason", flat=True))


def after_a_failed_savepoint() -> list[str]:
    with transaction.atomic():
        try:
            with transaction.atomic():
                AuditEvent.objects.count()
                raise Boom
        except Boom:
            return plain()


def after_another_employers_savepoint_failed() -> list[str]:
    """The worst case: inside the transaction the connection was bound to somebody else, and that was rolled back."""
    with transaction.atomic():
        try:
            with transaction.atomic(), employer_scope(another_than(connection.tenant)):
                plain()
                raise Boom
        except Boom:
            return plain()


def after_a_scope_that_outlived_its_savepoint() -> list[str]:
    """PostgreSQL takes the binding back together with the savepoint in which it was made."""
    with ExitStack() as stack, transaction.atomic():
        try:
            with transaction.atomic():
                other = stack.enter_context(employer_scope(another_than(connection.tenant)))
                plain()
                raise Boom
        except Boom:
            theirs = plain()
            if theirs != [f"canary of {other.code}"] * ROWS:
                return theirs
    return plain()


def after_a_refused_statement() -> list[str]:
    with transaction.atomic():
        try:
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute("DELETE FROM audit_auditevent")
        except DatabaseError:
            return plain()
    raise AssertionError("the trail was deleted")


def after_a_look_at_the_desk() -> list[str]:
    with desk_scope():
        Job.objects.count()
    return plain()


def by_a_cursor_on_the_server() -> list[str]:
    return list(AuditEvent.objects.values_list("reason", flat=True).iterator(chunk_size=2))


def failing() -> list[str]:
    with transaction.atomic():
        plain()
        raise Boom


def shared_rows() -> list[str]:
    return list(Job.objects.values_list("kind", flat=True))


WAYS = [
    plain, after_a_failed_savepoint, after_another_employers_savepoint_failed,
    after_a_scope_that_outlived_its_savepoint, after_a_refused_statement, after_a_look_at_the_desk, by_a_cursor_on_the_server,
    failing, shared_rows,
]  # fmt: skip


def another_than(employer: Employer) -> int:
    return next(e.pk for code in ("acme", "umbra") if (e := directory.employer_of_code(code)).pk != employer.pk)


@shared_task(base=EmployerTask)
def canaries_by_task(employer_id: int, way: int) -> list[str]:
    return WAYS[way]()


def canaries_by_request(request: HttpRequest) -> HttpResponse:
    return JsonResponse(WAYS[int(request.GET["way"])](), safe=False)


SITE = HostMiddleware(EmployerMiddleware(canaries_by_request))


def request_to(code: str, way: int) -> list[str]:
    request = RequestFactory(SERVER_NAME=f"{code}.localhost").get("/", {"way": way})
    request.user = AnonymousUser()
    return json.loads(SITE(request).content)


def task_for(code: str, way: int) -> list[str]:
    return canaries_by_task(employer_id=directory.employer_of_code(code).pk, way=way)


def work(thread: int) -> list[str]:
    """One thread's share of the steps; what went wrong."""
    dice, wrong = random.Random(SEED + thread), []
    for _ in range(STEPS // THREADS):
        code, way = dice.choice(("acme", "umbra")), dice.randrange(len(WAYS))
        door = dice.choice((request_to, task_for))
        try:
            seen = door(code, way)
        except Boom:
            continue
        finally:
            if dice.random() < 0.3:  # the connection goes back to the pool, and another comes
                close_old_connections()
        if seen != [f"canary of {code}"] * (1 if WAYS[way] is shared_rows else ROWS):
            wrong.append(f"{door.__name__} {WAYS[way].__name__} for {code}: {seen}")
        if dice.random() < 0.02 and who()[1] != "public":
            wrong.append(f"left bound: {who()}")
    close_old_connections()
    return wrong


@pytest.fixture
def few_connections(own_database, monkeypatch):
    monkeypatch.setitem(connection.settings_dict["OPTIONS"]["pool"], "max_size", CONNECTIONS)
    for code in ("acme", "umbra"):
        with employer_scope(directory.employer_of_code(code)):
            record_events(Act("system", "canary", "thing", 1, f"canary of {code}") for _ in range(ROWS))
            Job.objects.create(employer_id=connection.tenant.pk, kind=f"canary of {code}")
    connection.close()
    yield
    connection.close()


def test_ten_thousand_interleaved_requests_and_tasks_leak_nothing(few_connections):
    with ThreadPoolExecutor(THREADS) as pool:
        wrong = [fault for faults in pool.map(work, range(THREADS)) for fault in faults]
    assert wrong == []
    assert connection.pool.get_stats()["pool_max"] == CONNECTIONS


def test_a_task_without_an_employer_refuses():
    with pytest.raises(Exception, match="needs employer_id, or public=True"):
        canaries_by_task(way=0)
    with pytest.raises(Exception, match="needs employer_id, or public=True"):
        canaries_by_task.delay(way=0)
    with pytest.raises(Exception, match="takes keywords only"):
        canaries_by_task(1, 0)
