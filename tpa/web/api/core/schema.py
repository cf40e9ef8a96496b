"""The API's own description, OpenAPI 3.1: what drf-spectacular reads off the views, and what all of them share."""

from __future__ import annotations

import json
import re
from typing import Any

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.plumbing import ResolvedComponent
from drf_spectacular.utils import OpenApiParameter

from tpa.web.api.core.access import EMPLOYER_HEADER
from tpa.web.api.core.fields import id_schema
from tpa.web.api.core.idempotent import HEADER as KEY_HEADER
from tpa.web.api.core.pages import Whole
from tpa.web.api.core.places import ID_KINDS, collection_of
from tpa.web.api.core.problems import CONTENT_TYPE

PROBLEM = {
    "type": "object",
    "description": "What was wrong (RFC 9457). `errors` point at the fields.",
    "required": ["type", "title", "status", "detail", "instance", "code", "request_id"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "instance": {"type": "string"},
        "code": {"type": "string"},
        "request_id": {"type": "string"},
        "remedy": {"type": "string"},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["pointer", "code", "detail"],
                "properties": {
                    "pointer": {"type": "string"},
                    "code": {"type": "string"},
                    "detail": {"type": "string"},
                },
            },
        },
    },
    "example": {
        "type": "/docs/problems/invalid",
        "title": "Bad Request",
        "status": 400,
        "detail": "The request does not fit the documented form.",
        "instance": "/api/v1/deposits/",
        "code": "invalid",
        "request_id": "4a6bb0a7ad0d4b7f8a2f3a7f4cf1b0de",
        "errors": [{"pointer": "/cents", "code": "required", "detail": "This field is required."}],
    },
}
_ALWAYS = {
    400: "The request does not fit the documented form.",
    401: "No usable credential.",
    403: "The credential may not do this.",
    404: "There is no such thing, or not for this caller.",
    409: "The thing, or the employer, is not in a state in which this can be done.",
    429: "Too many requests; Retry-After says when to go on.",
}
_ON_WRITING = {
    413: "The body is too large.",
    415: "The body is of another type.",
    422: "Understood and refused: `code` and `remedy` say why and what to do.",
}
_LOCATION = {
    "description": "The address at which what was made can be read.",
    "required": True,
    "schema": {"type": "string", "format": "uri"},
}
_ON_MATCHING = {412: "Changed since it was read.", 428: "The header If-Match is missing."}


class KeyScheme(OpenApiAuthenticationExtension):
    """How a program shows its key."""

    target_class = "tpa.web.api.core.access.KeyAuthentication"
    name = "key"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        """A bearer token that is one of our keys."""
        return {"type": "http", "scheme": "bearer", "bearerFormat": "tpa_live_...", "description": "An API key."}


class BookSchema(AutoSchema):
    """Adds the headers, the ids in paths and the problems that every resource has in common."""

    def get_operation_id(self) -> str:
        """`getMembers`, `postClaims`."""
        return self.method.lower() + type(self.view).__name__.removesuffix("View")

    def get_paginated_name(self, serializer_name: str) -> str:
        """`PaginatedAppealList`; `WholeAppealList` where the list comes without pages, which is another form."""
        form = "Whole" if issubclass(self.view.pagination_class, Whole) else "Paginated"
        return f"{form}{serializer_name}List"

    def get_override_parameters(self) -> list[Any]:
        """Ids in the path, and the headers that count here."""
        row = self.view.permissions[self.method]
        found = [
            OpenApiParameter(name, id_schema(ID_KINDS[name]), OpenApiParameter.PATH)
            for name in self._names_in_path()
            if name in ID_KINDS
        ]
        if row.of_employer or row.by_grants:
            told = "The employer of the call, at the TPA's own host. A portal host is its employer's."
            found.append(OpenApiParameter(EMPLOYER_HEADER, id_schema("emp"), OpenApiParameter.HEADER, False, told))
        if (self.view.keyed or self.view.heeds_key) and self.method == "POST":
            told = "A text of the caller's own, new for each new request: the same again is answered as before."
            text = {"type": "string", "minLength": 1, "maxLength": 255, "example": "2026-05-04-wire-7781"}
            found.append(OpenApiParameter(KEY_HEADER, text, OpenApiParameter.HEADER, self.view.keyed, told))
        if self.method == "PUT":
            told = "The ETag under which the resource was read."
            found.append(OpenApiParameter("If-Match", str, OpenApiParameter.HEADER, True, told))
        return found

    def _names_in_path(self) -> list[str]:
        return [part[1:-1] for part in self.path.split("/") if part.startswith("{")]

    def _get_response_bodies(self, direction: Any = "response") -> dict[str, Any]:
        """The view's own answers, and the problems. A view that refuses a reading, too, names 422 among its answers."""
        problem = ResolvedComponent("Problem", ResolvedComponent.SCHEMA, PROBLEM, "Problem")
        self.registry.register_on_missing(problem)
        told = dict(_ALWAYS)
        if self.method != "GET":
            told |= _ON_WRITING
        if self.method == "PUT":
            told |= _ON_MATCHING
        answers: dict[str, Any] = super()._get_response_bodies(direction)
        if "422" in answers:
            told[422] = _ON_WRITING[422]
        for status in answers.keys() & {"201", "202"}:
            if self._has_place(answers[status]):
                answers[status]["headers"] = {"Location": _LOCATION}
        for status, text in sorted(told.items()):
            answers[str(status)] = {"description": text, "content": {CONTENT_TYPE: {"schema": problem.ref}}}
        return answers

    def _has_place(self, answer: dict[str, Any]) -> bool:
        """Whether what is made has an address of its own, by the kind of its id."""
        shown = json.dumps(answer.get("content", {}))
        for name in re.findall(r'"\$ref": "#/components/schemas/(\w+)"', shown):
            form = self.registry[name, ResolvedComponent.SCHEMA].schema.get("properties", {})
            named = form.get("id") or (next(iter(form.values())) if len(form) == 1 else {})
            if collection_of(named.get("pattern", "")[1:4], self.path):
                return True
        return False
