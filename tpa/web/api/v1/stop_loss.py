"""Work with the stop-loss carriers: filings and their packets, notices told, money that came back, gaps, risks."""

from __future__ import annotations

from typing import Any, ClassVar

from django.http import HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from tpa.books.stoploss import at_risk, gaps, selectors, services
from tpa.books.stoploss.models import FilingEvent, Kind, Offset
from tpa.engine.stoploss.contract_read import parse_contract
from tpa.infra import clock
from tpa.kernel.coverage import FUND_LINES
from tpa.web.api.core.access import Row, caller_name
from tpa.web.api.core.fields import CentsField, PublicIdField, StrictSerializer
from tpa.web.api.core.idempotent import once
from tpa.web.api.core.lists import Query
from tpa.web.api.core.pages import Whole
from tpa.web.api.core.views import BookView
from tpa.web.api.v1.exposure import AsOfQuery, ContractQuery
from tpa.web.files import file_answer
from tpa.workflows.stop_loss_filings import file_claim, post_received, record
from tpa.workflows.stop_loss_packet import FORMS, packet_file
from tpa.workflows.stop_loss_sweep import tell_carrier


class FilingEventSerializer(serializers.Serializer):
    """A step: what, when, by whom."""

    state = serializers.ChoiceField(FilingEvent.State.values)
    on = serializers.DateField()
    cents = CentsField(allow_null=True)
    reference = serializers.CharField()
    note = serializers.CharField()
    recorded_at = serializers.DateTimeField()
    recorded_by = serializers.CharField()


class FilingSerializer(serializers.Serializer):
    """A claim for reimbursement. `state` empty: prepared, not sent. `unit_key` 0: the group."""

    id = PublicIdField("slf", source="pk")
    contract = PublicIdField("slc", source="contract_id")
    kind = serializers.ChoiceField(Kind.values)
    unit_key = serializers.IntegerField(source="unit_id")
    number = serializers.IntegerField()
    state = serializers.CharField(allow_blank=True)
    as_of = serializers.DateField()
    eligible_cents = CentsField()
    requested_cents = CentsField()
    is_advance = serializers.BooleanField(help_text="Asked for ahead of payment.")
    digest = serializers.CharField()
    made_at = serializers.DateTimeField()
    made_by = serializers.CharField()


class FilingDetailSerializer(FilingSerializer):
    """With its steps."""

    events = FilingEventSerializer(many=True)


class NewFilingSerializer(StrictSerializer):
    """Whose: the unit of a specific claim; 0, the group, for the aggregate."""

    contract = PublicIdField("slc")
    kind = serializers.ChoiceField(Kind.values)
    unit_key = serializers.IntegerField(min_value=0, default=0)


class StepSerializer(StrictSerializer):
    """The next step. `cents`: accepted by a decision in part, or received; `to` says where what came is posted."""

    state = serializers.ChoiceField(FilingEvent.State.values)
    on = serializers.DateField()
    cents = CentsField(required=False, default=None, allow_null=True, min_value=0)
    reference = serializers.CharField(required=False, default="", allow_blank=True, max_length=60)
    note = serializers.CharField(required=False, default="", allow_blank=True, max_length=400)
    to = serializers.ChoiceField(("fund", "invoice"), required=False, default="fund")


class PacketQuery(Query):
    """`form`: json, csv, pdf, or zip for all of them with the explanations of benefits and the list of what is missing."""

    form = serializers.ChoiceField(tuple(FORMS), default="json")


class ToldSerializer(StrictSerializer):
    """The notices of which the carrier has been told."""

    notices = serializers.ListField(child=PublicIdField("ntc"), min_length=1, max_length=500)


class ToldCountSerializer(serializers.Serializer):
    """How many."""

    count = serializers.IntegerField()


class OffsetSerializer(serializers.Serializer):
    """What came back of paid claims outside their versions."""

    id = PublicIdField("slo", source="pk")
    kind = serializers.ChoiceField(Offset.Kind.values)
    reference = serializers.CharField()
    line = serializers.CharField()
    member_key = serializers.IntegerField(source="member_id")
    cents = CentsField()
    incurred_on = serializers.DateField()
    paid_on = serializers.DateField()
    known_on = serializers.DateField()


