"""What the installation says about itself."""

from datetime import timedelta

import pytest
from django.db import Error, connection

from tests.databases import who
from tpa.infra import clock, periodic
from tpa.infra.clock import clock_at
from tpa.infra.models import Job
from tpa.infra.postgres.statements import count_statements
from tpa.web import health


def checks(client):
    answer = client.get("/readyz")
    return answer.status_code, answer.json()["checks"]


def test_a_living_process_says_so_and_asks_nobody(desk_client):
    with count_statements() as sent:
        answer = desk_client.get("/livez")
    assert (answer.status_code, answer.content, sent.count) == (200, b"ok\n", 0)
    assert "no-store" in answer["Cache-Control"]


def test_an_installation_with_a_worker_is_ready(db, desk_client):
    periodic.record_sign_of_life()
    all_well = {"database": "ok", "schemas": "ok", "work": "ok", "redis": "ok"}
    assert checks(desk_client) == (200, all_well)


def test_a_deaf_worker_and_late_work_are_told_but_pages_go_on(db, desk_client):
    assert checks(desk_client)[1]["work"] == "no worker has shown itself"
    periodic.record_sign_of_life()
    with clock_at(clock.now() + timedelta(minutes=3)):
        status, found = checks(desk_client)
    assert (status, found["work"]) == (200, "no worker for 180 seconds")
    job = Job.objects.create(kind="story", created_at=clock.now() - timedelta(hours=1))
    assert checks(desk_client)[1]["work"] == f"the oldest job waits since {job.created_at:%Y-%m-%dT%H:%M:%SZ}"


def test_a_schema_that_waits_for_its_migrations_is_not_served(db, desk_client, employer):
    with connection.cursor() as cursor:
        cursor.execute(f"DELETE FROM {employer.schema_name}.django_migrations WHERE app = 'ledger'")
    status, found = checks(desk_client)
    assert (status, found["schemas"]) == (503, "1 behind")


def test_a_silent_redis_is_told(db, desk_client, settings):
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    status, found = checks(desk_client)
    assert (status, found["redis"]) == (200, "does not answer")


def test_a_silent_database_is_told(db, desk_client, monkeypatch):
    def fail(schemas):
        raise Error("connection refused")

    monkeypatch.setattr(health, "schemas_behind", fail)
    status, found = checks(desk_client)
    assert (status, found["database"]) == (503, "does not answer")


@pytest.mark.parametrize("path", ["/livez", "/readyz"])
def test_nothing_is_changed_by_looking(db, desk_client, path):
    before = who()
    assert desk_client.post(path).status_code == 405
    desk_client.get(path)
    assert who() == before
