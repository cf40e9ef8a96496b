"""Errors as RFC 9457 problem documents (`application/problem+json`).

A problem carries `type`, `title`, `status`, `detail`, `instance`, `code`, `request_id` and, where a field is at fault,
`errors` with a JSON pointer each. `detail` never holds personal data. A refusal (`DomainError`) keeps its own status,
code and remedy.
"""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from drf_standardized_errors.formatter import ExceptionFormatter
from drf_standardized_errors.handler import ExceptionHandler
from drf_standardized_errors.types import ErrorResponse
from rest_framework import exceptions
from rest_framework.response import Response

from tenants.errors import EmployerError
from tpa.kernel.errors import DomainError

CONTENT_TYPE = "application/problem+json"


class RefusedError(exceptions.APIException):
    """A refusal on its way out. `findings`: where there are several faults, each with code, path and message."""

    def __init__(self, refusal: DomainError | EmployerError) -> None:
        super().__init__(detail=refusal.message, code=refusal.code)
        self.status_code = refusal.status
        self.where = refusal.where
        self.remedy = refusal.remedy
        self.wait = getattr(refusal, "retry_after", None)
        self.findings = getattr(refusal, "findings", ())


def pointer_of(attr: str | None) -> str:
    """`lines.0.charge_cents` as the JSON pointer `/lines/0/charge_cents`."""
    if not attr or attr == "non_field_errors":
        return ""
    return "/" + attr.replace("~", "~0").replace("/", "~1").replace(".", "/")


class ProblemFormatter(ExceptionFormatter):
    """Gives drf-standardized-errors the shape of RFC 9457."""

    def format_error_response(self, error_response: ErrorResponse) -> dict[str, Any]:
        request = self.context["request"]
        status = HTTPStatus(self.exc.status_code)
        invalid = isinstance(self.exc, exceptions.ValidationError)
        code = "invalid" if invalid else error_response.errors[0].code
        problem: dict[str, Any] = {
            "type": f"/docs/problems/{code}",
            "title": status.phrase,
            "status": status.value,
            "detail": "The request does not fit the documented form." if invalid else error_response.errors[0].detail,
            "instance": request.path,
            "code": code,
            "request_id": getattr(request, "id", ""),
        }
        if invalid:
            problem["errors"] = [
                {"pointer": pointer_of(error.attr), "code": error.code, "detail": error.detail}
                for error in error_response.errors
            ]
        if isinstance(self.exc, RefusedError):
            problem["remedy"] = self.exc.remedy
            if self.exc.findings:
                problem["errors"] = [
                    {"pointer": one["path"], "code": one["code"], "detail": one["message"]} for one in self.exc.findings
                ]
            elif self.exc.where:
                problem["errors"] = [{"pointer": self.exc.where, "code": code, "detail": self.exc.detail}]
        return problem


class ProblemHandler(ExceptionHandler):
    """Turns refusals into answers; what is neither a refusal nor DRF's own stays a logged 500."""

    def convert_known_exceptions(self, exc: Exception) -> Exception:
        if isinstance(exc, DomainError | EmployerError):
            return RefusedError(exc)
        return super().convert_known_exceptions(exc)

    def get_response(self, exc: exceptions.APIException, data: Any) -> Response:
        response = super().get_response(exc, data)
        response.content_type = CONTENT_TYPE
        return response
