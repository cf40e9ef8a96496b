"""Tasks run for the employer they name, after commit, and for nobody else's message."""

from datetime import UTC, datetime, timedelta

import pytest
from celery import shared_task
from django.db import connection, transaction

from tenants import directory, services
from tenants.scope import current_employer
from tests.databases import who
from tpa.config.celery import app
from tpa.infra import periodic, tasks
from tpa.infra.clock import clock_at
from tpa.infra.models import Tick
from tpa.infra.periodic import Periodic
from tpa.infra.tasks import EmployerTask, UnboundTaskError, start_on_commit

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
RAN: list[tuple] = []


@shared_task(base=EmployerTask)
def for_employer(employer_id: int, fail: bool = False) -> None:
    RAN.append((employer_id, *who()))
    if fail:
        raise ZeroDivisionError


@shared_task(base=EmployerTask, public=True)
def for_the_desk() -> None:
    RAN.append(who())


@pytest.fixture(autouse=True)
def nothing_ran():
    RAN.clear()


@pytest.fixture
def sent(monkeypatch):
    """Messages on their way to the broker."""
    messages = []
    monkeypatch.setattr(
        tasks.Task,
        "apply_async",
        lambda self, args=None, kwargs=None, **options: messages.append((self, kwargs, options)),
    )
    return messages


def deliver(message: tuple, **tampering) -> None:
    """As a worker does: through the request that a message makes."""
    task, kwargs, options = message
    task.push_request(called_directly=False, is_eager=False, **options["headers"])
    try:
        task(**{**kwargs, **tampering})
    finally:
        task.pop_request()


def test_a_task_works_for_the_employer_it_names_and_lets_go(employer, other_employer):
    for_employer(employer_id=employer.pk)
    for_employer(employer_id=other_employer.pk)
    for_the_desk()
    assert [entry[-2] for entry in RAN] == [
        employer.schema_name, other_employer.schema_name, connection.settings_dict["USER"],
    ]  # fmt: skip
    assert current_employer() is None
    with pytest.raises(ZeroDivisionError):
        for_employer(employer_id=employer.pk, fail=True)
    assert current_employer() is None


@pytest.mark.parametrize("wrong", [{}, {"employer_id": None}, {"employer_id": "1"}, {"employer_id": True}])
def test_without_an_employer_it_neither_runs_nor_is_sent(db, sent, wrong):
    with pytest.raises(UnboundTaskError):
        for_employer(**wrong)
    with pytest.raises(UnboundTaskError):
        for_employer.delay(**wrong)
    assert RAN == sent == []


def test_a_suspended_employers_work_waits(employer):
    services.suspend_employer(employer_id=employer.pk)
    for_employer(employer_id=employer.pk)
    assert RAN == []
    services.resume_employer(employer_id=employer.pk)
    for_employer(employer_id=employer.pk)
    assert len(RAN) == 1


def test_a_signed_message_is_taken_and_a_changed_or_forged_one_is_not(employer, other_employer, sent):
    for_employer.delay(employer_id=employer.pk)
    deliver(sent[0])
    assert [entry[0] for entry in RAN] == [employer.pk]
    forged = (sent[0][0], sent[0][1], {"headers": {"tpa_signature": "0" * 64}})
    for message, tampering in (
        (sent[0], {"employer_id": other_employer.pk}),
        (forged, {}),
        ((for_the_desk, {}, sent[0][2]), {}),
        ((for_the_desk, {}, {"headers": {}}), {}),
    ):
        with pytest.raises(UnboundTaskError, match="not signed"):
            deliver(message, **tampering)
    assert len(RAN) == 1


def test_a_message_leaves_after_commit_and_not_after_rollback(own_database, sent):
    employer = directory.employer_of_code("acme")
    with transaction.atomic():
        start_on_commit(for_employer, employer_id=employer.pk)
        assert sent == []
    assert [kwargs for _task, kwargs, _options in sent] == [{"employer_id": employer.pk}]
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        start_on_commit(for_employer, employer_id=employer.pk)
        1 / 0  # noqa: B018
    assert len(sent) == 1


def test_a_broker_that_is_down_does_not_undo_the_work(own_database, monkeypatch):
    def down(*args, **kwargs):
        raise ConnectionError("no broker")

    monkeypatch.setattr(tasks.Task, "apply_async", down)
    with transaction.atomic():
        Tick.objects.create(name="work", slot=1)
        start_on_commit(for_the_desk)
    assert Tick.objects.filter(name="work").exists()


def test_a_slot_is_started_once_however_many_beats_there_are(employer, other_employer, sent):
    entries = [Periodic(for_employer, timedelta(minutes=5)), Periodic(for_the_desk, timedelta(hours=1))]
    with clock_at(NOON):
        assert periodic.dispatch(entries) == 3
        assert periodic.dispatch(entries) == 0
    with clock_at(NOON - timedelta(hours=2)):
        assert periodic.dispatch(entries) == 0, "a clock that went back starts nothing again"
    with clock_at(NOON + timedelta(minutes=5)):
        assert periodic.dispatch(entries) == 2
    ids = [kwargs.get("employer_id") for _task, kwargs, _options in sent]
    assert ids == [employer.pk, other_employer.pk, None, employer.pk, other_employer.pk]


def test_a_deaf_worker_is_noticed(db):
    assert periodic.seconds_without_sign_of_life() is None
    with clock_at(NOON):
        periodic.record_sign_of_life()
        assert periodic.seconds_without_sign_of_life() == 0
    with clock_at(NOON + timedelta(seconds=130)):
        assert periodic.seconds_without_sign_of_life() == 130


def test_nothing_of_worth_is_left_to_the_broker():
    conf = app.conf
    assert (conf.task_acks_late, conf.worker_prefetch_multiplier, conf.task_reject_on_worker_lost) == (True, 1, True)
    assert (conf.result_backend, conf.accept_content, conf.timezone) == (None, ["json"], "UTC")
    assert conf.broker_transport_options["visibility_timeout"] == conf.visibility_timeout > conf.task_time_limit
    assert list(conf.beat_schedule) == ["dispatch"]
