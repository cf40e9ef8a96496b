"""What became of a row of the TPA's configuration: who changed what, when, from what to what, and why."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any, NamedTuple

from django.core.exceptions import ObjectDoesNotExist
from django.db.models import Model

_WORDS = {"insert": "entered", "update": "changed", "delete": "deleted"}


class Change(NamedTuple):
    """One field, before and after, as people read it."""

    field: str
    before: str
    after: str


class Event(NamedTuple):
    """One change of a row, or of a row that belongs to it."""

    at: datetime
    who: str
    why: str
    what: str
    changes: list[Change]


def is_tracked(model: type[Model]) -> bool:
    """Whether the database keeps every change of the model's rows."""
    return hasattr(model, "history")


def events_of(row: Model, parts: list[tuple[type[Model], str]]) -> list[Event]:
    """Everything that happened to the row and to its parts (model, name of its key to the row), the latest first."""
    found = list(_told(type(row), {"pgh_obj_id": row.pk}))
    for model, key in parts:
        if is_tracked(model):
            found += _told(model, {f"{key}_id": row.pk})
    # One transaction's events carry one instant: among them, too, the later one comes first.
    found.reverse()
    return sorted(found, key=lambda event: event.at, reverse=True)


def _told(model: Any, of: dict[str, Any]) -> Iterator[Event]:
    before: dict[Any, Any] = {}
    kept = model._meta.get_field("history").related_model
    fields = [one for one in kept._meta.fields if not one.name.startswith("pgh_") and one.name != "id"]
    for event in kept.objects.filter(**of).order_by("pgh_id"):
        was = None if event.pgh_label == "insert" else before.get(event.pgh_obj_id)
        now = None if event.pgh_label == "delete" else event
        pairs = [(str(one.verbose_name), _shown(was, one), _shown(now, one)) for one in fields]
        context = event.pgh_context or {}
        yield Event(
            event.pgh_created_at,
            context.get("who", ""),
            context.get("why", ""),
            f"{model._meta.verbose_name} {_WORDS.get(event.pgh_label, event.pgh_label)}",
            [Change(*pair) for pair in pairs if pair[1] != pair[2]],
        )
        before[event.pgh_obj_id] = event


def _shown(event: Any, field: Any) -> str:
    if event is None:
        return ""
    try:
        value = getattr(event, field.name)
    except ObjectDoesNotExist:
        value = getattr(event, field.attname)
    return "" if value is None else str(value)
