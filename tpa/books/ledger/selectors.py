"""Reading the ledger: balances as of a day, and the way down from a balance to its entries."""

from collections.abc import Collection
from datetime import date, datetime
from typing import NamedTuple

from django.db import connection
from django.db.models import F, Min, Q, QuerySet, Sum

from tpa.books.ledger.models import Entry, MonthClose, Movement, Posting
from tpa.engine.journal.accounts import CHART, Account
from tpa.kernel.errors import NotFoundError
from tpa.kernel.periods import Span


class AccountBalance(NamedTuple):
    """An account's debits and credits up to a day; `balance_cents` is debits less credits."""

    account: Account
    debit_cents: int
    credit_cents: int

    @property
    def balance_cents(self) -> int:
        """Debits less credits: positive for what assets and expenses hold, negative for liabilities and income."""
        return self.debit_cents - self.credit_cents


class PostedLine(NamedTuple):
    """One posting with its entry: what happened, from which row of which book, and the cents (debit positive)."""

    entry_id: int
    event: str
    source_kind: str
    source_id: int
    effective_on: date
    recorded_at: datetime
    account: str
    dimension: str
    cents: int


def trial_balance(*, as_of: date | None = None) -> list[AccountBalance]:
    """Every account of the chart, in its order, with what was posted up to and including `as_of` (None: all). One query."""
    sums: dict[str, tuple[int, int]] = {}
    for code, _, debit, credit in balances_as_of(as_of):
        before = sums.get(code, (0, 0))
        sums[code] = (before[0] + debit, before[1] + credit)
    return [AccountBalance(account, *sums.get(code, (0, 0))) for code, account in CHART.items()]


def balance(account: str, *, as_of: date | None = None, dimension: str | None = None) -> int:
    """Debits less credits of one account up to and including `as_of`, of one dimension or of all."""
    rows = balances_as_of(as_of, account)
    return sum(debit - credit for _, of, debit, credit in rows if dimension is None or of == dimension)


# The balances of the last month that was closed by then and is still closed, and what moved since.
_AS_OF = """
WITH base AS (
    SELECT id, closed_before FROM ledger_monthclose
    WHERE kind = 'closed'
      AND closed_before <= least(%(as_of)s::date + 1, (SELECT closed_before FROM ledger_monthclose ORDER BY id DESC LIMIT 1))
    ORDER BY closed_before DESC, id DESC LIMIT 1)
SELECT account, dimension, sum(debit_cents)::bigint, sum(credit_cents)::bigint FROM (
    SELECT account, dimension, debit_cents, credit_cents FROM ledger_rolledbalance
    WHERE close_id = (SELECT id FROM base) AND (%(account)s::text IS NULL OR account = %(account)s)
    UNION ALL
    SELECT account, dimension, debit_cents, credit_cents FROM ledger_movement
    WHERE effective_on >= coalesce((SELECT closed_before FROM base), '-infinity')
      AND effective_on <= coalesce(%(as_of)s::date, 'infinity') AND (%(account)s::text IS NULL OR account = %(account)s)
) AS moved GROUP BY account, dimension ORDER BY account, dimension"""


def balances_as_of(as_of: date | None, account: str | None = None) -> list[tuple[str, str, int, int]]:
    """(account, dimension, debits, credits) up to and including `as_of` (None: all), of one account or of all. One query.

    However many entries a year has, it reads one row an account and dimension, and the movements since the last close.
    """
    with connection.cursor() as cursor:
        cursor.execute(_AS_OF, {"as_of": as_of, "account": account})
        return cursor.fetchall()


def account_moved(account: str, *, as_of: date) -> bool:
    """Whether anything was posted to an account up to a day."""
    return Movement.objects.filter(account=account, effective_on__lte=as_of).exists()


class CashLine(NamedTuple):
    """What an entry did to an account, all its dimensions together (debit positive), and where it comes from."""

    entry_id: int
    event: str
    source_kind: str
    source_id: int
    effective_on: date
    cents: int


def account_entries(account: str) -> list[CashLine]:
    """Every entry of an account that moved it, in their order. One query; for cash, which few entries touch."""
    rows = Posting.objects.filter(account=account).values_list(
        "entry_id", "entry__event", "entry__source_kind", "entry__source_id", "effective_on"
    )
    summed = rows.annotate(cents=Sum("cents")).exclude(cents=0).order_by("entry_id")
    return [CashLine._make((*row[:-1], int(row[-1]))) for row in summed]


def closes() -> QuerySet[MonthClose]:
    """Closed and reopened months, the latest event first."""
    return MonthClose.objects.all()


def open_from() -> date | None:
    """The first day that takes entries; None where no month was ever closed."""
    last = MonthClose.objects.first()
    return last.closed_before if last else None


def first_entry_on() -> date | None:
    """The day of the earliest posting."""
    return Movement.objects.aggregate(day=Min("effective_on"))["day"]


def moved_by_source(account: str, event: str, *, as_of: date | None = None) -> dict[int, int]:
    """Source -> debits less credits that an event made on an account, up to a day. For accounts with few postings."""
    found = Posting.objects.filter(account=account, entry__event=event)
    if as_of is not None:
        found = found.filter(effective_on__lte=as_of)
    rows = found.values_list("entry__source_id")
    return {source: int(cents) for source, cents in rows.annotate(cents=Sum("cents")).order_by()}


