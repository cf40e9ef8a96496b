"""Writing and reading bank statements and their matches."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime

from django.db.models import Exists, OuterRef, QuerySet, Sum

from tpa.books.funding.bank_models import BankEntry, BankMatch, BankStatement
from tpa.books.funding.errors import BankError
from tpa.engine.bank.statement import Statement
from tpa.kernel.errors import NotFoundError
from tpa.kernel.money import format_amount

WITHOUT_MATCH = ("unknown", "other_amount", "several")


def statements() -> QuerySet[BankStatement]:
    """All statements, the latest loaded first."""
    return BankStatement.objects.all()


def statements_of_file(file_hash: str) -> list[BankStatement]:
    """The statements of a file that was loaded before."""
    return list(BankStatement.objects.filter(file_hash=file_hash).order_by("position"))


def last_statement(as_of: date | None = None) -> BankStatement | None:
    """The last statement that ends by a day."""
    found = BankStatement.objects.order_by("-ends_on", "-id")
    return (found if as_of is None else found.filter(ends_on__lte=as_of)).first()


def first_statement() -> BankStatement | None:
    """The first statement."""
    return BankStatement.objects.order_by("id").first()


def entries() -> QuerySet[BankEntry]:
    """All entries, as loaded."""
    return BankEntry.objects.select_related("statement")


def exceptions() -> QuerySet[BankEntry]:
    """Entries without a match that nobody has explained, the oldest first."""
    return entries().filter(found__in=WITHOUT_MATCH, explanation="").order_by("posted_on", "id")


def unmatched() -> list[BankEntry]:
    """Entries without a match, explained or not."""
    return list(BankEntry.objects.filter(found__in=WITHOUT_MATCH).order_by("id"))


def entry(entry_id: int) -> BankEntry:
    """One entry. Raises NotFoundError."""
    found = entries().filter(pk=entry_id).first()
    if found is None:
        raise NotFoundError("There is no such bank entry.")
    return found


def matched_ids() -> set[int]:
    """Ledger entries that the bank has shown."""
    return set(BankMatch.objects.values_list("ledger_entry_id", flat=True))


def matched_ids_until(statement_id: int) -> set[int]:
    """Ledger entries that the bank had shown by a statement."""
    return set(BankMatch.objects.filter(entry__statement__lte=statement_id).values_list("ledger_entry_id", flat=True))


def not_in_books_cents(statement: BankStatement) -> int:
    """What entries up to a statement come to that the books did not have by its last day."""
    known = BankMatch.objects.filter(entry=OuterRef("pk"), effective_on__lte=statement.ends_on)
    rows = BankEntry.objects.filter(statement__lte=statement.pk).exclude(Exists(known))
    return int(rows.aggregate(cents=Sum("cents"))["cents"] or 0)


def record_statement(
    *,
    read: Statement,
    form: str,
    name: str,
    file_hash: str,
    position: int,
    found: Sequence[str],
    person_id: int | None,
    now: datetime,
) -> list[BankEntry]:
    """A statement with its entries; `found`: of each, how it was matched. Raises BankError where it does not follow."""
    last = BankStatement.objects.first()
    if last is not None and "" not in (read.account, last.account) and read.account != last.account:
        raise BankError(
            f"It is of account {read.account}, the statements before are of {last.account}.",
            where=f"statement {position}",
            remedy="Load the statements of the account that claims are paid from.",
        )
    if last is not None and (read.opening_cents != last.closing_cents or read.starts_on < last.ends_on):
        raise BankError(
            f"The last statement ends on {last.ends_on} with {format_amount(last.closing_cents)}; this one begins on"
            f" {read.starts_on} with {format_amount(read.opening_cents)}.",
            where=f"statement {position}",
            remedy="Load the statements in their order, without a gap.",
        )
    made = BankStatement.objects.create(
        file_hash=file_hash, position=position, name=name[:120], format=form, account=read.account, currency=read.currency,
        starts_on=read.starts_on, ends_on=read.ends_on, opening_cents=read.opening_cents,
        closing_cents=read.closing_cents, loaded_by_id=person_id, loaded_at=now,
    )  # fmt: skip
    return BankEntry.objects.bulk_create(
        BankEntry(
            statement=made, n=n, posted_on=one.posted_on, cents=one.cents, kind=one.kind, check_number=one.check_number,
            reference=one.reference, text=one.text, found=how,
        )
        for n, (one, how) in enumerate(zip(read.entries, found, strict=True), 1)
    )  # fmt: skip


def record_matches(*, matches: Iterable[tuple[BankEntry, int, date, int]], rows: Iterable[BankEntry]) -> None:
    """(bank entry, ledger entry, its day, its cents) for all; of `rows` how they were found is kept. Two statements."""
    BankMatch.objects.bulk_create(
        BankMatch(entry=one, ledger_entry_id=key, effective_on=day, cents=cents) for one, key, day, cents in matches
    )
    BankEntry.objects.bulk_update(rows, ["found"])


def explain(*, entry_id: int, explanation: str, person_id: int | None) -> BankEntry:
    """Say what an entry without a match is. Raises NotFoundError, BankError."""
    found = entry(entry_id)
    if found.found not in WITHOUT_MATCH:
        raise BankError("The entry has its match.", where="entry")
    if not explanation.strip():
        raise BankError("Say what the entry is.", where="explanation")
    found.explanation, found.explained_by_id = explanation.strip()[:200], person_id
    found.save(update_fields=["explanation", "explained_by_id"])
    return found
