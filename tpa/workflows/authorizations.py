"""Authorizations from those who review care: as rows of JSON or CSV, all of them or none."""

import csv
import io
from collections.abc import Sequence
from typing import Any

from django.db import transaction

from tenants.scope import employer_scope
from tpa.books.members import authorizations
from tpa.books.members import selectors as members
from tpa.engine.plan.terms_values import patterns
from tpa.infra import clock
from tpa.kernel.document import DocumentError, Section
from tpa.workflows.wake_ups import wake

MOST_ROWS = 10_000
COLUMNS = ("number", "member_number", "starts_on", "ends_before", "codes", "provider", "units")
_THOUSAND = 1000


class AuthorizationError(DocumentError):
    """An authorization cannot be filed. Nothing of its file was."""

    code = "authorization"


def record_authorizations(*, employer_id: int, documents: Sequence[Any], by: str) -> int:
    """File authorizations; one of a number that the member has changes it. How many were new or changed.

    Raises DocumentError with the row and the key.
    """
    if len(documents) > MOST_ROWS:
        raise DocumentError(f"At most {MOST_ROWS:,} rows at once are wanted.", where="/rows")
    with employer_scope(employer_id), transaction.atomic():
        numbers = {str(one.get("member_number")) for one in documents if isinstance(one, dict)}
        found = members.members().filter(member_number__in=numbers)
        people = {
            number: (key, family) for number, key, family in found.values_list("member_number", "pk", "family_id")
        }
        rows = [_row(one, n, people) for n, one in enumerate(documents)]
        if len({(row.member_id, row.number) for row in rows}) < len(rows):
            raise DocumentError("One number of one member stands twice.", where="/rows")
        wake("resolve_pends", employer_id=employer_id)
        return authorizations.record_authorizations(rows=rows, at=clock.now(), by=by)


def read_csv(data: bytes) -> list[dict[str, Any]]:
    """The rows of a CSV file with a heading; codes are parted by spaces. Raises DocumentError."""
    try:
        table = csv.DictReader(io.StringIO(data.decode("utf-8-sig")), strict=True)
        if not {"number", "member_number", "starts_on", "ends_before"} <= set(table.fieldnames or ()) <= set(COLUMNS):
            raise DocumentError(f"The columns {', '.join(COLUMNS)} are wanted.", where="/rows")
        return [_document(row, n) for n, row in enumerate(table)]
    except (UnicodeDecodeError, csv.Error) as fault:
        raise DocumentError(f"This is no CSV file in UTF-8: {fault}", where="/rows") from fault


def _document(row: dict[str, Any], n: int) -> dict[str, Any]:
    if None in row or None in row.values():
        raise DocumentError("The row has another number of columns than the heading.", where=f"/rows/{n}")
    told = {key: value.strip() for key, value in row.items() if value.strip()}
    if "codes" in told:
        told["codes"] = told["codes"].split()
    if told.get("units", "").isdecimal():
        told["units"] = int(told["units"])
    return told


def _row(document: Any, n: int, people: dict[str, tuple[int, int]]) -> authorizations.NewAuthorization:
    with Section(document, f"/rows/{n}") as one:
        number, member_number = one.text("number"), one.text("member_number")
        if member_number not in people:
            raise AuthorizationError("There is no such member.", where=one.at("member_number"))
        units, provider = one.whole("units", None, most=100_000), one.text("provider", "")
        starts_on, ends_before = one.day("starts_on"), one.day("ends_before")
        if starts_on >= ends_before:
            raise AuthorizationError("starts_on must be before ends_before.", where=one.at("ends_before"))
        if len(number) > 50 or len(provider) > 20:
            raise AuthorizationError("A number has up to 50 characters, a provider up to 20.", where=one.where)
        codes = patterns(one, "codes")
        return authorizations.NewAuthorization(
            number, *people[member_number], starts_on, ends_before, codes, provider,
            None if units is None else units * _THOUSAND,
        )  # fmt: skip
