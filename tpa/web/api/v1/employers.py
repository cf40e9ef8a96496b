"""Employers: those for which the caller has a grant; a new one is made by a job."""

from __future__ import annotations

from typing import Any, ClassVar
from zoneinfo import available_timezones

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from tenants import services
from tenants.models import Employer
from tpa.kernel.errors import NotFoundError
from tpa.kernel.ids import key_of
from tpa.web.api.core.access import Row, caller_name
from tpa.web.api.core.fields import PublicIdField, StrictSerializer
from tpa.web.api.core.views import BookView
from tpa.web.api.v1.jobs import JobSerializer, accepted
from tpa.workflows.tenant_setup import request_employer


class EmployerSerializer(serializers.Serializer):
    """A self-funding employer. `code` is also the name of its portal's host."""

    id = PublicIdField("emp", shared=True, source="pk")
    code = serializers.CharField()
    name = serializers.CharField()
    currency = serializers.CharField()
    time_zone = serializers.CharField()
    state = serializers.ChoiceField(Employer.State.values)
    created_at = serializers.DateTimeField()


class NewEmployerSerializer(StrictSerializer):
    """What makes an employer. `code`: small letters, digits, inner hyphens."""

    code = serializers.RegexField(r"^[a-z][a-z0-9-]{1,38}[a-z0-9]\Z", max_length=40)
    name = serializers.CharField(max_length=200)
    currency = serializers.RegexField(r"^[A-Z]{3}\Z", default="USD")
    time_zone = serializers.CharField(max_length=40, default="America/New_York")

    def validate_time_zone(self, name: str) -> str:
        """A name of the time zone database."""
        if name not in available_timezones():
            raise serializers.ValidationError("There is no such time zone.", code="invalid")
        return name


def _seen(view: BookView) -> QuerySet[Employer]:
    rows = Employer.objects.all()
    return rows if view.employer_ids is None else rows.filter(pk__in=view.employer_ids)


def _employer(view: BookView, text: str) -> Employer:
    key = key_of(text, "emp", 0)
    found = _seen(view).filter(pk=key).first()
    if found is None:
        raise NotFoundError("There is no such employer.")
    return found


class EmployersView(BookView):
    """GET: the employers that the caller may see. POST: one more, at the TPA's own host."""

    permissions: ClassVar = {"GET": Row("employers.read", False, True), "POST": Row("employers.write", False)}

    @extend_schema(responses=EmployerSerializer(many=True))
    def get(self, request: Request) -> Response:
        """Employers, the newest first."""
        return self.page(_seen(self), EmployerSerializer)

    @extend_schema(request=NewEmployerSerializer, responses={202: JobSerializer})
    def post(self, request: Request) -> Response:
        """Make an employer: a job makes its books and its portal, in about a second."""
        if getattr(request, "employer", None) is not None:
            raise NotFoundError("Employers are made at the TPA's own host.")
        asked = NewEmployerSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        job = request_employer(**asked.validated_data, requested_by=caller_name(request)[:100])
        return accepted(self, job)


class EmployerView(BookView):
    """GET: one employer."""

    permissions: ClassVar = {"GET": Row("employers.read", False, True)}

    @extend_schema(responses=EmployerSerializer)
    def get(self, request: Request, employer: str) -> Response:
        """The employer and its state."""
        return Response(EmployerSerializer(_employer(self, employer), context=self.context()).data)


class EmployerActionView(BookView):
    """POST: change an employer's state. At the TPA's own host alone."""

    permissions: ClassVar = {"POST": Row("employers.write", False, True)}
    desk_only = True
    act: ClassVar[Any]

    @extend_schema(request=None, responses=EmployerSerializer)
    def post(self, request: Request, employer: str) -> Response:
        """The answer is the employer."""
        changed = type(self).act(employer_id=_employer(self, employer).pk)
        return Response(EmployerSerializer(changed, context=self.context()).data)


class EmployerSuspendView(EmployerActionView):
    """POST: close the employer's portal, API and work; its books stay as they are."""

    act = staticmethod(services.suspend_employer)


class EmployerResumeView(EmployerActionView):
    """POST: open a suspended employer again."""

    act = staticmethod(services.resume_employer)
