"""What-if: a span of claims decided again under another plan version, as a job; nothing of it is stored but the sums."""

from __future__ import annotations

from typing import Any, ClassVar

from django.http import HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from tpa.books.members import selectors as members
from tpa.books.plans import selectors
from tpa.books.plans.models import WhatIf
from tpa.engine.adjudication.comparison import member_table, table
from tpa.engine.adjudication.decision import Pend
from tpa.engine.adjudication.explain import explain
from tpa.infra import jobs
from tpa.infra.models import Job
from tpa.kernel.errors import ConflictError
from tpa.kernel.ids import public_id
from tpa.kernel.periods import Span
from tpa.web.api.core.access import Row, caller_name
from tpa.web.api.core.fields import CentsField, PublicIdField, StrictSerializer
from tpa.web.api.core.lists import NoQuery, Query
from tpa.web.api.core.pages import Whole
from tpa.web.api.core.views import BookView
from tpa.web.api.v1.claims import StepSerializer
from tpa.web.files import csv_answer
from tpa.workflows import what_if as workflow
from tpa.workflows.what_if import Redecided, ask


class FiguresSerializer(serializers.Serializer):
    """Sums of one side."""

    lines_count = serializers.IntegerField()
    charge_cents = CentsField()
    allowed_cents = CentsField()
    paid_cents = CentsField()
    member_responsibility_cents = CentsField()


class PairSerializer(serializers.Serializer):
    """What was decided (`present`), what would be (`proposed`), and how much more each would pay."""

    present = FiguresSerializer()
    proposed = FiguresSerializer()
    paid_difference_cents = CentsField()
    member_difference_cents = CentsField()


class BenefitPairSerializer(PairSerializer):
    """By benefit of the plan documents."""

    line_of_coverage = serializers.CharField(allow_blank=True)
    benefit = serializers.CharField(allow_blank=True)


class MonthPairSerializer(PairSerializer):
    """By month of service: its first day."""

    month = serializers.DateField()


class MemberPairSerializer(PairSerializer):
    """By member."""

    member = PublicIdField("mem", source="member_id")


class ResultSerializer(serializers.Serializer):
    """The answer. Claims that would wait for a person are left out of both sides and counted as pended.

    Claims that their own terms would decide otherwise today, by what has become known since, stand on the present side as they
    would be decided today and are counted as restated; `restated_paid_cents` is how much more that pays than is recorded.
    """

    claims_count = serializers.IntegerField()
    changed_count = serializers.IntegerField()
    pended_count = serializers.IntegerField()
    pended_present_cents = CentsField()
    restated_count = serializers.IntegerField(default=0)
    restated_paid_cents = CentsField(default=0)
    total = PairSerializer()
    by_benefit = BenefitPairSerializer(many=True)
    by_month = MonthPairSerializer(many=True)


class WhatIfSerializer(serializers.Serializer):
    """A question, its state, and its result once the job is done."""

    id = PublicIdField("wif", source="pk")
    version = PublicIdField("plv", source="version_id")
    starts_on = serializers.DateField()
    ends_before = serializers.DateField()
    job = PublicIdField("job", source="job_id")
    asked_at = serializers.DateTimeField()
    asked_by = serializers.CharField()
    result = ResultSerializer(allow_null=True)


class AskSerializer(StrictSerializer):
    """The version, draft or published, and the days in which the claims began."""

    version = PublicIdField("plv")
    starts_on = serializers.DateField()
    ends_before = serializers.DateField()


class LinePairSerializer(serializers.Serializer):
    """A line as recorded and as it would be; the steps are those of the new decision."""

    number = serializers.IntegerField()
    benefit = serializers.CharField(allow_blank=True)
    present_paid_cents = CentsField()
    present_member_cents = CentsField()
    proposed_paid_cents = CentsField(allow_null=True)
    proposed_member_cents = CentsField(allow_null=True)
    steps = StepSerializer(many=True)


class ClaimPairSerializer(serializers.Serializer):
    """A claim beside itself. `outcome`: paid, denied, or pended where it would wait for a person."""

    claim = PublicIdField("clm", source="claim_id")
    outcome = serializers.ChoiceField(("paid", "denied", "pended"))
    changed = serializers.BooleanField()
    pend_codes = serializers.ListField(child=serializers.CharField())
    lines = LinePairSerializer(many=True)


class MemberQuery(Query):
    """`member`: whose claims."""

    member = serializers.CharField()


class WhatIfsView(BookView):
    """GET: the questions. POST: ask one."""

    permissions: ClassVar = {"GET": Row("what_if.read"), "POST": Row("what_if.run")}

    @extend_schema(responses=WhatIfSerializer(many=True))
    def get(self, request: Request) -> Response:
        """Questions, the latest first."""
        return self.page(selectors.what_ifs(), WhatIfSerializer)

    @extend_schema(request=AskSerializer, responses={202: WhatIfSerializer})
    def post(self, request: Request) -> Response:
        """Ask; a job decides the claims again. Follow it by its id, or read the question again."""
        asked = AskSerializer(data=request.data, context=self.context())
        asked.is_valid(raise_exception=True)
        told = asked.validated_data
        span = Span(told["starts_on"], told["ends_before"])
        found = ask(employer_id=self.employer_id, version_id=told["version"], span=span, by=caller_name(request))
        return Response(WhatIfSerializer(found, context=self.context()).data, status=202)


