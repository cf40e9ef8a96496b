"""Keys of programs: issued, listed, revoked. A key's text is told once, in the answer that issues it."""

from __future__ import annotations

from typing import ClassVar

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from tenants.scope import desk_scope
from tpa.books.identity import services
from tpa.books.identity.models import ApiKey, User
from tpa.books.identity.permissions import ACTIONS
from tpa.infra import clock
from tpa.kernel.errors import ConflictError, NotFoundError
from tpa.web.api.core.access import Row
from tpa.web.api.core.fields import StrictSerializer
from tpa.web.api.core.lists import NoQuery
from tpa.web.api.core.pages import Whole
from tpa.web.api.core.views import BookView


class KeySerializer(serializers.Serializer):
    """A key, without its secret. `scopes` are the actions that it may do; an employer's key counts at its portal alone."""

    id = serializers.CharField(source="prefix", help_text="The part of the text that is not secret.")
    name = serializers.CharField()
    scopes = serializers.ListField(child=serializers.CharField())
    is_revoked = serializers.BooleanField(source="revoked")
    created_at = serializers.DateTimeField(source="created")
    expires_at = serializers.DateTimeField(source="expiry_date", allow_null=True)
    last_used_at = serializers.DateTimeField(allow_null=True)


class IssuedKeySerializer(KeySerializer):
    """A new key with its text, which is shown this once."""

    key = serializers.CharField()


class NewKeySerializer(StrictSerializer):
    """What makes a key. It may do no more than whoever asks for it."""

    name = serializers.CharField(max_length=50)
    scopes = serializers.ListField(
        child=serializers.ChoiceField(sorted(ACTIONS)), min_length=1, max_length=len(ACTIONS)
    )
    expires_at = serializers.DateTimeField(required=False, help_text="A year from now unless another day is named.")

    def validate_expires_at(self, instant: object) -> object:
        """Not in the past."""
        if instant <= clock.now():  # type: ignore[operator]
            raise serializers.ValidationError("The key would have expired already.", code="invalid")
        return instant


class PersonNeededError(ConflictError):
    """Keys do not issue keys."""

    code = "person_needed"
    remedy = "Log in at the desk."


def _person(request: Request) -> User:
    if not isinstance(request.user, User):
        raise PersonNeededError("A key is issued by a person, not by a key.")
    return request.user


class KeysView(BookView):
    """GET: the employer's keys. POST: one more. At the TPA's own host alone."""

    permissions: ClassVar = {"GET": Row("users.write"), "POST": Row("users.write")}
    desk_only = True
    pagination_class = Whole
    heeds_key = False

    @extend_schema(responses=KeySerializer(many=True))
    def get(self, request: Request) -> Response:
        """Every key that was ever issued for the employer."""
        NoQuery.read(request)
        with desk_scope():
            return Response({"data": KeySerializer(_keys(self), many=True).data})

    @extend_schema(request=NewKeySerializer, responses={201: IssuedKeySerializer})
    def post(self, request: Request) -> Response:
        """Issue a key. Its text is in this answer and nowhere else."""
        asked = NewKeySerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        with desk_scope():
            key, text = services.issue_key(**asked.validated_data, employer_id=self.employer_id, by=_person(request))
            return Response({**KeySerializer(key).data, "key": text}, status=201)


def _keys(view: BookView) -> QuerySet[ApiKey]:
    return ApiKey.objects.filter(employer_id=view.employer_id).order_by("-created")


class KeyRevokeView(BookView):
    """POST: the key is worth nothing from now on."""

    permissions: ClassVar = {"POST": Row("users.write")}
    desk_only = True

    @extend_schema(request=None, responses=KeySerializer)
    def post(self, request: Request, key: str) -> Response:
        """The answer is the key."""
        with desk_scope():
            found = _keys(self).filter(prefix=key).first()
            if found is None:
                raise NotFoundError("There is no such key.")
            services.revoke_key(key_id=found.pk)
            found.refresh_from_db()
            return Response(KeySerializer(found).data)
