"""A file as the answer to a request, for REST and pages alike."""

import csv
from collections.abc import Iterable
from io import StringIO

from django.http import HttpResponse
from django.utils.http import content_disposition_header

_TYPES = {
    "837": "application/edi-x12",
    "csv": "text/csv; charset=utf-8",
    "json": "application/json",
    "pdf": "application/pdf",
    "x12": "application/edi-x12",
    "zip": "application/zip",
}
"""Media types by how a file's name ends; of another the browser knows nothing."""


def file_answer(content: bytes | str, name: str, *, inline: bool = False) -> HttpResponse:
    """The content under its name: to be saved, or `inline` to be looked at in the browser."""
    media_type = _TYPES.get(name.rpartition(".")[2], "application/octet-stream")
    answer = HttpResponse(content, content_type=media_type)
    answer["Content-Disposition"] = content_disposition_header(not inline, name)
    return answer


def csv_answer(rows: Iterable[Iterable[object]], name: str) -> HttpResponse:
    """The rows as a CSV file."""
    text = StringIO()
    csv.writer(text).writerows(rows)
    return file_answer(text.getvalue(), name)