def moved_by_event(account: str, event: str, *, as_of: date) -> int:
    """Debits less credits that an event made on an account up to a day. For accounts with few postings."""
    rows = Posting.objects.filter(account=account, entry__event=event, effective_on__lte=as_of)
    return int(rows.aggregate(cents=Sum("cents"))["cents"] or 0)


def moved_by_sources(
    account: str, source_kind: str, source_ids: Collection[int], events: Collection[str]
) -> dict[int, int]:
    """Source -> debits less credits that these events of these sources made on an account. One query."""
    rows = Posting.objects.filter(
        account=account, entry__source_kind=source_kind, entry__source_id__in=list(source_ids), entry__event__in=events
    )
    summed = rows.values_list("entry__source_id").annotate(cents=Sum("cents")).order_by()
    return {source: int(cents) for source, cents in summed}


def month_faults(month: Span) -> list[str]:
    """Where a month's postings and movements differ, or an entry does not balance. Reads the month's postings."""
    within = Q(effective_on__gte=month.starts_on, effective_on__lt=month.ends_before)
    posted = dict(Posting.objects.filter(within).order_by().values_list("account").annotate(cents=Sum("cents")))
    moved = dict(
        Movement.objects.filter(within)
        .order_by()
        .values_list("account")
        .annotate(cents=Sum(F("debit_cents") - F("credit_cents")))
    )
    found = [
        f"account {code}: movements say {moved.get(code, 0)}, postings {posted.get(code, 0)}"
        for code in sorted(posted.keys() | moved.keys())
        if posted.get(code, 0) != moved.get(code, 0)
    ]
    if sum(posted.values()):
        found.append(f"the month's postings are off by {sum(posted.values())} cents")
    return found


def month_movements(account: str) -> list[tuple[date, str, int, int]]:
    """(first of month, dimension, debits, credits) of an account, oldest first."""
    rows = Movement.objects.filter(account=account).order_by("effective_on", "dimension")
    sums: dict[tuple[date, str], list[int]] = {}
    for day, dimension, debit, credit in rows.values_list("effective_on", "dimension", "debit_cents", "credit_cents"):
        pair = sums.setdefault((day.replace(day=1), dimension), [0, 0])
        pair[0] += debit
        pair[1] += credit
    return [(month, dimension, debit, credit) for (month, dimension), (debit, credit) in sums.items()]


def posted_lines(
    account: str,
    *,
    before_entry_id: int | None = None,
    starts_on: date | None = None,
    ends_before: date | None = None,
    limit: int = 100,
) -> list[PostedLine]:
    """The postings of an account, latest first: the way down from its balance. Page on with the last `entry_id`."""
    found = Posting.objects.filter(account=account)
    if before_entry_id is not None:
        found = found.filter(entry_id__lt=before_entry_id)
    if starts_on is not None:
        found = found.filter(effective_on__gte=starts_on)
    if ends_before is not None:
        found = found.filter(effective_on__lt=ends_before)
    return _lines(found.order_by("-entry_id", "n")[:limit])


def lines_of_entry(entry_id: int) -> list[PostedLine]:
    """The postings of one entry in order. Raises NotFoundError where there is no such entry."""
    if not Entry.objects.filter(pk=entry_id).exists():
        raise NotFoundError("There is no such ledger entry.")
    return _lines(Posting.objects.filter(entry_id=entry_id).order_by("n"))


def entries(*, as_of: date | None = None) -> QuerySet[Entry]:
    """All entries, or those up to and including a day, latest first."""
    found = Entry.objects.order_by("-id")
    return found if as_of is None else found.filter(effective_on__lte=as_of)


def lines_of_sources(source_kind: str, source_ids: Collection[int]) -> list[PostedLine]:
    """What the given decisions, payments, invoices or deposits posted, in the order of posting."""
    found = Posting.objects.filter(entry__source_kind=source_kind, entry__source_id__in=list(source_ids))
    return _lines(found.order_by("entry_id", "n"))


def faults() -> list[str]:
    """What is wrong with the books, in words; empty as long as the database has done its work. Reads every posting."""
    found = [
        f"entry {entry_id} is off by {cents} cents"
        for entry_id, cents in Posting.objects.values_list("entry_id").annotate(cents=Sum("cents")).exclude(cents=0)
    ]
    orphans = Posting.objects.filter(entry__isnull=True).count()
    if orphans:
        found.append(f"{orphans} postings have no entry")
    posted = {key: int(cents) for *key_, cents in _summed(Posting, Sum("cents")) for key in [tuple(key_)]}
    moved = {
        key: int(cents)
        for *key_, cents in _summed(Movement, Sum(F("debit_cents") - F("credit_cents")))
        for key in [tuple(key_)]
    }
    found += [
        f"account {key[0]} {key[1]} {key[2]}: movements say {moved.get(key, 0)}, postings {posted.get(key, 0)}"
        for key in sorted(posted.keys() | moved.keys())
        if posted.get(key, 0) != moved.get(key, 0)
    ]
    found += [f"account {account} is not in the chart" for account in sorted({key[0] for key in posted} - CHART.keys())]
    return found


def _summed(model: type[Posting] | type[Movement], cents: Sum) -> QuerySet:
    return model.objects.order_by().values_list("account", "dimension", "effective_on").annotate(cents=cents)


def _lines(found: QuerySet[Posting]) -> list[PostedLine]:
    return [
        PostedLine(*row)
        for row in found.values_list(
            "entry_id",
            "entry__event",
            "entry__source_kind",
            "entry__source_id",
            "effective_on",
            "entry__recorded_at",
            "account",
            "dimension",
            "cents",
        )
    ]
