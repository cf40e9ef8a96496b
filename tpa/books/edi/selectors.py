"""Reading the edi book: files and their bytes, answers, the intake queue."""

import io
from collections.abc import Collection
from datetime import datetime
from typing import Any

from django.db.models import QuerySet

from tpa.books.edi.models import Acknowledgement, FileChunk, InboundFile, IntakeItem
from tpa.books.edi.services import CHUNK_BYTES
from tpa.kernel.errors import NotFoundError


def files() -> QuerySet[InboundFile]:
    """All inbound files, the latest first; the bound employer's, or every one at the desk."""
    return InboundFile.objects.all()


def file(file_id: int) -> InboundFile:
    """One file. Raises NotFoundError."""
    found = InboundFile.objects.filter(pk=file_id).first()
    if found is None:
        raise NotFoundError("There is no such file.")
    return found


def unfinished_files(*, kind: str, untouched_since: datetime) -> list[int]:
    """Files that are not read to their end and on which nobody has worked since that instant; the oldest first."""
    found = InboundFile.objects.filter(kind=kind, state=InboundFile.State.RECEIVED, seen_at__lt=untouched_since)
    return list(found.order_by("id").values_list("pk", flat=True))


def acknowledgements(file_id: int) -> QuerySet[Acknowledgement]:
    """What went back for a file, in order."""
    return Acknowledgement.objects.filter(file=file_id)


def intake_items(*, state: str = IntakeItem.State.OPEN) -> QuerySet[IntakeItem]:
    """Claims that found no member, or more than one; the oldest first."""
    return IntakeItem.objects.filter(state=state)


def queued_refs(source_refs: Collection[str]) -> set[str]:
    """Those of the claims that are or were in the intake queue: what becomes of them is decided there. One query."""
    return set(IntakeItem.objects.filter(source_ref__in=list(source_refs)).values_list("source_ref", flat=True))


def queued_count(file_id: int) -> int:
    """How many claims of a file went to the intake queue, resolved or not."""
    return IntakeItem.objects.filter(file=file_id).count()


class StoredBytes(io.RawIOBase):
    """A stored file as a stream that can be read and moved about in; one chunk is held in memory at a time."""

    def __init__(self, found: InboundFile) -> None:
        self._file_id, self._size, self._at = found.pk, found.byte_count, 0
        self._n, self._chunk = -1, b""

    def readable(self) -> bool:
        """Yes."""
        return True

    def seekable(self) -> bool:
        """Yes."""
        return True

    def tell(self) -> int:
        """The position, from 0."""
        return self._at

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Move to a position; returns it."""
        self._at = max(0, offset + {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._size}[whence])
        return self._at

    def readinto(self, buffer: Any) -> int:
        """The next bytes, as many as are in the chunk at hand."""
        n, offset = divmod(self._at, CHUNK_BYTES)
        if self._at >= self._size:
            return 0
        if n != self._n:
            self._n = n
            self._chunk = bytes(FileChunk.objects.values_list("content", flat=True).get(file=self._file_id, n=n))
        found = self._chunk[offset : offset + len(buffer)]
        buffer[: len(found)] = found
        self._at += len(found)
        return len(found)


def content(found: InboundFile) -> io.BufferedReader:
    """The bytes of a file exactly as they came, as a stream."""
    return io.BufferedReader(StoredBytes(found), 1 << 16)
