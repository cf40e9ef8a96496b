"""Fields of the API: public ids, money in minor units, and serializers that refuse what they do not know."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from copy import deepcopy
from functools import cache
from typing import Any, NamedTuple, cast

from django.core.exceptions import ObjectDoesNotExist
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.fields import SkipField

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


@extend_schema_field(serializers.DictField())
class PairsField(serializers.Field):
    """Named values, in our hands a sequence of pairs, as an object."""

    def to_representation(self, value: Iterable[tuple[str, Any]]) -> dict[str, Any]:
        return dict(value)


@extend_schema_field({"type": "integer", "format": "int64", "description": "Minor units: cents.", "example": 12550})
class CentsField(serializers.IntegerField):
    """Money as a whole number of cents."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("min_value", -(10**15))
        kwargs.setdefault("max_value", 10**15)
        super().__init__(**kwargs)


class Shape(serializers.Serializer):
    """A serializer that knows once a class, not anew for every answer, what each of its fields reads and how it shows it.

    Finding that out takes longer than reading the rows. A class with a field of another kind is filled as any serializer.
    """

    @classmethod
    def show(cls, row: Any, context: Mapping[str, Any]) -> dict[str, Any]:
        """What `cls(row, context=context).data` is, without a serializer for this one answer."""
        places = _layout(cls) if cls.to_representation is Shape.to_representation else None
        if places is None:
            return dict(cls(row, context=dict(context)).data)
        return _filled(None, places, row, context, cls)

    @classmethod
    def show_all(cls, rows: Iterable[Any], context: Mapping[str, Any]) -> list[dict[str, Any]]:
        """The same of many."""
        return [cls.show(row, context) for row in rows]

    def to_representation(self, instance: Any) -> dict[str, Any]:
        places = _layout(type(self))
        if places is None:
            return super().to_representation(instance)
        return _filled(self, places, instance, self.context)

    def get_fields(self) -> dict[str, serializers.Field]:
        return {name: _copied(field) for name, field in self._declared_fields.items()}


def _copied(field: serializers.Field) -> serializers.Field:
    """A field of its own for one answer. What has fields below it is made anew: they know their place too."""
    if isinstance(field, serializers.BaseSerializer) or hasattr(field, "child"):
        return deepcopy(field)
    fresh = object.__new__(type(field))
    fresh.__dict__.update(field.__dict__)
    return fresh


_Fill = Callable[[Any, Mapping[str, Any]], Any]
"""From a value (never None) and the view's context to what is shown."""
_ALIKE = (
    CentsField,
    serializers.BooleanField,
    serializers.CharField,
    serializers.ChoiceField,
    serializers.DateField,
    serializers.DateTimeField,
    serializers.IntegerField,
    serializers.JSONField,
    PairsField,
)
"""Fields that show a value alike wherever they stand."""
_PLAIN = {CentsField: int, serializers.IntegerField: int, serializers.CharField: str}
"""What the most frequent of them do to it."""


class _Place(NamedTuple):
    """A field: the attributes that lead to its value (none: the row itself), and how it is shown: alone, by the context, or by
    which method."""

    name: str
    path: tuple[str, ...]
    show: Callable[[Any], Any] | None
    fill: _Fill | None
    method: str
    field: serializers.Field


@cache
def _layout(shape: type[Shape]) -> tuple[_Place, ...] | None:
    """The fields of a class in their order; None where one of them cannot be laid out."""
    places = []
    for name, field in shape().fields.items():
        if field.write_only:
            continue
        method = field.method_name if isinstance(field, serializers.SerializerMethodField) else ""
        show = None if method else _show(field)
        fill = None if method or show else _fill(field)
        if fill is None and show is None and not method:
            return None
        places.append(_Place(name, tuple(field.source_attrs), show, fill, method, field))
    return tuple(places)


def _show(field: serializers.Field) -> Callable[[Any], Any] | None:
    if type(field) in _PLAIN:
        return _PLAIN[type(field)]
    if type(field) in _ALIKE or (type(field) is serializers.ListField and type(field.child) in _ALIKE):
        return cast(Callable[[Any], Any], field.to_representation)
    return None


def _fill(field: serializers.Field) -> _Fill | None:
    if isinstance(field, PublicIdField):
        return lambda key, context: public_id(field.kind, 0 if field.shared else context["employer_id"], key)
    if type(field) is serializers.ListSerializer:
        one = _fill(field.child)
        return None if one is None else lambda rows, context: [one(row, context) for row in rows]
    if isinstance(field, Shape) and type(field).to_representation is Shape.to_representation:
        shape = type(field)
        places = _layout(shape)
        return None if places is None else lambda row, context: _filled(None, places, row, context, shape)
    return None


def _filled(
    owner: Shape | None,
    places: tuple[_Place, ...],
    row: Any,
    context: Mapping[str, Any],
    shape: type[Shape] = Shape,
) -> dict[str, Any]:
    """What `Serializer.to_representation` makes of a row. `owner`: whose methods are asked; made where it is needed."""
    shown = {}
    for name, path, show, fill, method, field in places:
        if method:
            owner = owner or shape(context=context)
            shown[name] = getattr(owner, method)(row)
            continue
        try:
            value = row
            for step in path:
                value = value[step] if type(value) is dict else getattr(value, step)
                if callable(value):
                    raise AttributeError
        except (AttributeError, KeyError, ObjectDoesNotExist):
            # Something else than a plain value, or none: the field knows what holds then.
            try:
                value = field.get_attribute(row)
            except SkipField:
                continue
        if value is None:
            shown[name] = None
        else:
            shown[name] = show(value) if show is not None else fill(value, context)
    return shown


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
