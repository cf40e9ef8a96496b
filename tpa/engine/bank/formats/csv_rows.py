"""A bank's CSV download: a row an entry, with the running balance.

Columns, in any order and case: `date`; `amount`, or `debit` and `credit`; `balance` (after the entry). Also read, where they
are there: `type`, `check_number`, `reference`, `description`. Of two columns that mean one thing under different names the
better name counts. Rows are oldest first or latest first, and may end in empty cells without a name.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Mapping, Sequence
from datetime import date
from itertools import pairwise

from tpa.engine.bank.statement import MOST_ENTRIES, BankFileError, Entry, Format, Kind, Statement, entry, statement
from tpa.kernel.errors import DomainError
from tpa.kernel.money import parse_amount

_NAMES = {
    "date": ("date", "posted", "posting date", "post date", "posted date", "booking date", "transaction date"),
    "amount": ("amount", "transaction amount"),
    "debit": ("debit", "debits", "debit amount", "withdrawal", "withdrawals"),
    "credit": ("credit", "credits", "credit amount", "deposit", "deposits"),
    "balance": ("balance", "running balance", "ledger balance"),
    "type": ("type", "transaction type"),
    "check_number": ("check number", "check no", "check", "check or slip", "cheque number", "serial number"),
    "reference": ("reference", "bank reference", "trace", "trace number", "transaction id"),
    "description": ("description", "details", "memo", "text", "payee"),
    "account": ("account", "account number"),
    "currency": ("currency",),
}
_COLUMNS = {alias: name for name, aliases in _NAMES.items() for alias in aliases}
"""Column by what a bank calls it; of one column the better names come first."""
_GROUPED = re.compile(r"-?\d{1,3}(?:,\d{3})+(?:\.\d*)?", re.ASCII)
_US_DAY = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4})", re.ASCII)
_ISO_DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_WORDS = (
    (Kind.CHECK, ("check", "cheque")),
    (Kind.ACH, ("ach", "eft")),
    (Kind.WIRE, ("wire",)),
    (Kind.DEPOSIT, ("deposit", "credit")),
)
Row = tuple[int, Mapping[str, str]]


def _recognises(begin: bytes) -> bool:
    first = begin.split(b"\n", 1)[0].decode("utf-8", "replace")
    names = {_COLUMNS.get(_plain(one), "") for one in first.split(_separator(first))}
    return {"date", "balance"} <= names or {"date", "amount"} <= names


def _separator(first_line: str) -> str:
    return max(",;\t", key=first_line.count)


def _plain(header: str) -> str:
    return re.sub(r"[\s_]+", " ", header.strip().strip('"').lower()).rstrip(".# ")


def _names(headers: Sequence[str]) -> list[str]:
    """What each column means; "" for one that is not read. Raises BankFileError where one name stands twice."""
    plain = [_plain(one) for one in headers]
    names = [_COLUMNS.get(one, "") for one in plain]
    for name in filter(None, set(names)):
        meant = [one for one in plain if _COLUMNS.get(one) == name]
        if len(set(meant)) < len(meant):
            raise BankFileError(f"Two columns mean {name}.", where="line 1", remedy="Keep one of them.")
        best = min(meant, key=_NAMES[name].index)
        names = ["" if own == name and one != best else own for one, own in zip(plain, names, strict=True)]
    return names


def read(content: bytes) -> list[Statement]:
    """The file's one statement. The balance before the first row is what its balance leaves without it."""
    rows = _rows(content)
    entries = [_entry(line, row) for line, row in rows]
    balances = [_cents(line, row, "balance") for line, row in rows]
    if len(rows) > 1 and not _follows(entries, balances):
        rows, entries, balances = rows[::-1], entries[::-1], balances[::-1]
        if not _follows(entries, balances):
            line = _first_break(rows, entries, balances)
            raise BankFileError(
                "The balance is not the one before it plus the amount, read from either end.",
                where=f"line {line}, balance",
                remedy="Rows are missing or out of order: download the file again.",
            )
    days = [one.posted_on for one in entries]
    first = rows[0][1]
    return [
        statement(
            first.get("account", ""),
            first.get("currency", "").strip().upper()[:3],
            (balances[0] - entries[0].cents, balances[-1]),
            (min(days), max(days)),
            entries,
            where="line 1",
        )
    ]


