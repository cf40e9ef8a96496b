"""Writing claims: registering, queueing, pending. Everything takes many at once; decisions are in `recording`."""

import json
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from datetime import date, datetime
from typing import Any

from django.db import connection, transaction

from tpa.books.claims.errors import PendResolved
from tpa.books.claims.models import Claim, ClaimLine, Closing, Pend
from tpa.books.claims.registration import (
    CLAIM_COLUMNS,
    LINE_COLUMNS,
    NewClaim,
    Registered,
    claim_row,
    line_rows,
)
from tpa.engine.adjudication.decision import Pend as EnginePend
from tpa.infra import day_counts
from tpa.infra.copy import copy_rows
from tpa.infra.postgres.prepared import keys_text, prepared_all, written
from tpa.infra.sequences import ask_ids
from tpa.kernel.errors import NotFoundError

_KNOWN = (
    "SELECT c.source, c.source_ref, c.id FROM unnest(%s::text[], %s::text[]) AS k(source, source_ref)"
    " JOIN claims_claim c ON c.source = k.source AND c.source_ref = k.source_ref"
)
_WORK = ("claim_id", "family_id", "version", "received_at", "queued_at")
_TOTALS = ("month", "measure", "line_of_coverage", "cents", "count")


@transaction.atomic(savepoint=False)
def register_claims(*, claims: Sequence[NewClaim], now: datetime) -> Registered:
    """Put claims into the books and on the list of work. One that is there already is left as it is.

    Seven statements, however many claims. Two transactions that register the same claim at once: the second fails with
    IntegrityError, and finds the claim there when it is run again.
    """
    origins = [[one.source for one in claims], [one.source_ref for one in claims]]
    found, keys = prepared_all((_KNOWN, origins), ask_ids(Claim, len(claims)))
    known = {(source, ref): key for source, ref, key in found}
    fresh = list(
        {(one.source, one.source_ref): one for one in claims if (one.source, one.source_ref) not in known}.values()
    )
    if fresh:
        rows = list(zip(sorted(key for (key,) in keys), fresh, strict=False))
        copy_rows("claims_claim", CLAIM_COLUMNS, [claim_row(key, one) for key, one in rows])
        copy_rows("claims_claimline", LINE_COLUMNS, [row for key, one in rows for row in line_rows(key, one)])
        copy_rows("claims_work", _WORK, [(key, one.family_id, 1, one.received_at, now) for key, one in rows])
        add_totals(rows=_received(fresh))
        days = Counter(one.claim.received_on for one in fresh)
        day_counts.add_counts((day, "received", count) for day, count in sorted(days.items()))
        known |= {(one.source, one.source_ref): key for key, one in rows}
    return Registered(known, len(fresh))


def is_same_claim(*, claim_id: int, new: NewClaim) -> bool:
    """Whether a registered claim says what `new` says; the receipt does not count."""
    columns = [
        name for name in CLAIM_COLUMNS if name not in ("id", "received_at", "received_on", "other_payers", "dental")
    ]
    told = dict(zip(CLAIM_COLUMNS, claim_row(claim_id, new), strict=True))
    kept = Claim.objects.filter(pk=claim_id).values(*columns).get()
    lines = ClaimLine.objects.filter(claim_id=claim_id).order_by("number").values_list(*LINE_COLUMNS)
    return kept == {name: told[name] for name in columns} and list(lines) == list(line_rows(claim_id, new))


def _received(claims: Iterable[NewClaim]) -> list[tuple[date, str, str, int, int]]:
    sums: dict[date, list[int]] = {}
    for one in claims:
        pair = sums.setdefault(one.claim.received_on.replace(day=1), [0, 0])
        pair[0] += sum(line.charge_cents for line in one.claim.lines)
        pair[1] += 1
    return [(month, "received", "", cents, count) for month, (cents, count) in sums.items()]


def add_totals(*, rows: Sequence[tuple[date, str, str, int, int]]) -> None:
    """Add to the figures of months: (first of month, measure, line of coverage, cents, count). One statement."""
    if rows:
        copy_rows("claims_totals", _TOTALS, rows)


def pend_claims(*, pends: Sequence[tuple[EnginePend, int, int, date]], raised_at: datetime) -> None:
    """Note why claims wait: (pend, family, member, last day for the decision) each. One statement."""
    if not pends:
        return
    rows = [
        (
            pend.claim_id,
            family_id,
            member_id,
            pend.reasons[0].code,
            pend.reasons[0].queue,
            pend.reasons[0].detail[:400],
            json.dumps(pend.reasons),
            raised_at,
            due_on,
            "",
            "",
        )
        for pend, family_id, member_id, due_on in pends
    ]
    copy_rows(
        "claims_pend",
        (
            "claim_id",
            "family_id",
            "member_id",
            "code",
            "queue",
            "detail",
            "reasons",
            "raised_at",
            "due_on",
            "resolution",
            "note",
        ),
        rows,
    )


