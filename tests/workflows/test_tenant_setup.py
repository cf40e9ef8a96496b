"""An employer comes as a job, and goes only when its books are closed."""

from datetime import timedelta

import pytest
from django.db import connection

from tenants import directory, services
from tenants.errors import EmployerNotFound
from tenants.models import Employer
from tenants.scope import employer_scope
from tests.workflows.stories import agree
from tpa.books.agreements.models import AsoAgreement
from tpa.books.ledger.models import Entry
from tpa.infra import clock
from tpa.infra.models import Job
from tpa.workflows import tasks, tenant_setup
from tpa.workflows.tenant_setup import EmployerRefused


def schema_exists(employer: Employer) -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_regnamespace(%s) IS NOT NULL", [employer.schema_name])
        return cursor.fetchone()[0]


def test_a_new_employer_is_a_job_that_ends_with_its_id(db):
    job = tenant_setup.request_employer(code="initech", name="Initech", requested_by="user:1")
    assert (job.state, job.kind) == ("queued", "tenant_setup")
    employer = Employer.objects.get(pk=job.employer_id)
    assert not schema_exists(employer)
    tasks.set_up_employer(job_id=job.pk)
    job.refresh_from_db()
    assert (job.state, job.done_count, job.total_count) == ("done", 4, 4)
    assert job.result["employer"].startswith("emp_")
    assert schema_exists(employer)
    tasks.set_up_employer(job_id=job.pk)
    assert directory.employer(employer.pk).is_open


def test_a_lost_message_is_made_good_by_the_sweep(db):
    job = tenant_setup.request_employer(code="initech", name="Initech")
    assert tenant_setup.sweep_set_ups() == 1
    assert tenant_setup.sweep_set_ups() == 0
    job.refresh_from_db()
    assert job.state == "done"
    assert directory.employer(job.employer_id).is_open


def test_a_bad_code_leaves_neither_employer_nor_job(db):
    before = Employer.objects.count()
    with pytest.raises(EmployerRefused, match="Small letters"):
        tenant_setup.request_employer(code="Bad Code", name="x")
    assert (Employer.objects.count(), Job.objects.count()) == (before, 0)


@pytest.fixture
def suspended(employer) -> Employer:
    return services.suspend_employer(employer_id=employer.pk)


def post_entry(employer: Employer, recorded_at) -> None:
    with employer_scope(employer):
        Entry.objects.create(
            event="deposit",
            source_kind="deposit",
            source_id=1,
            effective_on=recorded_at.date(),
            recorded_at=recorded_at,
        )


def test_a_ledger_within_its_years_of_retention_keeps_the_employer(suspended):
    post_entry(suspended, clock.now() - tenant_setup.RETENTION + timedelta(minutes=1))
    with pytest.raises(EmployerRefused, match="within its years of retention"):
        tenant_setup.remove_employer(employer_id=suspended.pk)
    assert schema_exists(suspended)


def test_an_employer_that_the_tpas_books_name_is_kept_whole(suspended):
    agree(suspended)
    with pytest.raises(EmployerRefused, match="still name Acme Tools"):
        tenant_setup.remove_employer(employer_id=suspended.pk)
    assert schema_exists(suspended)
    assert AsoAgreement.objects.filter(employer=suspended).exists()


def test_an_employer_out_of_retention_goes(suspended):
    post_entry(suspended, clock.now() - tenant_setup.RETENTION - timedelta(days=1))
    tenant_setup.remove_employer(employer_id=suspended.pk)
    assert not schema_exists(suspended)
    with pytest.raises(EmployerNotFound):
        directory.employer(suspended.pk)


def test_an_employer_that_was_never_finished_can_be_dropped(db):
    job = tenant_setup.request_employer(code="initech", name="Initech")
    tenant_setup.remove_employer(employer_id=job.employer_id)
    assert not Employer.objects.filter(pk=job.employer_id).exists()
