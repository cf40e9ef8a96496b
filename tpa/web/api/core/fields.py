"""Fields of the API: public ids, money in minor units, and serializers that refuse what they do not know."""

from __future__ import annotations

from collections.abc import Mapping
from copy import deepcopy
from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from tpa.kernel.errors import NotFoundError
from tpa.kernel.ids import key_of, public_id


def id_schema(kind: str) -> dict[str, str]:
    """The OpenAPI schema of a public id of this kind."""
    return {"type": "string", "pattern": f"^{kind}_[0-9A-HJKMNP-TV-Z]{{13}}$", "example": public_id(kind, 1, 42)}


class PublicIdField(serializers.Field):
    """A row's public id. The employer comes from the view's context (`employer_id`, 0 for the TPA's own rows)."""

    default_error_messages = {"invalid": "There is no such {kind}."}

    def __init__(self, kind: str, *, shared: bool = False, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.kind = kind
        self.shared = shared
        self._spectacular_annotation = {"field": id_schema(kind)}

    @property
    def employer_id(self) -> int:
        return 0 if self.shared else self.context["employer_id"]

    def to_representation(self, value: int) -> str:
        return public_id(self.kind, self.employer_id, value)

    def to_internal_value(self, data: Any) -> int:
        try:
            return key_of(str(data), self.kind, self.employer_id)
        except NotFoundError:
            self.fail("invalid", kind=self.kind)


@extend_schema_field({"type": "integer", "format": "int64", "description": "Minor units: cents.", "example": 12550})
class CentsField(serializers.IntegerField):
    """Money as a whole number of cents."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("min_value", -(10**15))
        kwargs.setdefault("max_value", 10**15)
        super().__init__(**kwargs)


class Shape(serializers.Serializer):
    """A serializer whose plain fields are not made anew for every answer: a copy holds what differs, its place.

    Making them takes longer than filling them in.
    """

    def get_fields(self) -> dict[str, serializers.Field]:
        return {name: _copied(field) for name, field in self._declared_fields.items()}


def _copied(field: serializers.Field) -> serializers.Field:
    """A field of its own for one answer. What has fields below it is made anew: they know their place too."""
    if isinstance(field, serializers.BaseSerializer) or hasattr(field, "child"):
        return deepcopy(field)
    fresh = object.__new__(type(field))
    fresh.__dict__.update(field.__dict__)
    return fresh


class StrictSerializer(Shape):
    """A serializer that refuses unknown fields, so that a misspelt one is never silently ignored."""

    def to_internal_value(self, data: Any) -> Any:
        if isinstance(data, Mapping):
            unknown = sorted(set(map(str, data)) - set(self.fields))
            if unknown:
                raise serializers.ValidationError(
                    {name: ["This field is not known here."] for name in unknown}, code="unknown"
                )
        return super().to_internal_value(data)