class WhatIfView(BookView):
    """GET: one question."""

    permissions: ClassVar = {"GET": Row("what_if.read")}

    @extend_schema(responses=WhatIfSerializer)
    def get(self, request: Request, what_if: str) -> Response:
        """The question, and its result once there is one."""
        return Response(WhatIfSerializer(_question(self, what_if), context=self.context()).data)


class WhatIfCancelView(BookView):
    """POST: call the question off."""

    permissions: ClassVar = {"POST": Row("what_if.run")}

    @extend_schema(request=None, responses=WhatIfSerializer)
    def post(self, request: Request, what_if: str) -> Response:
        """The work stops at its next report of progress. Refused once it has ended."""
        found = _question(self, what_if)
        jobs.cancel_job(job_id=found.job_id or 0)
        return Response(WhatIfSerializer(found, context=self.context()).data)


class WhatIfTableView(BookView):
    """GET: the result as CSV."""

    permissions: ClassVar = {"GET": Row("what_if.read")}

    @extend_schema(responses={(200, "text/csv"): OpenApiTypes.STR})
    def get(self, request: Request, what_if: str) -> HttpResponse:
        """Total, benefits and months; amounts are cents."""
        NoQuery.read(request)
        return csv_answer(table(answered(_question(self, what_if)).result), "what-if.csv")


class WhatIfMembersView(BookView):
    """GET: what would change for each member."""

    permissions: ClassVar = {"GET": Row("claims.read")}
    pagination_class = Whole

    @extend_schema(responses=MemberPairSerializer(many=True))
    def get(self, request: Request, what_if: str) -> Response:
        """Members by what changes most for them."""
        NoQuery.read(request)
        rows = answered(_question(self, what_if)).members
        return Response({"data": MemberPairSerializer(rows, many=True, context=self.context()).data})


class WhatIfMembersTableView(BookView):
    """GET: what would change for each member, as CSV."""

    permissions: ClassVar = {"GET": Row("claims.read")}

    @extend_schema(responses={(200, "text/csv"): OpenApiTypes.STR})
    def get(self, request: Request, what_if: str) -> HttpResponse:
        """A row a member; amounts are cents."""
        NoQuery.read(request)
        rows = answered(_question(self, what_if)).members or ()
        named = ((public_id("mem", self.employer_id, one["member_id"]), one) for one in rows)
        return csv_answer(member_table(named), "what-if.csv")


class WhatIfClaimsView(BookView):
    """GET: a member's claims, each beside itself."""

    permissions: ClassVar = {"GET": Row("claims.read")}
    pagination_class = Whole

    @extend_schema(parameters=[MemberQuery], responses=ClaimPairSerializer(many=True))
    def get(self, request: Request, what_if: str) -> Response:
        """Decided again for this answer alone, with the steps."""
        found = _question(self, what_if)
        person = members.member(self.key_of(MemberQuery.read(request)["member"], "mem"))
        again = workflow.claims_of_family(employer_id=self.employer_id, asked=found, family_id=person.family_id)
        rows = [claim_pair(one) for one in again if one.member_id == person.pk]
        return Response({"data": ClaimPairSerializer(rows, many=True, context=self.context()).data})


def answered(found: WhatIf) -> WhatIf:
    """The question, if it has its answer. Raises ConflictError."""
    if found.result is None:
        state = Job.objects.filter(pk=found.job_id).values_list("state", flat=True).first()
        raise ConflictError(f"There is no answer yet; its job is {state}.", remedy="Follow the job.")
    return found


def claim_pair(one: Redecided) -> dict[str, Any]:
    """A claim beside itself, in the shape that is shown."""
    waits = isinstance(one.outcome, Pend)
    new = {line.number: line for line in one.proposed}
    explained = {} if isinstance(one.outcome, Pend) else {line.number: line.steps for line in explain(one.outcome)}
    return {
        "claim_id": one.claim_id,
        "outcome": "pended" if isinstance(one.outcome, Pend) else one.outcome.outcome,
        "changed": not waits and one.present != one.proposed,
        "pend_codes": [reason.code for reason in one.outcome.reasons] if isinstance(one.outcome, Pend) else [],
        "lines": [
            {
                "number": line.number,
                "benefit": line.benefit,
                "present_paid_cents": line.paid_cents,
                "present_member_cents": line.member_cents,
                "proposed_paid_cents": new[line.number].paid_cents if line.number in new else None,
                "proposed_member_cents": new[line.number].member_cents if line.number in new else None,
                "steps": explained.get(line.number, ()),
            }
            for line in one.present
        ],
    }


def _question(view: BookView, text: str) -> WhatIf:
    return selectors.what_if(view.key_of(text, "wif"))