def _follows(entries: Sequence[Entry], balances: Sequence[int]) -> bool:
    return all(
        before + one.cents == after for (before, after), one in zip(pairwise(balances), entries[1:], strict=True)
    )


def _first_break(rows: Sequence[Row], entries: Sequence[Entry], balances: Sequence[int]) -> int:
    """The line of the first row, as the file has them, whose balance does not follow."""
    rows, entries, balances = rows[::-1], entries[::-1], balances[::-1]
    pairs = zip(pairwise(balances), entries[1:], rows[1:], strict=True)
    return next(row[0] for (before, after), one, row in pairs if before + one.cents != after)


def _rows(content: bytes) -> list[Row]:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as fault:
        line = content.count(b"\n", 0, fault.start) + 1
        raise BankFileError("The file is not UTF-8.", where=f"line {line}") from None
    reader = csv.reader(text.splitlines(), delimiter=_separator(text.split("\n", 1)[0]), strict=True)
    found: list[Row] = []
    try:
        names = _names(next(reader))
        _check_names(names)
        for row in reader:
            if any(cell.strip() for cell in row):
                while len(row) > len(names) and not row[-1].strip():
                    row.pop()
                if len(row) != len(names):
                    raise BankFileError(
                        f"{len(row)} cells where {len(names)} are wanted.", where=f"line {reader.line_num}"
                    )
                found.append((reader.line_num, dict(zip(names, row, strict=True))))
            if len(found) > MOST_ENTRIES:
                raise BankFileError(f"More than {MOST_ENTRIES} entries.", where=f"line {reader.line_num}")
    except csv.Error as fault:
        raise BankFileError(f"The row cannot be read: {fault}.", where=f"line {reader.line_num}") from None
    if not found:
        raise BankFileError("The file has no rows below its column names.", where="line 2")
    return found


def _check_names(names: Sequence[str]) -> None:
    if "balance" not in names or not ("amount" in names or {"debit", "credit"} <= set(names)):
        raise BankFileError(
            "The columns date, amount (or debit and credit) and balance are wanted.",
            where="line 1",
            remedy="Let the bank's download show the running balance.",
        )


def _entry(line: int, row: Mapping[str, str]) -> Entry:
    if "amount" in row:
        cents = _cents(line, row, "amount")
    else:
        cents = _cents(line, row, "credit", empty=0) - abs(_cents(line, row, "debit", empty=0))
    if cents == 0:
        raise BankFileError("An entry of nothing.", where=f"line {line}, amount")
    number = row.get("check_number", "")
    said = f"{row.get('type', '')} {row.get('description', '')}".lower()
    kind = Kind.CHECK if number.strip() and cents < 0 else _kind(said)
    return entry(
        _day(line, row["date"]),
        cents,
        kind,
        check_number=number,
        reference=row.get("reference", ""),
        text=row.get("description", ""),
    )


def _kind(said: str) -> Kind:
    words = set(re.findall(r"[a-z]+", said))
    return next((kind for kind, known in _WORDS if words & set(known)), Kind.OTHER)


def _cents(line: int, row: Mapping[str, str], name: str, empty: int | None = None) -> int:
    """An amount as banks print it: $1,234.50, (12.00), -12.00, 12.00-. A comma before the cents is refused, not guessed at."""
    text = row[name].strip().replace("$", "").replace("\u2212", "-")
    if not text and empty is not None:
        return empty
    if text.startswith("(") and text.endswith(")"):
        text = f"-{text[1:-1]}"
    elif text.endswith("-"):
        text = f"-{text[:-1]}"
    text = text.removeprefix("+").strip()
    try:
        return int(parse_amount(text.replace(",", "") if _GROUPED.fullmatch(text) else text))
    except DomainError:
        raise BankFileError(
            f"{row[name][:40]!r} is no amount.", where=f"line {line}, {name}", remedy="Write 1234.50 or 1,234.50."
        ) from None


def _day(line: int, text: str) -> date:
    text = text.strip()
    try:
        if _ISO_DAY.fullmatch(text):
            return date.fromisoformat(text)
        match = _US_DAY.fullmatch(text)
        if match:
            return date(int(match[3]), int(match[1]), int(match[2]))
    except ValueError:
        pass
    raise BankFileError(
        f"{text[:40]!r} is no date.", where=f"line {line}, date", remedy="Write 2026-03-31 or 03/31/2026."
    )


FORMAT = Format("CSV", _recognises, read)