class NewOffsetSerializer(StrictSerializer):
    """`paid_on`: when that was paid which is lowered: its month is reopened. `member`: needed but for a rebate.

    What falls back of a check is no business of a caller: the plan's rule finds it.
    """

    kind = serializers.ChoiceField([one for one in Offset.Kind.values if one != Offset.Kind.FORFEITED])
    reference = serializers.CharField(max_length=60)
    line = serializers.ChoiceField(FUND_LINES)
    member = PublicIdField("mem", required=False, default=0)
    cents = CentsField(min_value=1)
    incurred_on = serializers.DateField()
    paid_on = serializers.DateField()

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if not attrs["member"] and attrs["kind"] != Offset.Kind.REBATE:
            raise serializers.ValidationError({"member": ["Only a rebate may be nobody's."]})
        if attrs["paid_on"] < attrs["incurred_on"]:
            raise serializers.ValidationError({"paid_on": ["Nothing is paid before it is incurred."]})
        return attrs


class SpanSerializer(serializers.Serializer):
    """Days; `ends_before` is the first day after them."""

    starts_on = serializers.DateField()
    ends_before = serializers.DateField()


class StretchSerializer(serializers.Serializer):
    """Service of some days, paid on some days, and the contracts that cover it."""

    incurred = SpanSerializer()
    paid = SpanSerializer()
    contracts = serializers.ListField(child=serializers.CharField())


class CellSerializer(serializers.Serializer):
    """A month of service paid in a month: covered by none, once, twice, or in part."""

    incurred = serializers.DateField()
    paid = serializers.DateField()
    state = serializers.CharField()
    contracts = serializers.ListField(child=serializers.CharField())


class WindowsSerializer(serializers.Serializer):
    """A contract's windows."""

    name = serializers.CharField()
    incurred = SpanSerializer()
    paid = SpanSerializer()


class CoverQuery(Query):
    """`cover`: by whose windows; without it the specific's, or the aggregate's where no contract has a specific."""

    cover = serializers.ChoiceField(gaps.COVERS, required=False, default="")


class GapsSerializer(serializers.Serializer):
    """What the contracts cover together, by the windows of one cover."""

    cover = serializers.ChoiceField(gaps.COVERS)
    contracts = WindowsSerializer(many=True)
    cells = CellSerializer(many=True)
    uncovered = StretchSerializer(many=True)
    doubled = StretchSerializer(many=True)


class ContractDocumentSerializer(StrictSerializer):
    """The terms of a contract that is not signed yet."""

    document = serializers.JSONField()


class ContractRiskSerializer(serializers.Serializer):
    """Money that is lost on a date: to be paid, or to be filed, by then."""

    contract = PublicIdField("slc", source="contract.contract_id")
    kind = serializers.ChoiceField(Kind.values)
    unit_key = serializers.IntegerField(source="unit_id")
    what = serializers.ChoiceField(("paid_by", "file_by", "pay_on_by"))
    by = serializers.DateField()
    days_left = serializers.IntegerField()
    cents = CentsField()


class FilingsView(BookView):
    """GET: the filings. POST: assemble the next one of a unit."""

    permissions: ClassVar = {"GET": Row("exposure.read"), "POST": Row("stoploss.write")}

    @extend_schema(parameters=[ContractQuery], responses=FilingSerializer(many=True))
    def get(self, request: Request) -> Response:
        """Filings, the latest first."""
        contract = ContractQuery.read(request)["contract"]
        return self.page(selectors.filings([self.key_of(contract, "slc")] if contract else None), FilingSerializer)

    @extend_schema(request=NewFilingSerializer, responses={201: FilingDetailSerializer})
    def post(self, request: Request) -> Response:
        """The packet of what the carrier owes and was not asked for; it waits to be sent."""
        asked = NewFilingSerializer(data=request.data, context=self.context())
        asked.is_valid(raise_exception=True)
        told = asked.validated_data
        filing = file_claim(
            contract_id=told["contract"], kind=told["kind"], unit_id=told["unit_key"], by=caller_name(request)
        )
        return Response(self.shown(filing.pk), status=201)

    def shown(self, key: int) -> Any:
        """The filing with its steps."""
        return FilingDetailSerializer(selectors.filing(key), context=self.context()).data


class FilingView(BookView):
    """GET: one filing."""

    permissions: ClassVar = {"GET": Row("exposure.read")}

    @extend_schema(responses=FilingDetailSerializer)
    def get(self, request: Request, filing: str) -> Response:
        """The filing and what has happened to it."""
        found = selectors.filing(self.key_of(filing, "slf"))
        return Response(FilingDetailSerializer(found, context=self.context()).data)


