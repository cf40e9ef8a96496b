"""Jobs: work that takes a while, with its progress, for one employer or for the TPA."""

from __future__ import annotations

from typing import Any, ClassVar

from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from tpa.infra import jobs
from tpa.infra.models import Job
from tpa.kernel.errors import NotFoundError
from tpa.kernel.ids import public_id, read_public_id
from tpa.web.api.core.access import Row
from tpa.web.api.core.fields import PublicIdField, id_schema
from tpa.web.api.core.lists import Query
from tpa.web.api.core.views import BookView


class JobSerializer(serializers.Serializer):
    """A job. `result` says what came of it, `error` why nothing did."""

    id = serializers.SerializerMethodField()
    employer = PublicIdField("emp", shared=True, source="employer_id", allow_null=True)
    kind = serializers.CharField()
    key = serializers.CharField(allow_null=True)
    state = serializers.ChoiceField(Job.State.values)
    done_count = serializers.IntegerField()
    total_count = serializers.IntegerField()
    message = serializers.CharField()
    result = serializers.DictField(allow_null=True)
    error = serializers.CharField()
    requested_by = serializers.CharField()
    created_at = serializers.DateTimeField()
    started_at = serializers.DateTimeField(allow_null=True)
    ended_at = serializers.DateTimeField(allow_null=True)

    @extend_schema_field(id_schema("job"))
    def get_id(self, job: Job) -> str:
        """The employer's, or the TPA's own."""
        return job_id(job)


class JobsQuery(Query):
    """`state` and `kind` narrow the list."""

    state = serializers.ChoiceField(Job.State.values, required=False, default="")
    kind = serializers.CharField(required=False, default="", max_length=60)


def job_id(job: Job) -> str:
    """The public id of a job."""
    return public_id("job", job.employer_id or 0, job.pk)


def accepted(view: BookView, job: Job) -> Response:
    """202 with the job, to be followed at its address."""
    return Response(JobSerializer(job, context=view.context()).data, status=202)


def _job(view: BookView, text: str) -> Job:
    parts = read_public_id(text, "job")
    employer_id = parts.employer or None
    found = Job.objects.filter(pk=parts.key, employer_id=employer_id).first() if view.sees(employer_id) else None
    if found is None:
        raise NotFoundError("There is no such job.")
    return found


class JobsView(BookView):
    """GET: the jobs of the employers that the caller may see."""

    permissions: ClassVar = {"GET": Row("jobs.read", False, True)}

    @extend_schema(parameters=[JobsQuery], responses=JobSerializer(many=True))
    def get(self, request: Request) -> Response:
        """Jobs, the latest first."""
        asked: dict[str, Any] = {name: value for name, value in JobsQuery.read(request).items() if value}
        rows = Job.objects.filter(**asked)
        if self.employer_ids is not None:
            rows = rows.filter(employer_id__in=self.employer_ids)
        return self.page(rows.defer("log"), JobSerializer)


class JobView(BookView):
    """GET: one job."""

    permissions: ClassVar = {"GET": Row("jobs.read", False, True)}

    @extend_schema(responses=JobSerializer)
    def get(self, request: Request, job: str) -> Response:
        """How far the job is, and what came of it."""
        return Response(JobSerializer(_job(self, job), context=self.context()).data)


class JobCancelView(BookView):
    """POST: call a job off."""

    permissions: ClassVar = {"POST": Row("jobs.cancel", False, True)}

    @extend_schema(request=None, responses=JobSerializer)
    def post(self, request: Request, job: str) -> Response:
        """The work stops at its next report of progress. Refused once the job has ended."""
        called_off = jobs.cancel_job(job_id=_job(self, job).pk)
        return Response(JobSerializer(called_off, context=self.context()).data)
