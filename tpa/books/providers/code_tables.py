"""Tables of coding edits: loaded from CMS's files, a version from a day of service on, read for a batch of claims."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from datetime import date
from itertools import pairwise

from django.db import connection, transaction

from tpa.books.providers.cms_files import read_pairs, read_unit_limits
from tpa.books.providers.errors import CodeFileError
from tpa.books.providers.models import CodePairRow, CodeTableVersion, UnitLimitRow
from tpa.engine.adjudication.compiled_edits import NO_TABLES, EditTables
from tpa.engine.plan.terms_edits import CodePair, UnitLimit
from tpa.kernel.periods import FOREVER, Span

_Versions = dict[int, tuple[str, Span]]


@transaction.atomic
def load_code_table(*, table: str, kind: str, effective_on: date, data: bytes) -> CodeTableVersion:
    """The version of a table from `effective_on` (day of service) on, until the next one; or nothing of it.

    A table may have pairs, unit limits or both. Raises CodeFileError, also where a version of that day or a later one
    is there: what was decided by it must not change.
    """
    versions = CodeTableVersion.objects.filter(table=table, kind=kind)
    if versions.filter(effective_on__gte=effective_on).exists():
        raise CodeFileError(
            f"{table!r} has a version from {effective_on} or later.", where="effective_on", remedy="Give a later day."
        )
    version = CodeTableVersion.objects.create(table=table, kind=kind, effective_on=effective_on)
    if kind == CodeTableVersion.Kind.PAIRS:
        rows: Iterable[tuple[object, ...]] = read_pairs(data)
        name, columns = CodePairRow._meta.db_table, "column_1, column_2, modifier, starts_on, ends_before"
    else:
        rows = (one[:3] for one in read_unit_limits(data))
        name, columns = UnitLimitRow._meta.db_table, "code, most, per_day"
    with connection.cursor() as cursor, cursor.copy(f"COPY {name} (version_id, {columns}) FROM STDIN") as copy:
        for row in rows:
            copy.write_row((version.pk, *row))
    return version


def edit_tables(tables: Collection[str], codes: Collection[str]) -> EditTables:
    """What the tables say of these codes, each row with the days of its version. Three queries, none without tables."""
    if not tables:
        return NO_TABLES
    spans = _spans(tables)
    pairs: dict[tuple[str, str], list[CodePair]] = defaultdict(list)
    rows = CodePairRow.objects.filter(version_id__in=spans, column_1__in=codes, column_2__in=codes).order_by("id")
    for key, column_1, column_2, modifier, starts_on, ends_before in rows.values_list(
        "version_id", "column_1", "column_2", "modifier", "starts_on", "ends_before"
    ):
        table, span = spans[key]
        starts_on, ends_before = max(starts_on, span.starts_on), min(ends_before, span.ends_before)
        pairs[table, column_2].append(CodePair(column_1, column_2, modifier, starts_on, ends_before))
    limits: dict[tuple[str, str], list[UnitLimit]] = defaultdict(list)
    asked = UnitLimitRow.objects.filter(version_id__in=spans, code__in=codes).order_by("id")
    for key, code, most, per_day in asked.values_list("version_id", "code", "most", "per_day"):
        table, span = spans[key]
        limits[table, code].append(UnitLimit(code, most, per_day, span.starts_on, span.ends_before))
    return EditTables({key: tuple(one) for key, one in pairs.items()}, {key: tuple(one) for key, one in limits.items()})


def _spans(tables: Collection[str]) -> _Versions:
    """Version -> its table, and the days from its date to the next version's of the same kind."""
    by_table: dict[tuple[str, str], list[tuple[date, int]]] = defaultdict(list)
    found = CodeTableVersion.objects.filter(table__in=tables)
    for table, kind, effective_on, key in found.values_list("table", "kind", "effective_on", "id"):
        by_table[table, kind].append((effective_on, key))
    spans: _Versions = {}
    for (table, _), versions in by_table.items():
        for (starts_on, key), (ends_before, _) in pairwise([*sorted(versions), (FOREVER, 0)]):
            spans[key] = table, Span(starts_on, ends_before)
    return spans
