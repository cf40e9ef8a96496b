"""What was authorized for members: written with its past kept, read as known at an instant."""

from collections.abc import Collection, Sequence
from datetime import date, datetime
from typing import Any, NamedTuple

from django.db import connection
from django.db.models import QuerySet

from tpa.books.members.models import Authorization
from tpa.engine.adjudication import facts
from tpa.infra.sequences import next_ids

_OF = """
    SELECT family_id, root_id, number, member_id, starts_on, ends_before, codes, provider, units_milli
    FROM members_authorization WHERE family_id = ANY(%s) AND {known} ORDER BY member_id, starts_on, root_id"""
_NOW = "superseded_at IS NULL"
_THEN = "recorded_at <= %s AND (superseded_at IS NULL OR superseded_at > %s)"


class NewAuthorization(NamedTuple):
    """An authorization as it is now: of a number that the member has it is a change."""

    number: str
    member_id: int
    family_id: int
    starts_on: date
    ends_before: date
    codes: tuple[str, ...] = ()
    provider: str = ""
    units_milli: int | None = None


def of_families(
    family_ids: Collection[int], *, known_at: datetime | None = None
) -> dict[int, dict[int, tuple[facts.Authorization, ...]]]:
    """By family and member, as known at `known_at` (None: now). One query."""
    found: dict[int, dict[int, tuple[facts.Authorization, ...]]] = {}
    values: list[Any] = [list(family_ids)] if known_at is None else [list(family_ids), known_at, known_at]
    with connection.cursor() as cursor:
        cursor.execute(_OF.format(known=_NOW if known_at is None else _THEN), values)
        for family_id, root_id, number, member_id, starts_on, ends_before, codes, provider, units in cursor.fetchall():
            of = found.setdefault(family_id, {})
            one = facts.Authorization(root_id, number, member_id, starts_on, ends_before, tuple(codes), provider, units)
            of[member_id] = (*of.get(member_id, ()), one)
    return found


def authorizations() -> QuerySet[Authorization]:
    """What is authorized now."""
    return Authorization.objects.filter(superseded_at=None)


def record_authorizations(*, rows: Sequence[NewAuthorization], at: datetime, by: str) -> int:
    """Write what is new or has changed, in the caller's transaction; how many rows that were. Three statements.

    What says the same as before is left as it is.
    """
    found = authorizations().filter(member__in={row.member_id for row in rows}).select_for_update()
    held = {(one.member_id, one.number): one for one in found}
    fresh = [row for row in rows if not _is_same(row, held.get((row.member_id, row.number)))]
    before = [held[row.member_id, row.number].pk for row in fresh if (row.member_id, row.number) in held]
    Authorization.objects.filter(pk__in=before).update(superseded_at=at)
    written = []
    for key, row in zip(next_ids(Authorization, len(fresh)), fresh, strict=True):
        known = held.get((row.member_id, row.number))
        root_id = known.root_id if known else key
        told = {**row._asdict(), "codes": list(row.codes)}
        written.append(Authorization(pk=key, root_id=root_id, recorded_at=at, recorded_by=by[:200], **told))
    Authorization.objects.bulk_create(written)
    return len(written)


def _is_same(row: NewAuthorization, held: Authorization | None) -> bool:
    if held is None:
        return False
    known = (held.starts_on, held.ends_before, tuple(held.codes), held.provider, held.units_milli)
    return known == (row.starts_on, row.ends_before, row.codes, row.provider, row.units_milli)
