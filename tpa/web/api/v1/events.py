"""What happened in an employer's books: a list of 30 days to pull, and webhooks that push."""

from __future__ import annotations

from typing import Any, ClassVar

from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from tenants.scope import desk_scope
from tpa.books.events import selectors, services
from tpa.books.events.kinds import KINDS
from tpa.books.events.models import Delivery, Endpoint, Event
from tpa.infra import clock
from tpa.kernel.ids import public_id
from tpa.web.api.core.access import Row, caller_name
from tpa.web.api.core.fields import PublicIdField, StrictSerializer, id_schema
from tpa.web.api.core.lists import Query
from tpa.web.api.core.views import BookView


class EventSerializer(serializers.Serializer):
    """An event, as a webhook brings it."""

    id = serializers.SerializerMethodField()
    type = serializers.ChoiceField(sorted(KINDS), source="kind")
    timestamp = serializers.DateTimeField(source="occurred_at")
    employer = serializers.SerializerMethodField()
    data = serializers.SerializerMethodField()

    @extend_schema_field(id_schema("evt"))
    def get_id(self, one: Event) -> str:
        """The same in every delivery: what came before with this id is the same event."""
        return public_id("evt", one.employer_id, one.pk)

    @extend_schema_field(id_schema("emp"))
    def get_employer(self, one: Event) -> str:
        """In whose books it happened."""
        return public_id("emp", 0, one.employer_id)

    @extend_schema_field({"type": "object", "additionalProperties": True})
    def get_data(self, one: Event) -> dict[str, Any]:
        """Ids and figures by type."""
        return selectors.shown(one)


class EventQuery(Query):
    """`type`: events of this type alone."""

    type = serializers.ChoiceField(sorted(KINDS), required=False)


class EndpointSerializer(StrictSerializer):
    """An address to which events are sent. Without `types` it gets all of them."""

    id = PublicIdField("whk", source="pk", read_only=True)
    url = serializers.CharField(max_length=500, help_text="https, a public host.")
    types = serializers.ListField(
        child=serializers.ChoiceField(sorted(KINDS)), source="kinds", required=False, max_length=len(KINDS)
    )
    is_enabled = serializers.SerializerMethodField()
    disabled_reason = serializers.CharField(read_only=True)
    made_at = serializers.DateTimeField(read_only=True)

    def get_is_enabled(self, one: Endpoint) -> bool:
        """Whether anything is sent to it."""
        return one.disabled_at is None


class EndpointSecretSerializer(EndpointSerializer):
    """An endpoint with the secret that signs what it is sent (Standard Webhooks)."""

    secret = serializers.SerializerMethodField()

    def get_secret(self, one: Endpoint) -> str:
        """Told when it is made and when it is rotated."""
        return selectors.secret_of(one)


class DeliverySerializer(serializers.Serializer):
    """An event on its way to an endpoint: how often it was tried, and how the last attempt went."""

    id = PublicIdField("whd", source="pk")
    event = EventSerializer()
    state = serializers.ChoiceField(Delivery.State.choices)
    attempt_count = serializers.IntegerField()
    tried_at = serializers.DateTimeField(allow_null=True)
    next_at = serializers.SerializerMethodField()
    status = serializers.IntegerField(allow_null=True, help_text="HTTP status of the last answer.")
    answer = serializers.CharField(help_text="Its beginning, or why none came.")

    @extend_schema_field({"type": ["string", "null"], "format": "date-time"})
    def get_next_at(self, one: Delivery) -> Any:
        """When it is tried next; null once it is delivered or given up."""
        if one.state != Delivery.State.WAITING:
            return None
        return serializers.DateTimeField().to_representation(one.next_at)


class EventsView(BookView):
    """GET: what happened in the last 30 days, the latest first."""

    permissions: ClassVar = {"GET": Row("events.read")}

    @extend_schema(parameters=[EventQuery], responses=EventSerializer(many=True))
    def get(self, request: Request) -> Response:
        """The employer's events."""
        asked = EventQuery.read(request)
        return self.page(selectors.events(self.employer_id, asked.get("type", "")), EventSerializer)


