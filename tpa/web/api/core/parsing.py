"""JSON as the body of a request."""

from __future__ import annotations

from typing import Any

from rest_framework.exceptions import ParseError
from rest_framework.parsers import JSONParser

from tpa.kernel.document_text import TooDeepError, refuse_deep


class BoundedJson(JSONParser):
    """JSON that nobody's stack is exhausted by: lists and tables up to a depth, else 400."""

    def parse(self, stream: Any, media_type: Any = None, parser_context: Any = None) -> Any:
        """The value. Raises ParseError."""
        try:
            value = super().parse(stream, media_type, parser_context)
            refuse_deep(value)
        except (RecursionError, TooDeepError):
            raise ParseError(f"The JSON is nested too deeply. {TooDeepError.remedy}", code=TooDeepError.code) from None
        return value
