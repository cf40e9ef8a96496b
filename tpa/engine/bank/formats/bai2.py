"""BAI2: files of records by line, amounts in cents without a point, control totals at every level.

01 file, 02 group (the day), 03 account (balances by type code), 16 transaction, 88 more of the record before it, 49, 98, 99
control totals. Source: Cash Management Balance Reporting Specifications, version 2 (Bank Administration Institute, 2005).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date

from tpa.engine.bank.statement import BankFileError, Entry, Format, Kind, Statement, entry, statement

_DIGITS = re.compile(r"[+-]?\d{1,15}", re.ASCII)
_OPENING, _CLOSING = "010", "015"
_CHECK = range(475, 478)
_ACH = frozenset({142, 143, 145, 155, 164, 165, 166, 168, 169, 255, 357, 451, 452, 455, 462, 463, 464, 466, 469, 555})
_WIRE = frozenset({191, 195, 196, 206, 208, 491, 495, 496, 506, 508})
_DEPOSIT = frozenset({115, 171, 172, 173, 174, 175, 176, 301, 306, 309})


@dataclass(slots=True)
class _Record:
    """A record with its continuations: the line it begins on, how many lines it has, its fields, and its text's parts."""

    line: int
    code: str
    fields: list[str]
    count: int = 1
    texts: list[str] = field(default_factory=list)


@dataclass(slots=True)
class _Account:
    """An account while its records are read."""

    line: int
    number: str
    currency: str
    day: date
    amounts: dict[str, int]
    control_cents: int
    record_count: int
    entries: list[Entry] = field(default_factory=list)


def _recognises(begin: bytes) -> bool:
    return begin.startswith(b"01,")


def read(content: bytes) -> list[Statement]:
    """A statement an account and day. Raises BankFileError at the first record that does not fit, with its line."""
    reader = _Reader()
    for record in _records(content):
        reader.take(record)
    if reader.expects != "":
        raise BankFileError(f"The file ends without its record {reader.expects}.", where="last line")
    return reader.statements


class _Reader:
    """The state between records: file, group, account."""

    def __init__(self) -> None:
        self.statements: list[Statement] = []
        self.expects = "99"
        self._day = date.min
        self._currency = ""
        self._account: _Account | None = None
        self._group_cents = self._file_cents = 0
        self._groups = self._accounts = 0
        self._in_group = self._begun = False

    def take(self, record: _Record) -> None:
        """One record, in its place."""
        steps = {
            "01": self._file,
            "02": self._group,
            "03": self._open,
            "16": self._transaction,
            "49": self._close,
            "98": self._group_end,
            "99": self._file_end,
        }
        step = steps.get(record.code)
        if step is None:
            raise BankFileError(f"There is no record {record.code[:10]!r}.", where=f"line {record.line}")
        if self.expects == "":
            raise BankFileError("The file goes on after its end.", where=f"line {record.line}")
        if self._begun == (record.code == "01"):
            raise _misplaced(record)
        step(record)

    def _file(self, record: _Record) -> None:
        self._begun = True

    def _group(self, record: _Record) -> None:
        if self._in_group:
            raise _misplaced(record)
        self._day = _day(record, _at(record, 3))
        self._currency = _at(record, 5)[:3]
        self._in_group, self._group_cents, self._accounts = True, 0, 0

    def _open(self, record: _Record) -> None:
        if not self._in_group or self._account is not None:
            raise _misplaced(record)
        amounts, control = _summaries(record)
        self._account = _Account(
            record.line, _at(record, 0), _at(record, 1)[:3] or self._currency, self._day, amounts, control, record.count
        )

    def _transaction(self, record: _Record) -> None:
        account = self._account
        if account is None:
            raise _misplaced(record)
        account.record_count += record.count
        cents = _amount(record, _at(record, 1))
        account.control_cents += cents
        code = _type_code(record)
        if 100 <= code <= 699 and cents:
            sign = 1 if code < 400 else -1
            account.entries.append(_entry(record, account.day, sign * cents, code))

    def _close(self, record: _Record) -> None:
        account = self._account
        if account is None:
            raise _misplaced(record)
        _check(record, "control total", _amount(record, _at(record, 0)), account.control_cents)
        _check(record, "number of records", _amount(record, _at(record, 1)), account.record_count + record.count)
        for code, name in ((_OPENING, "opening"), (_CLOSING, "closing")):
            if code not in account.amounts:
                raise BankFileError(
                    f"Account {account.number[-4:]} has no {name} ledger balance ({code}).",
                    where=f"line {account.line}",
                    remedy="Ask the bank for the previous day report with ledger balances.",
                )
        self.statements.append(
            statement(
                account.number,
                account.currency,
                (account.amounts[_OPENING], account.amounts[_CLOSING]),
                (account.day, account.day),
                account.entries,
                where=f"line {account.line}",
            )
        )
        self._group_cents += account.control_cents
        self._accounts += 1
        self._account = None

    def _group_end(self, record: _Record) -> None:
        if not self._in_group or self._account is not None:
            raise _misplaced(record)
        _check(record, "control total", _amount(record, _at(record, 0)), self._group_cents)
        _check(record, "number of accounts", _amount(record, _at(record, 1)), self._accounts)
        self._file_cents += self._group_cents
        self._groups += 1
        self._in_group = False

    def _file_end(self, record: _Record) -> None:
        if self._in_group:
            raise _misplaced(record)
        _check(record, "control total", _amount(record, _at(record, 0)), self._file_cents)
        _check(record, "number of groups", _amount(record, _at(record, 1)), self._groups)
        self.expects = ""