class EndpointsView(BookView):
    """GET: the employer's endpoints. POST: one more."""

    permissions: ClassVar = {"GET": Row("events.subscribe"), "POST": Row("events.subscribe")}
    heeds_key = False

    @extend_schema(responses=EndpointSerializer(many=True))
    def get(self, request: Request) -> Response:
        """Enabled and disabled ones, the latest first."""
        with desk_scope():
            return self.page(selectors.endpoints(self.employer_id), EndpointSerializer)

    @extend_schema(request=EndpointSerializer, responses={201: EndpointSecretSerializer})
    def post(self, request: Request) -> Response:
        """The answer holds the secret: it is told here and when it is rotated."""
        asked = EndpointSerializer(data=request.data, context=self.context())
        asked.is_valid(raise_exception=True)
        told = {"kinds": [], **asked.validated_data}
        with desk_scope():
            made = services.add_endpoint(**told, employer_id=self.employer_id, by=caller_name(request), now=clock.now())
        return Response(EndpointSecretSerializer(made, context=self.context()).data, status=201)


class EndpointView(BookView):
    """GET: one endpoint."""

    permissions: ClassVar = {"GET": Row("events.subscribe")}

    @extend_schema(responses=EndpointSerializer)
    def get(self, request: Request, endpoint: str) -> Response:
        """Without its secret."""
        with desk_scope():
            found = selectors.endpoint(self.key_of(endpoint, "whk"), self.employer_id)
        return Response(EndpointSerializer(found, context=self.context()).data)


class EndpointDisableView(BookView):
    """POST: nothing is sent to it from now on, and what waits is given up."""

    permissions: ClassVar = {"POST": Row("events.subscribe")}
    serializer: ClassVar[type[EndpointSerializer]] = EndpointSerializer

    def act(self, one: Endpoint) -> None:
        """What is done."""
        services.disable_endpoint(one=one, reason="Disabled by its owner.", now=clock.now())

    @extend_schema(request=None, responses=EndpointSerializer)
    def post(self, request: Request, endpoint: str) -> Response:
        """The answer is the endpoint."""
        with desk_scope():
            found = selectors.endpoint(self.key_of(endpoint, "whk"), self.employer_id)
            self.act(found)
        return Response(self.serializer(found, context=self.context()).data)


class EndpointEnableView(EndpointDisableView):
    """POST: new events are sent to it again. What it has missed is in the list of events."""

    def act(self, one: Endpoint) -> None:
        services.enable_endpoint(one=one)


class EndpointRotateView(EndpointDisableView):
    """POST: a new secret. For a day the one before signs beside it."""

    serializer = EndpointSecretSerializer
    heeds_key = False

    def act(self, one: Endpoint) -> None:
        services.rotate_secret(one=one, now=clock.now())

    @extend_schema(request=None, responses=EndpointSecretSerializer)
    def post(self, request: Request, endpoint: str) -> Response:
        """The answer holds the new secret."""
        return super().post(request, endpoint)


class DeliveriesView(BookView):
    """GET: what was sent to an endpoint in the last 30 days, or waits to be, the latest first."""

    permissions: ClassVar = {"GET": Row("events.subscribe")}

    @extend_schema(responses=DeliverySerializer(many=True))
    def get(self, request: Request, endpoint: str) -> Response:
        """With how the last attempt of each went."""
        with desk_scope():
            found = selectors.endpoint(self.key_of(endpoint, "whk"), self.employer_id)
            return self.page(selectors.deliveries(found.pk), DeliverySerializer)


class RedeliverView(BookView):
    """POST: send it once more."""

    permissions: ClassVar = {"POST": Row("events.subscribe")}

    @extend_schema(request=None, responses=DeliverySerializer)
    def post(self, request: Request, delivery: str) -> Response:
        """The answer is the delivery. It is tried for three days from now."""
        with desk_scope():
            found = selectors.delivery(self.key_of(delivery, "whd"), self.employer_id)
            services.redeliver(one=found, now=clock.now())
        return Response(DeliverySerializer(found, context=self.context()).data)
