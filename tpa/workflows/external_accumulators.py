"""Amounts that somebody else has counted: a drug plan's manager, the carrier before. Once by source and reference.

They are filed under the plan's own counters, in the family's order: the next claim sees them, and a replay finds them where
they were. Where claims of the period were decided before, somebody is told that these may come out otherwise.
"""

import csv
import io
from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any, NamedTuple

from django.db import transaction

from tenants.scope import employer_scope
from tpa.books.accumulators import selectors as accumulators
from tpa.books.accumulators import services
from tpa.books.claims import selectors as claims
from tpa.books.members import selectors as members
from tpa.books.members import turns
from tpa.books.plans import selectors as plans
from tpa.engine.accumulators.named import THOUSAND, Named, brought_in, named_counters
from tpa.engine.adjudication.facts import Coverage, DatedPlan
from tpa.infra import clock, work_items
from tpa.kernel.document import DocumentError, Section
from tpa.kernel.errors import ConflictError, DomainError
from tpa.kernel.money import parse_amount

MOST_ROWS = 10_000
LONGEST_REFERENCE = 80
COLUMNS = ("source_id", "member_number", "line", "accumulator", "service_on", "amount")


class ExternalError(DomainError):
    """An amount from outside cannot be filed. Nothing of its file was."""

    code = "external_accumulator"


class Told(NamedTuple):
    """One row as it came: `amount` as people write it, `12.34` or a whole number for what is counted, may be below zero."""

    source_id: str
    member_number: str
    line: str
    accumulator: str
    service_on: date
    amount: str


class Recorded(NamedTuple):
    """How many amounts are new, how many were known, and how many families have earlier claims that they concern."""

    added_count: int
    known_count: int
    late_count: int


class _Filed(NamedTuple):
    told: Told
    member_id: int
    family_id: int
    named: Named
    amount: int


def read_rows(documents: Sequence[Any]) -> list[Told]:
    """Rows of JSON or of CSV. Raises DocumentError with the row and the key."""
    if len(documents) > MOST_ROWS:
        raise DocumentError(f"At most {MOST_ROWS:,} rows at once are wanted.", where="/rows")
    rows = []
    for n, document in enumerate(documents):
        with Section(document, f"/rows/{n}") as one:
            amount = one.value("amount")
            text = str(amount) if isinstance(amount, int) and not isinstance(amount, bool) else amount
            if not isinstance(text, str):
                raise DocumentError("An amount is wanted.", where=one.at("amount"))
            rows.append(
                Told(
                    one.text("source_id"),
                    one.text("member_number"),
                    one.text("line"),
                    one.text("accumulator"),
                    one.day("service_on"),
                    text.strip(),
                )
            )
            if len(rows[-1].source_id) > LONGEST_REFERENCE:
                raise DocumentError(f"At most {LONGEST_REFERENCE} characters are wanted.", where=one.at("source_id"))
    if len({row.source_id for row in rows}) < len(rows):
        raise DocumentError("One source_id stands twice.", where="/rows")
    return rows


def read_csv(data: bytes) -> list[Told]:
    """The rows of a CSV file with a heading. Raises DocumentError."""
    try:
        table = csv.DictReader(io.StringIO(data.decode("utf-8-sig")), strict=True)
        if sorted(table.fieldnames or ()) != sorted(COLUMNS):
            raise DocumentError(f"The columns {', '.join(COLUMNS)} are wanted.", where="/rows")
        return read_rows([_whole(row, n) for n, row in enumerate(table)])
    except (UnicodeDecodeError, csv.Error) as fault:
        raise DocumentError(f"This is no CSV file in UTF-8: {fault}", where="/rows") from fault


def _whole(row: dict[str, str], n: int) -> dict[str, str]:
    """A row with a cell under each heading: of `1,234.50` without quotes nothing is guessed."""
    if None in row or None in row.values():
        raise DocumentError("The row has another number of columns than the heading.", where=f"/rows/{n}")
    return row


