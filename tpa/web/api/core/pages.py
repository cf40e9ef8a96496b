"""Pages by cursor: stable order by key, `limit` up to 200, a `next` link, no count unless asked elsewhere."""

from __future__ import annotations

from typing import Any

from rest_framework.pagination import CursorPagination
from rest_framework.response import Response


class KeyPages(CursorPagination):
    """Newest first. A list view may set `ordering` to another unique, indexed key."""

    page_size = 50
    page_size_query_param = "limit"
    max_page_size = 200
    ordering: Any = "-id"
    cursor_query_param = "cursor"

    def get_paginated_response(self, data: Any) -> Response:
        return Response({"data": data, "next": self.get_next_link(), "previous": self.get_previous_link()})

    def get_paginated_response_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        link = {"type": ["string", "null"], "format": "uri"}
        return {
            "type": "object",
            "required": ["data", "next"],
            "properties": {"data": schema, "next": link, "previous": link},
        }
