"""Writing the edi book: files in, answers out, the member index, the intake queue."""

import hashlib
import json
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from django.db import IntegrityError, connection, transaction

from tpa.books.edi.errors import EmptyFile, ItemResolved
from tpa.books.edi.keys import Entry, digest, rows_of
from tpa.books.edi.models import Acknowledgement, FileChunk, InboundFile, IntakeItem
from tpa.infra.sequences import next_ids
from tpa.kernel.errors import NotFoundError

CHUNK_BYTES = 1 << 20
"""Bytes of a chunk; all but the last are full, so that a position in the file tells the chunk."""
MOST_ISSUES = 1000


class Received(NamedTuple):
    """`is_new` is False where exactly this file was received before: that row is given back, nothing is stored again."""

    file: InboundFile
    is_new: bool


class Head(NamedTuple):
    """Who sent a file under which number, and whether to try it out, as its first bytes say; empty where they do not."""

    sender_id: str = ""
    control_number: str = ""
    is_test: bool = False


def receive_file(
    *,
    content: Iterable[bytes],
    head: Head,
    kind: str,
    name: str,
    received_at: datetime,
    received_by: str = "",
    employer_id: int | None = None,
) -> Received:
    """Store a file's bytes before anybody looks at them, block by block, in one transaction.

    The same employer (or none), sender, control number and hash is the same file. Raises EmptyFile.
    """
    try:
        with transaction.atomic():
            file = _store(content, employer_id, InboundFile(kind=kind, name=name[:200], received_by=received_by[:200]))
            file.sender_id, file.control_number = head.sender_id[:50], head.control_number[:20]
            file.is_test = head.is_test
            file.received_at = file.seen_at = received_at
            file.save(force_insert=True)
            return Received(file, True)
    except IntegrityError:
        same = {
            "employer_id": employer_id,
            "sender_id": head.sender_id[:50],
            "control_number": head.control_number[:20],
            "sha256": file.sha256,
        }
        return Received(InboundFile.objects.get(**same), False)


def _store(content: Iterable[bytes], employer_id: int | None, file: InboundFile) -> InboundFile:
    file.pk, file.employer_id, file.byte_count = next_ids(InboundFile, 1)[0], employer_id, 0
    told = hashlib.sha256()
    for n, chunk in enumerate(_even(content)):
        FileChunk.objects.create(file_id=file.pk, employer_id=employer_id, n=n, content=chunk)
        file.byte_count += len(chunk)
        told.update(chunk)
    if not file.byte_count:
        raise EmptyFile("The file is empty.")
    file.sha256 = told.hexdigest()
    return file


def _even(content: Iterable[bytes]) -> Iterator[bytes]:
    """The same bytes in blocks of CHUNK_BYTES."""
    held = bytearray()
    for block in content:
        held += block
        while len(held) >= CHUNK_BYTES:
            yield bytes(held[:CHUNK_BYTES])
            del held[:CHUNK_BYTES]
    if held:
        yield bytes(held)


def note_progress(*, file_id: int, read_count: int, now: datetime) -> None:
    """Say how many claims or members were read so far, and that somebody is at work on the file."""
    InboundFile.objects.filter(pk=file_id).update(read_count=read_count, seen_at=now)


def keep_answer(*, file: InboundFile, kind: str, n: int, make: Callable[[int], bytes], now: datetime) -> None:
    """Make and keep the n-th answer of its kind to a file, once, whoever reads the file and however often.

    `make(control_number)` gives the bytes.
    """
    if Acknowledgement.objects.filter(file=file, kind=kind, n=n).exists():
        return
    key = next_ids(Acknowledgement, 1)[0]
    answer = Acknowledgement(
        pk=key, file=file, employer_id=file.employer_id, kind=kind, n=n, content=make(key % 10**9 or 1), made_at=now
    )
    Acknowledgement.objects.bulk_create([answer], ignore_conflicts=True)


def close_file(
    *, file_id: int, state: str, counts: dict[str, int], issues: Sequence[dict[str, Any]], now: datetime
) -> None:
    """End the reading of a file, with what became of it. A file that has ended stays as it is."""
    InboundFile.objects.filter(pk=file_id, state=InboundFile.State.RECEIVED).update(
        state=state, counts=counts, issues=list(issues)[:MOST_ISSUES], finished_at=now, seen_at=now
    )


