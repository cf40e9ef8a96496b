"""A worker, a message, a bound task: over a real transport, in this process."""

from threading import Event

import pytest
from celery import shared_task
from celery.contrib.testing.worker import start_worker
from django.db import transaction

from tenants import directory
from tests.brokers import at_broker
from tests.databases import who
from tpa.config.celery import app
from tpa.infra import jobs
from tpa.infra.models import Job
from tpa.infra.tasks import EmployerTask, start_on_commit

done: list[tuple] = []
FINISHED = Event()


@shared_task(base=EmployerTask)
def do_the_job(*, employer_id: int, job_id: int) -> None:
    done.append(who())
    jobs.finish_job(job_id=job_id)
    FINISHED.set()


@pytest.fixture
def worker(own_database):
    done.clear()
    FINISHED.clear()
    with (
        at_broker("memory://", polling_interval=0.01),
        start_worker(app, pool="solo", perform_ping_check=False, shutdown_timeout=20),
    ):
        yield


def test_a_message_is_carried_out_for_its_employer_and_an_unsigned_one_is_not(worker):
    acme = directory.employer_of_code("acme")
    with transaction.atomic():
        job = jobs.start_job(kind="import", employer_id=acme.pk)
        unsigned = jobs.start_job(kind="import", employer_id=acme.pk)
        app.send_task(do_the_job.name, kwargs={"employer_id": acme.pk, "job_id": unsigned.pk})
        start_on_commit(do_the_job, employer_id=acme.pk, job_id=job.pk)
    assert FINISHED.wait(30), "the worker did not take the message"
    assert done == [(acme.schema_name, f"{acme.schema_name}, public")]
    assert Job.objects.get(pk=job.pk).state == Job.State.DONE
    assert Job.objects.get(pk=unsigned.pk).state == Job.State.QUEUED
