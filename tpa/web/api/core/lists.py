"""A list that is not a table: pages of values by an offset-free cursor of their own."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers
from rest_framework.request import Request

from tpa.web.api.core.pages import KeyPages


class Query(serializers.Serializer):
    """Query parameters: what is not declared is refused, so that a misspelt filter never widens a list."""

    _PAGING = frozenset({"limit", "cursor", "employer"})

    def to_internal_value(self, data: Any) -> Any:
        unknown = sorted(set(data) - set(self.fields) - self._PAGING)
        if unknown:
            raise serializers.ValidationError(
                {name: ["This parameter is not known here."] for name in unknown}, "unknown"
            )
        return super().to_internal_value(data)

    @classmethod
    def read(cls, request: Request) -> dict[str, Any]:
        """The checked parameters of a request. Raises ValidationError."""
        query = cls(data=request.query_params)
        query.is_valid(raise_exception=True)
        request.asked = True
        return dict(query.validated_data)


class LimitQuery(Query):
    """`limit` for lists that page by a key of their own."""

    limit = serializers.IntegerField(min_value=1, max_value=KeyPages.max_page_size, default=KeyPages.page_size)


class NoQuery(Query):
    """A list without filters."""
