"""Pages by cursor: stable order by key, `limit` up to 200, a `next` link, no count unless asked elsewhere."""

from __future__ import annotations

from datetime import date
from typing import Any

from rest_framework.exceptions import NotFound
from rest_framework.pagination import CursorPagination
from rest_framework.request import Request
from rest_framework.response import Response

_LONGEST_KEY = 18


class KeyPages(CursorPagination):
    """Newest first. A list view may set `ordering` to another unique, indexed key."""

    page_size = 50
    page_size_query_param = "limit"
    max_page_size = 200
    ordering: Any = "-id"
    cursor_query_param = "cursor"

    def decode_cursor(self, request: Request) -> Any:
        """The cursor of a page that we named: a position is a key."""
        cursor = super().decode_cursor(request)
        position = cursor.position if cursor is not None else None
        if position is not None and not self.is_position(position):
            raise NotFound(self.invalid_cursor_message)
        return cursor

    @staticmethod
    def is_position(text: str) -> bool:
        """Whether a cursor may stand there: at a key."""
        return text.isdecimal() and len(text) <= _LONGEST_KEY

    def get_paginated_response(self, data: Any) -> Response:
        return Response({"data": data, "next": self.get_next_link(), "previous": self.get_previous_link()})

    def get_paginated_response_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        link = {"type": ["string", "null"], "format": "uri"}
        return {
            "type": "object",
            "required": ["data", "next"],
            "properties": {"data": schema, "next": link, "previous": link},
        }


class DuePages(KeyPages):
    """What is due first comes first."""

    ordering: Any = ("due_on", "id")

    @staticmethod
    def is_position(text: str) -> bool:
        """A day."""
        try:
            return bool(date.fromisoformat(text))
        except ValueError:
            return False


class Whole(KeyPages):
    """A list that is short by its nature and comes whole, without pages."""

    def get_paginated_response_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        return {"type": "object", "required": ["data"], "properties": {"data": schema}}

    def get_schema_operation_parameters(self, view: Any) -> list[dict[str, Any]]:
        return []
