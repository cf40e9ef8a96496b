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
from tpa.books.agreements.selectors import group_numbers
from tpa.kernel.errors import NotFoundError
from tpa.kernel.ids import key_of
from tpa.web.api.core.access import Row, caller_name
from tpa.web.api.core.fields import PublicIdField, StrictSerializer
from tpa.web.api.core.pages import Whole
from tpa.web.api.core.views import BookView
from tpa.web.api.v1.jobs import JobSerializer, accepted
from tpa.workflows.group_numbers import add_group_number, remove_group_number
from tpa.workflows.tenant_setup import remove_employer, request_employer


class EmployerSerializer(serializers.Serializer):
    """A self-funding employer. `code` is also the name of its portal's host."""

    id = PublicIdField("emp", shared=True, source="pk")
    code = serializers.CharField()
    name = serializers.CharField()
    currency = serializers.CharField()
    time_zone = serializers.CharField()
    situs = serializers.CharField(help_text="State or province whose law holds for its plan; empty where not known.")
    state = serializers.ChoiceField(Employer.State.values)
    created_at = serializers.DateTimeField()


class NewEmployerSerializer(StrictSerializer):
    """What makes an employer. `code`: small letters, digits, inner hyphens."""

    code = serializers.RegexField(r"^[a-z][a-z0-9-]{1,38}[a-z0-9]\Z", max_length=40)
    name = serializers.CharField(max_length=200)
    currency = serializers.RegexField(r"^[A-Z]{3}\Z", default="USD")
    time_zone = serializers.CharField(max_length=40, default="America/New_York")

    situs = serializers.RegexField(r"^([A-Z]{2})?\Z", default="")

    def validate_time_zone(self, name: str) -> str:
        """A name of the time zone database."""
        if name not in available_timezones():
            raise serializers.ValidationError("There is no such time zone.", code="invalid")
        return name


class SitusSerializer(StrictSerializer):
    """What may be corrected of an employer."""

    situs = serializers.RegexField(r"^[A-Z]{2}\Z")


class GroupNumberSerializer(serializers.Serializer):
    """A number under which the employer is known on cards, enrolment files and claims; no other employer has it."""

    number = serializers.CharField()
    added_at = serializers.DateTimeField()


class NewGroupNumberSerializer(StrictSerializer):
    """A group number, as it stands on the card. Case, blanks and punctuation do not count."""

    number = serializers.CharField(max_length=50)


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
    """GET: one employer. PATCH: its situs. DELETE: a suspended one whose books are closed. Both at the TPA's own host."""

    permissions: ClassVar = {
        "GET": Row("employers.read", False, True),
        "PATCH": Row("employers.write", False, True),
        "DELETE": Row("employers.write", False, True),
    }

    @extend_schema(responses=EmployerSerializer)
    def get(self, request: Request, employer: str) -> Response:
        """The employer and its state."""
        return Response(EmployerSerializer(_employer(self, employer), context=self.context()).data)

    @extend_schema(request=SitusSerializer, responses=EmployerSerializer)
    def patch(self, request: Request, employer: str) -> Response:
        """Say whose law holds for the employer's plan."""
        found = _employer(self, employer)
        asked = SitusSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        changed = services.set_situs(employer_id=found.pk, situs=asked.validated_data["situs"])
        return Response(EmployerSerializer(changed, context=self.context()).data)

    @extend_schema(responses={204: None})
    def delete(self, request: Request, employer: str) -> Response:
        """Drop the employer with its books. Refused with every reason while they are open or have to be retained."""
        remove_employer(employer_id=_employer(self, employer).pk)
        return Response(status=204)


class GroupNumbersView(BookView):
    """GET: the employer's group numbers. POST: one more, at the TPA's own host."""

    permissions: ClassVar = {"GET": Row("employers.read"), "POST": Row("employers.write")}
    pagination_class = Whole

    @extend_schema(responses=GroupNumberSerializer(many=True))
    def get(self, request: Request) -> Response:
        """Every number of the employer."""
        return self.page(group_numbers(self.employer_id), GroupNumberSerializer)

    @extend_schema(request=NewGroupNumberSerializer, responses={201: GroupNumberSerializer})
    def post(self, request: Request) -> Response:
        """Give the employer a number; one that another has is refused. Claims that state it find its members."""
        asked = NewGroupNumberSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        added = add_group_number(employer_id=self.employer_id, **asked.validated_data)
        return Response(GroupNumberSerializer(added).data, status=201)


class GroupNumberView(BookView):
    """DELETE: a number that nobody is enrolled under."""

    permissions: ClassVar = {"DELETE": Row("employers.write")}

    @extend_schema(responses={204: None})
    def delete(self, request: Request, number: str) -> Response:
        """Take it away from the employer."""
        remove_group_number(employer_id=self.employer_id, number=number)
        return Response(status=204)


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
