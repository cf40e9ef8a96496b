"""Jobs tell how far they are, and end once."""

import pytest

from tenants.scope import employer_scope
from tpa.infra import jobs
from tpa.infra.models import Job
from tpa.kernel.errors import ConflictError, NotFoundError


def test_a_job_from_start_to_end(in_employer):
    job = jobs.start_job(kind="month_end", total=3, requested_by="user:1")
    assert (job.employer_id, job.state, job.started_at) == (in_employer.pk, "queued", None)
    jobs.advance_job(job_id=job.pk, done=1, message="January", log="one")
    jobs.advance_job(job_id=job.pk, done=2, total=4, log="two\n")
    job.refresh_from_db()
    started_at = job.started_at
    assert (job.state, job.done_count, job.total_count, job.message, job.log) == (
        "running", 2, 4, "January", "one\ntwo\n",
    )  # fmt: skip
    jobs.finish_job(job_id=job.pk, result={"invoice": "inv_1"})
    job.refresh_from_db()
    assert (job.state, job.done_count, job.result, job.started_at) == ("done", 4, {"invoice": "inv_1"}, started_at)
    assert job.ended_at is not None
    jobs.fail_job(job_id=job.pk, error="too late")
    job.refresh_from_db()
    assert (job.state, job.error) == ("done", "")


def test_the_same_period_is_one_job(employer, other_employer):
    def start(whose: int, key: str | None) -> int:
        return jobs.start_job(kind="month_end", employer_id=whose, key=key).pk

    first = start(employer.pk, "2026-01")
    assert start(employer.pk, "2026-01") == first
    assert len({first, start(employer.pk, "2026-02"), start(other_employer.pk, "2026-01")}) == 3
    assert start(employer.pk, None) != start(employer.pk, None)
    desk = jobs.start_job(kind="proof", key="2026-01")
    assert jobs.start_job(kind="proof", key="2026-01").pk == desk.pk


def test_a_job_that_was_called_off_stops_at_its_next_report(in_employer):
    job = jobs.start_job(kind="import", total=2)
    jobs.cancel_job(job_id=job.pk)
    with pytest.raises(jobs.JobCancelled):
        jobs.advance_job(job_id=job.pk, done=1)
    jobs.finish_job(job_id=job.pk)
    assert Job.objects.get(pk=job.pk).state == "cancelled"


def test_a_failed_job_says_why_and_cannot_go_on(in_employer):
    job = jobs.start_job(kind="import")
    jobs.fail_job(job_id=job.pk, error="The file ends in segment 12.")
    with pytest.raises(ConflictError, match="is failed"):
        jobs.advance_job(job_id=job.pk, done=1)
    with pytest.raises(ConflictError, match="is failed"):
        jobs.cancel_job(job_id=job.pk)
    assert Job.objects.get(pk=job.pk).error == "The file ends in segment 12."


def test_another_employers_job_is_not_there(employer, other_employer):
    theirs = jobs.start_job(kind="import", employer_id=other_employer.pk)
    with employer_scope(employer):
        with pytest.raises(NotFoundError):
            jobs.cancel_job(job_id=theirs.pk)
        with pytest.raises(ConflictError, match="no such job"):
            jobs.advance_job(job_id=theirs.pk, done=1)
    assert Job.objects.get(pk=theirs.pk).state == "queued"