def index_members(employer_id: int, entries: Iterable[Sequence[Any]]) -> int:
    """Let claims find these members: an Entry each, or its first five values. Returns how many are new.

    A member found under an old number or birth date stays found: claims for old days still come under it. First name and
    sex are as they are now.
    """
    rows = rows_of(employer_id, (Entry(*one) for one in entries))
    if not rows:
        return 0
    with connection.cursor() as cursor:
        cursor.execute(
            "WITH told AS (INSERT INTO edi_memberkey AS held (digest, employer_id, family_id, member_id, mark, sex)"
            " SELECT * FROM unnest(%s::text[], %s::bigint[], %s::bigint[], %s::bigint[], %s::text[], %s::text[])"
            " ON CONFLICT (digest, employer_id, member_id) DO UPDATE SET mark = excluded.mark, sex = excluded.sex"
            " WHERE (held.mark, held.sex) <> (excluded.mark, excluded.sex) RETURNING xmax = 0 AS is_new)"
            " SELECT count(*) FILTER (WHERE is_new) FROM told",
            [list(column) for column in zip(*rows, strict=True)],
        )
        (count,) = cursor.fetchone()
        return int(count)


def forget_members(employer_id: int, member_ids: Collection[int]) -> None:
    """Let no claim find these members any more: they never were the employer's. One statement."""
    with connection.cursor() as cursor:
        cursor.execute(
            "DELETE FROM edi_memberkey WHERE employer_id = %s AND member_id = ANY(%s)", [employer_id, list(member_ids)]
        )


def forget_entries(employer_id: int, entries: Iterable[Entry]) -> None:
    """Let no claim that states these group numbers find these members any more. One statement."""
    digests = [digest(one.group_number, one.member_number, one.birth_on) for one in entries if one.group_number]
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM edi_memberkey WHERE employer_id = %s AND digest = ANY(%s)", [employer_id, digests])


class NewItem(NamedTuple):
    """A claim for the intake queue."""

    source_ref: str
    file_id: int | None
    employer_id: int | None
    reason: str
    claim: dict[str, Any]
    candidates: Sequence[Sequence[int]]
    received_at: datetime


def queue_items(*, items: Sequence[NewItem]) -> None:
    """Put claims into the intake queue; one that is there already stays as it is. One statement."""
    if not items:
        return
    values = [
        (
            one.source_ref,
            one.file_id,
            one.employer_id,
            one.reason,
            json.dumps(one.claim),
            json.dumps(one.candidates),
            one.received_at,
        )
        for one in items
    ]
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO edi_intakeitem (source_ref, file_id, employer_id, reason, claim, candidates, received_at,"
            " state, detail) SELECT r, f, e, w, c::jsonb, k::jsonb, t, 'open', ''"
            " FROM unnest(%s::text[], %s::bigint[], %s::bigint[], %s::text[], %s::text[], %s::text[], %s::timestamptz[])"
            " AS new(r, f, e, w, c, k, t) ON CONFLICT (source_ref) DO NOTHING",
            [list(column) for column in zip(*values, strict=True)],
        )


def lock_item(*, item_id: int) -> IntakeItem:
    """An open item under a lock of its row. Raises NotFoundError, and ItemResolved where it is not open any more."""
    item = IntakeItem.objects.select_for_update().filter(pk=item_id).first()
    if item is None:
        raise NotFoundError("There is no such item in the intake queue.")
    if item.state != IntakeItem.State.OPEN:
        raise ItemResolved("This claim was resolved before.")
    return item


def resolve_item(
    *, item: IntakeItem, state: str, employer_id: int | None, claim_id: int | None, by_id: int | None, now: datetime
) -> None:
    """Note what a person made of an item that is locked."""
    item.state, item.claim_id, item.resolved_by_id, item.resolved_at = state, claim_id, by_id, now
    item.employer_id = employer_id or item.employer_id
    item.save(update_fields=["state", "claim_id", "resolved_by_id", "resolved_at", "employer_id"])
