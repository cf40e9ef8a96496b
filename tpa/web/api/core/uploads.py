"""Files as the body of a request."""

from __future__ import annotations

import re
from typing import Any, ClassVar

from rest_framework.parsers import FileUploadParser
from rest_framework.request import Request

from tpa.kernel.errors import DomainError
from tpa.web.api.core.views import BookView


class RawUpload(FileUploadParser):
    """The body is the file, of whatever content type; `?name=` says its name. Large ones are spooled to disk."""

    def get_filename(self, stream: Any, media_type: str, parser_context: dict[str, Any]) -> str:
        name = re.split(r"[/\\]", parser_context["request"].query_params.get("name", ""))[-1].strip(". ")
        return name if name.isprintable() and name else "upload"


class NothingUploadedError(DomainError):
    """An upload without a file."""

    code = "file_missing"
    status = 400
    remedy = "Send the file as the body of the request."


class FormUploadedError(DomainError):
    """A form with a file in it: its frame would be read as a part of the file."""

    code = "form_upload"
    status = 415
    remedy = "Send the bytes of the file alone as the body of the request, such as with `curl --data-binary @file`."


def uploaded(request: Request) -> Any:
    """The file that came. Raises NothingUploadedError, FormUploadedError."""
    if (request.content_type or "").lower().startswith("multipart/"):
        raise FormUploadedError("The request is a form (multipart), not a file.")
    upload = request.data.get("file")
    if upload is None or upload.size == 0:
        raise NothingUploadedError("The request has no file.")
    return upload


class UploadView(BookView):
    """A view whose POST takes a file as its body."""

    parser_classes: ClassVar[list[Any]] = [RawUpload]
    heeds_key = False