def queue_claims(*, claim_ids: Collection[int], now: datetime) -> None:
    """Put claims on the list of work again, for the version after their last. One statement."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO claims_work (claim_id, family_id, version, received_at, queued_at) SELECT c.id, c.family_id,"
            " 1 + coalesce((SELECT max(d.version) FROM claims_decision d WHERE d.claim_id = c.id), 0), c.received_at, %s"
            " FROM claims_claim c WHERE c.id = ANY(%s)",
            [now, list(claim_ids)],
        )


def remove_work(*, claim_ids: Collection[int]) -> None:
    """Take decided or pended claims off the list of work. One statement."""
    written("DELETE FROM claims_work WHERE claim_id = ANY(%s::bigint[])", [keys_text(claim_ids)])


def close_claims(*, closings: Sequence[Closing]) -> None:
    """Claims that need no decision any more: off the list of work, their open pends with them. Three statements."""
    keys = [one.claim_id for one in closings]
    Closing.objects.bulk_create(closings)
    Pend.objects.filter(claim_id__in=keys, resolved_at=None).update(
        resolved_at=closings[0].closed_at, resolution=Pend.Resolution.CLOSED
    )
    remove_work(claim_ids=keys)


def release_pends(
    *,
    pend_ids: Collection[int],
    by_id: int | None,
    note: str,
    now: datetime,
    today: date,
    original_id: int | None = None,
) -> int:
    """Let pended claims be decided again; what they waited for counts as cleared. Returns how many claims are queued.

    With `original_id` the claim that they correct is named, and nothing counts as cleared.

    Raises NotFoundError for a pend that is none, PendResolved where one is resolved already; nothing is changed then.
    """
    resolution = Pend.Resolution.RELEASED if original_id is None else Pend.Resolution.NAMED
    pends = end_pends(
        pend_ids=pend_ids, resolution=resolution, by_id=by_id, note=note, now=now, original_id=original_id
    )
    queue_claims(claim_ids=[pend.claim_id for pend in pends], now=now)
    add_totals(rows=[(today.replace(day=1), "released", "", 0, len(pends))])
    return len(pends)


def end_pends(
    *,
    pend_ids: Collection[int],
    resolution: Pend.Resolution,
    by_id: int | None,
    note: str,
    now: datetime,
    original_id: int | None = None,
) -> list[Pend]:
    """Resolve pends as they were resolved; the claims are not queued. Raises NotFoundError, PendResolved."""
    pends = list(Pend.objects.select_for_update().filter(pk__in=list(pend_ids)).order_by("pk"))
    if len(pends) != len(set(pend_ids)):
        raise NotFoundError("There is no such pend.")
    done = next((pend for pend in pends if pend.resolved_at is not None), None)
    if done is not None:
        raise PendResolved(f"The pend of claim {done.claim_id} is resolved already.")
    Pend.objects.filter(pk__in=[pend.pk for pend in pends]).update(
        resolved_at=now, resolved_by_id=by_id, resolution=resolution, note=note[:400], original_id=original_id
    )
    return pends


def raise_again(*, pend: Pend, queue: str, reasons: list[list[Any]], now: datetime) -> Pend:
    """Let the claim of a pend that was resolved wait in another queue."""
    return Pend.objects.create(
        claim_id=pend.claim_id,
        family_id=pend.family_id,
        member_id=pend.member_id,
        code=pend.code,
        queue=queue,
        detail=pend.detail,
        reasons=reasons,
        raised_at=now,
        due_on=pend.due_on,
    )


def resolve_pends(*, pend_ids: Collection[int], note: str, now: datetime, today: date) -> list[int]:
    """Let claims be decided again for which has come what they waited for; nothing counts as cleared. The claims queued.

    A pend that a person resolves this moment, or has resolved, is left to them.
    """
    free = Pend.objects.select_for_update(skip_locked=True).filter(pk__in=list(pend_ids), resolved_at=None)
    found = dict(free.order_by("pk").values_list("pk", "claim_id"))
    Pend.objects.filter(pk__in=found).update(resolved_at=now, resolution=Pend.Resolution.RESOLVED, note=note[:400])
    claim_ids = list(found.values())
    queue_claims(claim_ids=claim_ids, now=now)
    add_totals(rows=[(today.replace(day=1), "released", "", 0, len(found))] if found else [])
    return claim_ids


def fold_totals() -> int:
    """Make one row of every figure's rows; the sums stay what they are. Returns how many rows went. One statement."""
    with connection.cursor() as cursor:
        cursor.execute("""
            WITH gone AS (DELETE FROM claims_totals RETURNING month, measure, line_of_coverage, cents, count),
            folded AS (
                INSERT INTO claims_totals (month, measure, line_of_coverage, cents, count)
                SELECT month, measure, line_of_coverage, sum(cents), sum(count) FROM gone
                GROUP BY month, measure, line_of_coverage RETURNING 1)
            SELECT (SELECT count(*) FROM gone) - (SELECT count(*) FROM folded)""")
        return int(cursor.fetchone()[0])