def _records(content: bytes) -> Iterator[_Record]:
    """The records, each with its continuations folded in."""
    held: _Record | None = None
    for number, line in enumerate(_text(content).splitlines(), 1):
        if not line.strip():
            continue
        code, comma, rest = line.partition(",")
        if not comma:
            raise BankFileError("A record begins with its code and a comma.", where=f"line {number}")
        if code != "88":
            if held is not None:
                yield held
            held = _Record(number, code, _fields(rest))
        elif held is None:
            raise BankFileError("Nothing comes before this continuation.", where=f"line {number}")
        else:
            held.count += 1
            if held.code == "16":
                held.texts.append(rest.strip().removesuffix("/"))
            else:
                held.fields += _fields(rest)
    if held is not None:
        yield held


def _text(content: bytes) -> str:
    """The specification's ASCII; names beyond it are UTF-8 where they can be, else Latin-1."""
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("latin-1")


def _fields(rest: str) -> list[str]:
    return [one.strip() for one in rest.rstrip().removesuffix("/").split(",")]


def _at(record: _Record, place: int) -> str:
    return record.fields[place] if place < len(record.fields) else ""


def _summaries(record: _Record) -> tuple[dict[str, int], int]:
    """Type code -> amount of an account record, and what they add up to: code, amount, items, funds type, again."""
    found: dict[str, int] = {}
    control, place = 0, 2
    while place < len(record.fields):
        code, text = record.fields[place], _at(record, place + 1)
        if code:
            cents = _amount(record, text) if text else 0
            control += cents
            if text:
                found[code] = cents
        place = _after_funds(record, place + 3)
    return found, control


def _after_funds(record: _Record, place: int) -> int:
    """The place after a funds type and what belongs to it."""
    kind = _at(record, place).upper()
    if kind == "S":
        return place + 4
    if kind == "V":
        return place + 3
    if kind == "D":
        return place + 2 + 2 * _amount(record, _at(record, place + 1))
    if kind not in ("", "0", "1", "2", "Z"):
        raise BankFileError(f"There is no funds type {kind[:10]!r}.", where=f"line {record.line}")
    return place + 1


def _entry(record: _Record, day: date, cents: int, code: int) -> Entry:
    place = _after_funds(record, 2)
    bank, customer = _at(record, place), _at(record, place + 1)
    text = " ".join([*record.fields[place + 2 :], *record.texts])
    kind = _kind(code)
    number = customer or bank if kind is Kind.CHECK else ""
    reference = bank if kind is Kind.CHECK else customer or bank
    return entry(day, cents, kind, check_number=number, reference=reference, text=text)


def _kind(code: int) -> Kind:
    if code in _CHECK:
        return Kind.CHECK
    if code in _ACH:
        return Kind.ACH
    if code in _WIRE:
        return Kind.WIRE
    return Kind.DEPOSIT if code in _DEPOSIT else Kind.OTHER


def _type_code(record: _Record) -> int:
    text = _at(record, 0)
    if not re.fullmatch(r"\d{3}", text, re.ASCII):
        raise BankFileError(f"{text[:10]!r} is no type code.", where=f"line {record.line}, type code")
    return int(text)


def _amount(record: _Record, text: str) -> int:
    if not _DIGITS.fullmatch(text):
        raise BankFileError(f"{text[:20]!r} is no whole number.", where=f"line {record.line}, amount")
    return int(text)


def _day(record: _Record, text: str) -> date:
    try:
        if re.fullmatch(r"\d{6}", text, re.ASCII):
            return date(2000 + int(text[:2]), int(text[2:4]), int(text[4:]))
    except ValueError:
        pass
    raise BankFileError(f"{text[:20]!r} is no date such as 260331.", where=f"line {record.line}, as-of date")


def _check(record: _Record, name: str, said: int, found: int) -> None:
    if said != found:
        raise BankFileError(
            f"The {name} is {said}; the records before it come to {found}.",
            where=f"line {record.line}",
            remedy="The file is not whole: ask the bank for it again.",
        )


def _misplaced(record: _Record) -> BankFileError:
    return BankFileError(f"The record {record.code} does not belong here.", where=f"line {record.line}")


FORMAT = Format("BAI2", _recognises, read)