def record(*, employer_id: int, source: str, rows: Sequence[Told], by: str) -> Recorded:
    """File the rows that are new. All or nothing.

    Raises ExternalError for a row that fits no member, coverage or counter, ConflictError where a reference has come
    before with something else.
    """
    with employer_scope(employer_id), transaction.atomic():
        filed = list(_filed(rows))
        next_seqs = turns.wait_for_turns(family_ids={one.family_id for one in filed})
        known = accumulators.external(source, [row.source_id for row in rows])
        fresh = [one for one in filed if not _is_known(one, known)]
        late = _late(fresh)
        _write(source, fresh, next_seqs, by)
        work_items.open_items(
            work_items.Item("ripple", "adjustments", family_id, f"{source}: amounts for days whose claims are decided")
            for family_id in sorted(late)
        )
        return Recorded(len(fresh), len(filed) - len(fresh), len(late))


def _filed(rows: Sequence[Told]) -> Iterator[_Filed]:
    found = members.members().filter(member_number__in={row.member_number for row in rows})
    people = {number: (key, family) for number, key, family in found.values_list("member_number", "pk", "family_id")}
    covered = members.families_facts({family for _, family in people.values()})
    spans = {key: covered[family].coverages.get(key, ()) for key, family in people.values()}
    dated = plans.published_terms({one.plan_id for held in spans.values() for one in held})
    for n, row in enumerate(rows):
        if row.member_number not in people:
            raise ExternalError("There is no such member.", where=f"/rows/{n}/member_number")
        member_id, family_id = people[row.member_number]
        named = _named(row, n, spans[member_id], dated)
        yield _Filed(row, member_id, family_id, named, _amount(row, n, named.unit))


def _named(row: Told, n: int, spans: Sequence[Coverage], dated: dict[int, tuple[DatedPlan, ...]]) -> Named:
    """The counter of the plan that covers the member on the day."""
    day = row.service_on
    held = [one for one in spans if one.line == row.line and one.starts_on <= day < one.ends_before]
    versions = [one for one in dated.get(held[0].plan_id, ()) if one.effective_on <= day] if held else []
    if not versions:
        raise ExternalError("The member is not covered by this line on this day.", where=f"/rows/{n}/service_on")
    counters = {one.name: one for one in named_counters(versions[-1].terms)}
    if row.accumulator not in counters:
        raise ExternalError(
            f"The plan has no {row.accumulator[:60]!r}.",
            where=f"/rows/{n}/accumulator",
            remedy=f"It has {', '.join(counters)}.",
        )
    return counters[row.accumulator]


def _amount(row: Told, n: int, unit: str) -> int:
    try:
        if unit == "cents":
            return int(parse_amount(row.amount))
        return int(row.amount) * (THOUSAND if unit == "units" else 1)
    except (DomainError, ValueError):
        raise ExternalError(f"A number of {unit} is wanted.", where=f"/rows/{n}/amount") from None


def _is_known(one: _Filed, known: dict[str, tuple[int, str, str, date, int]]) -> bool:
    before = known.get(one.told.source_id)
    if before is None:
        return False
    if before != (one.member_id, one.told.line, one.told.accumulator, one.told.service_on, one.amount):
        raise ConflictError(
            f"{one.told.source_id!r} has come before with something else.",
            where="source_id",
            remedy="Take the first amount back under a reference of its own, and send the right one under another.",
        )
    return True


def _late(fresh: Sequence[_Filed]) -> set[int]:
    """Families that have decided claims in the period of an amount."""
    since: dict[int, date] = {}
    for one in fresh:
        counter, day = one.named.counter, one.told.service_on
        starts_on = counter.window_on(day).starts_on if counter.is_dated else counter.key_on(day)
        since[one.family_id] = min(starts_on, since.get(one.family_id, starts_on))
    return claims.families_decided_since(since)


def _write(source: str, fresh: Sequence[_Filed], next_seqs: dict[int, int], by: str) -> None:
    now, seqs = clock.now(), dict(next_seqs)
    rows: list[services.NewExternal] = []
    entries: list[services.NewEntry] = []
    for one in fresh:
        told, seq = one.told, seqs[one.family_id]
        seqs[one.family_id] = seq + 1
        rows.append(
            services.NewExternal(
                source, told.source_id, one.family_id, seq, one.member_id, told.line, told.accumulator, told.service_on,
                one.amount, now, by[:200],
            )
        )  # fmt: skip
        for n, entry in enumerate(brought_in(one.named.counter, one.member_id, told.service_on, one.amount), 1):
            entries.append(services.NewEntry(one.family_id, seq, n, *entry))
    services.add_external(rows=rows)
    services.add_entries(entries=entries)
    turns.end_turns(next_seqs={family: seq for family, seq in seqs.items() if seq != next_seqs[family]})