class FilingStepView(BookView):
    """POST: the next step of a filing."""

    permissions: ClassVar = {"POST": Row("stoploss.write")}
    keyed = True

    @extend_schema(request=StepSerializer, responses={201: FilingDetailSerializer})
    def post(self, request: Request, filing: str) -> Response:
        """Filed, asked, answered, decided, appealed, received, posted: refused where it may not come now."""
        key = selectors.filing(self.key_of(filing, "slf")).pk
        return once(self, request, lambda _: self._step(request, key))

    def _step(self, request: Request, key: int) -> tuple[int, Any]:
        asked = StepSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        told = dict(asked.validated_data)
        to = told.pop("to")
        if told["state"] == FilingEvent.State.POSTED:
            post_received(filing_id=key, on=told["on"], by=caller_name(request), to=to)
        else:
            record(filing_id=key, by=caller_name(request), **told)
        return 201, FilingDetailSerializer(selectors.filing(key), context=self.context()).data


class FilingPacketView(BookView):
    """GET: the packet. It names people: for those who may read claims."""

    permissions: ClassVar = {"GET": Row("claims.read")}

    @extend_schema(parameters=[PacketQuery], responses={(200, "application/octet-stream"): OpenApiTypes.BINARY})
    def get(self, request: Request, filing: str) -> HttpResponse:
        """As JSON, CSV or PDF, or all in one archive."""
        found, form = selectors.filing(self.key_of(filing, "slf")), PacketQuery.read(request)["form"]
        content = packet_file(employer=self.employer, filing=found, form=form)
        return file_answer(content, f"{found.file_name}.{form}")


class NoticesToldView(BookView):
    """POST: the carrier has been told."""

    permissions: ClassVar = {"POST": Row("stoploss.write")}

    @extend_schema(request=ToldSerializer, responses=ToldCountSerializer)
    def post(self, request: Request) -> Response:
        """Mark notices as sent and take them off the queue; how many were new."""
        asked = ToldSerializer(data=request.data, context=self.context())
        asked.is_valid(raise_exception=True)
        return Response({"count": tell_carrier(notice_ids=asked.validated_data["notices"], by=caller_name(request))})


class OffsetsView(BookView):
    """GET: what came back. POST: a rebate, a subrogation recovery, a refund."""

    permissions: ClassVar = {"GET": Row("exposure.read"), "POST": Row("stoploss.write")}

    @extend_schema(responses=OffsetSerializer(many=True))
    def get(self, request: Request) -> Response:
        """The latest first."""
        return self.page(Offset.objects.all(), OffsetSerializer)

    @extend_schema(request=NewOffsetSerializer, responses={200: OffsetSerializer, 201: OffsetSerializer})
    def post(self, request: Request) -> Response:
        """It lowers the month in which that was paid which it takes back. The same reference counts once."""
        asked = NewOffsetSerializer(data=request.data, context=self.context())
        asked.is_valid(raise_exception=True)
        told = dict(asked.validated_data)
        member_id = told.pop("member")
        now = clock.now()
        family_id = selectors.family_of(member_id) if member_id else 0
        offset, is_new = services.write_offset(
            offset=Offset(
                member_id=member_id,
                family_id=family_id,
                known_on=clock.today(self.employer.time_zone),
                recorded_at=now,
                recorded_by=caller_name(request),
                **told,
            )
        )
        return Response(OffsetSerializer(offset, context=self.context()).data, status=201 if is_new else 200)


class GapsView(BookView):
    """GET: what the contracts cover together. POST: the same with a proposed one, before it is signed."""

    permissions: ClassVar = {"GET": Row("exposure.read"), "POST": Row("exposure.read")}
    pagination_class = Whole

    @extend_schema(parameters=[CoverQuery], responses=GapsSerializer)
    def get(self, request: Request) -> Response:
        """Month of service by month of payment: covered once, twice, not at all."""
        cover = CoverQuery.read(request)["cover"]
        return Response(GapsSerializer(gaps.as_dict(gaps.gaps(self.employer_id, cover=cover))).data)

    @extend_schema(parameters=[CoverQuery], request=ContractDocumentSerializer, responses=GapsSerializer)
    def post(self, request: Request) -> Response:
        """Nothing is stored."""
        asked = ContractDocumentSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        proposed = parse_contract(asked.validated_data["document"])
        found = gaps.gaps(self.employer_id, proposed, cover=CoverQuery.read(request)["cover"])
        return Response(GapsSerializer(gaps.as_dict(found)).data)


class RisksView(BookView):
    """GET: money that is lost once a date has passed."""

    permissions: ClassVar = {"GET": Row("exposure.read")}
    pagination_class = Whole

    @extend_schema(parameters=[AsOfQuery], responses=ContractRiskSerializer(many=True))
    def get(self, request: Request) -> Response:
        """The most money first, each with the days that are left."""
        as_of = AsOfQuery.read(request)["as_of"] or clock.today(self.employer.time_zone)
        rows = at_risk.risks(self.employer_id, as_of)
        return Response({"data": ContractRiskSerializer(rows, many=True, context=self.context()).data})
