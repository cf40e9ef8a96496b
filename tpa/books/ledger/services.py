"""Writing the ledger: balanced entries in, by COPY. Nothing here edits."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from django.db import IntegrityError

from tpa.books.ledger.errors import AlreadyPosted, MonthClosedError
from tpa.books.ledger.models import Entry
from tpa.engine.journal import entry as journal
from tpa.infra.copy import copy_rows
from tpa.infra.postgres.prepared import settle
from tpa.infra.sequences import next_ids

_ENTRY = ("id", "event", "source_kind", "source_id", "effective_on", "recorded_at")
_TWICE = "ledger_entry_once"
_CLOSED = "is closed, the books are open from"
_POSTING = ("entry_id", "n", "account", "dimension", "effective_on", "cents")


def post_entries(*, entries: Sequence[journal.Entry], recorded_at: datetime) -> list[int]:
    """Write entries that the recipes made; returns their keys in order. Three statements, however many entries.

    Raises AlreadyPosted where an event of one of these sources stands in the books, MonthClosedError for a day of a closed
    month: nothing is posted then, and the transaction must be given up.
    """
    if not entries:
        return []
    keys = next_ids(Entry, len(entries))
    rows = [
        (key, one.event, one.source_kind, one.source_id, one.effective_on, recorded_at)
        for key, one in zip(keys, entries, strict=True)
    ]
    try:
        copy_rows("ledger_entry", _ENTRY, rows)
        copy_rows("ledger_posting", _POSTING, _postings(keys, entries))
        settle()
    except IntegrityError as error:
        if _TWICE in str(error):
            raise AlreadyPosted("An event of this batch stands in the ledger already.") from error
        if _CLOSED in str(error):
            raise MonthClosedError("An entry of this batch falls in a closed month.", where="effective_on") from error
        raise
    return keys


def _postings(keys: Iterable[int], entries: Iterable[journal.Entry]) -> list[tuple[object, ...]]:
    return [
        (key, n, posting.account, posting.dimension, one.effective_on, posting.cents)
        for key, one in zip(keys, entries, strict=True)
        for n, posting in enumerate(one.postings, 1)
    ]
