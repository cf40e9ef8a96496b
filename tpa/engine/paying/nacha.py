"""ACH files as the Nacha rules want them: 94 characters a record, ten records a block, hash totals that reconcile.

Providers are credited by CCD with one addenda that carries the remittance's TRN segment, under the description HCCLAIMPMT
(the healthcare EFT standard of 45 CFR 162.1602); members by PPD. A batch holds one class, a file all batches.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from itertools import groupby
from string import ascii_uppercase, digits
from typing import NamedTuple

from tpa.kernel.errors import DomainError

CREDITS = "220"
_BLOCK = 10
_WIDTH = 94
_END_OF_FILE = "\x1a\r\n"
"""What older systems put behind a text (^Z), and line ends."""
_HASH = 10**10
_MODIFIERS = ascii_uppercase + digits
"""What tells the files of one day apart, in their order; a bank takes two with the same for one sent twice."""
_FIRST_DEBIT = 5
"""Last digit of a transaction code: 1 to 4 credits (returned, live, prenote, zero-dollar), 6 to 9 debits."""


class AchError(DomainError):
    """A file that cannot be written or read as an ACH file."""

    code = "ach_file"


class Originator(NamedTuple):
    """Who sends: company number (1 and the EIN), names of company and bank, the bank's routing number."""

    company_id: str
    company_name: str
    bank_name: str
    routing_number: str


class Transfer(NamedTuple):
    """A credit. `trace`: fifteen digits, the first eight our bank's. `addenda` empty: none."""

    sec: str
    """CCD or PPD."""
    routing_number: str
    account_number: str
    savings: bool
    cents: int
    name: str
    payee_id: str
    trace: str
    addenda: str = ""


class Returned(NamedTuple):
    """An entry that came back: the reason (R01 ...), the trace of the entry as it was sent, its cents.

    Or one that the bank has paid and tells another account for: the change code (C01 ...), and `corrected`, what it says.
    """

    code: str
    trace: str
    cents: int
    corrected: str = ""


def write_ach(
    transfers: Sequence[Transfer],
    originator: Originator,
    *,
    written_at: datetime,
    settles_on: date,
    nth: int = 0,
) -> bytes:
    """The file: one batch a class, in the order of the traces. `nth`: how many files the day had before it.

    Raises AchError where a value does not fit.
    """
    if not transfers:
        raise AchError("An ACH file without entries is not sent.")
    if nth >= len(_MODIFIERS):
        raise AchError(f"A bank tells {len(_MODIFIERS)} files of a day apart.", remedy="Write the next one tomorrow.")
    records = [_file_header(originator, written_at, _MODIFIERS[nth])]
    totals: list[tuple[int, int, int]] = []
    ordered = sorted(transfers, key=lambda one: (one.sec, one.trace))
    for number, (sec, batch) in enumerate(groupby(ordered, key=lambda one: one.sec), 1):
        entries = list(batch)
        records += _batch(sec, entries, originator, settles_on, number)
        totals.append(_totals(entries))
    count, hashed, cents = (sum(parts) for parts in zip(*totals, strict=True))
    blocks = -(-(len(records) + 1) // _BLOCK)
    records.append(f"9{len(totals):06d}{blocks:06d}{count:08d}{hashed % _HASH:010d}{0:012d}{_digits(cents, 12)}{'':39}")
    records += ["9" * _WIDTH] * (blocks * _BLOCK - len(records))
    for record in records:
        if len(record) != _WIDTH or not record.isascii():
            raise AchError(f"A record of {len(record)} characters: {record[:30]!r}")
    return ("\n".join(records) + "\n").encode("ascii")


def _file_header(originator: Originator, at: datetime, modifier: str) -> str:
    return (
        f"101 {originator.routing_number}{originator.company_id:10}{at:%y%m%d}{at:%H%M}{modifier}094101"
        f"{_text(originator.bank_name, 23)}{_text(originator.company_name, 23)}{'':8}"
    )


def _batch(
    sec: str, entries: Sequence[Transfer], originator: Originator, settles_on: date, number: int
) -> Iterator[str]:
    company, bank = originator.company_id, originator.routing_number[:8]
    description = "HCCLAIMPMT" if sec == "CCD" else "CLAIM PMT"
    yield (
        f"5{CREDITS}{_text(originator.company_name, 16)}{'':20}{company:10}{sec}{description:10}{settles_on:%y%m%d}"
        f"{settles_on:%y%m%d}{'':3}1{bank}{number:07d}"
    )
    for one in entries:
        yield from _entry(one)
    count, hashed, cents = _totals(entries)
    yield (
        f"8{CREDITS}{count:06d}{hashed % _HASH:010d}{0:012d}{_digits(cents, 12)}{company:10}{'':19}{'':6}{bank}{number:07d}"
    )


def _entry(one: Transfer) -> Iterator[str]:
    """A credit to checking (22) or savings (32); of nothing it is a prenote (23, 33), which asks whether the account is."""
    code = (32 if one.savings else 22) + (one.cents == 0)
    yield (
        f"6{code}{one.routing_number}{_text(one.account_number, 17)}{_digits(one.cents, 10)}{_text(one.payee_id, 15)}"
        f"{_text(one.name, 22)}{'':2}{1 if one.addenda else 0}{one.trace}"
    )
    if one.addenda:
        if len(one.addenda) > 80:
            raise AchError("An addenda holds 80 characters.", where=one.trace)
        yield f"705{one.addenda:80}0001{one.trace[-7:]}"


def _totals(entries: Sequence[Transfer]) -> tuple[int, int, int]:
    """Entries and addenda, the sum of the banks' first eight digits, cents."""
    return (
        sum(2 if one.addenda else 1 for one in entries),
        sum(int(one.routing_number[:8]) for one in entries),
        sum(one.cents for one in entries),
    )


def _text(value: str, width: int) -> str:
    """Left-aligned capitals; what ASCII does not hold becomes a blank."""
    kept = "".join(char if char.isascii() and char.isprintable() else " " for char in value.upper())
    return f"{kept[:width]:{width}}"


def _digits(cents: int, width: int) -> str:
    text = f"{cents:0{width}d}"
    if len(text) > width or cents < 0:
        raise AchError(f"{cents} cents do not fit into {width} digits.")
    return text


def read_returns(content: bytes) -> list[Returned]:
    """The entries that came back in a file from the bank (addenda 99), or are to be sent elsewhere (addenda 98).

    Raises AchError with the record's number, also where counts, hashes or totals are not those of the entries, and where
    the file ends before its control record.
    """
    found, reader = list[Returned](), _Reader()
    for number, record in enumerate(_records(content), 1):
        where = f"record {number}"
        reader.place(record, where)
        match record[0]:
            case "6":
                reader.cents = _number(record[29:39], "amount", where)
                reader.batch = reader.batch.plus(record, reader.cents, where)
            case "7":
                reader.batch = reader.batch._replace(entries_count=reader.batch.entries_count + 1)
                if record[1:3] in ("98", "99"):
                    found.append(_returned(record, reader.cents, where))
            case "8":
                reader.end_batch(record, where)
            case "9" if not reader.is_whole:
                reader.end_file(record, where)
    if not reader.is_whole:
        raise AchError("The file ends before its control record (record type 9).", where="last record")
    return found


class _Reader:
    """Where in a file a record stands, and what the entries before it come to. Files may follow each other."""

    def __init__(self) -> None:
        self.is_whole = self._in_batch = False
        self.cents = 0
        """Of the last entry."""
        self.batch = self._file = _Sums()
        self._batches = 0

    def place(self, record: str, where: str) -> None:
        """Raise AchError for a record that does not belong here."""
        kind, before = record[0], self.is_whole or where == "record 1"
        fits = {
            "1": before,
            "5": not self.is_whole and not self._in_batch,
            "9": not self._in_batch and (not self.is_whole or record == "9" * _WIDTH),
        }
        if not fits.get(kind, kind in "678" and self._in_batch):
            raise AchError(f"A record of type {kind!r} does not belong here.", where=where)
        if kind == "1":
            self.is_whole, self._file, self._batches = False, _Sums(), 0
        elif kind == "5":
            self._in_batch, self.batch = True, _Sums()

    def end_batch(self, record: str, where: str) -> None:
        """Its control record: raise AchError unless it says what its entries come to."""
        self.batch.require(record[4:44], where)
        self._file, self._in_batch = self._file.and_(self.batch), False
        self._batches += 1

    def end_file(self, record: str, where: str) -> None:
        """The same for a file."""
        if _number(record[1:7], "number of batches", where) != self._batches:
            raise AchError(f"The file has {self._batches} batches, its control record says {record[1:7]}.", where=where)
        self._file.require(record[13:55], where, digits=8)
        self.is_whole = True


def _returned(record: str, cents: int, where: str) -> Returned:
    code, trace, letter = record[3:6], record[6:21].strip(), "R" if record[1:3] == "99" else "C"
    if not (code[0] == letter and code[1:].isdigit()):
        raise AchError(f"{code!r} is no {'return reason' if letter == 'R' else 'change code'}.", where=where)
    return Returned(code, trace, cents, record[35:64].strip() if letter == "C" else "")


class _Sums(NamedTuple):
    """What the entries of a batch or a file come to, as their control record has to say it."""

    entries_count: int = 0
    hashed: int = 0
    debits_cents: int = 0
    credits_cents: int = 0

    def plus(self, record: str, cents: int, where: str) -> _Sums:
        """With one more entry; its code says on which side it stands: 5 and above in the second digit are debits."""
        code = _number(record[1:3], "transaction code", where)
        is_debit = code % 10 >= _FIRST_DEBIT
        return _Sums(
            self.entries_count + 1,
            self.hashed + _number(record[3:11], "routing number", where),
            self.debits_cents + (cents if is_debit else 0),
            self.credits_cents + (0 if is_debit else cents),
        )

    def and_(self, other: _Sums) -> _Sums:
        """Both together."""
        return _Sums(*map(sum, zip(self, other, strict=True)))

    def require(self, told: str, where: str, *, digits: int = 6) -> None:
        """Raise AchError unless the control record says the same: count, hash, debits, credits."""
        parts = (told[:digits], told[digits : digits + 10], told[digits + 10 : digits + 22], told[digits + 22 :])
        names = ("count of entries", "hash of routing numbers", "total of debits", "total of credits")
        for name, text, sum_ in zip(names, parts, self._replace(hashed=self.hashed % _HASH), strict=True):
            if _number(text, name, where) != sum_:
                raise AchError(f"The {name} is {sum_}, the control record says {text}.", where=where)


def _number(text: str, name: str, where: str) -> int:
    if not (text.isascii() and text.isdigit()):
        raise AchError(f"{text!r} is no {name}.", where=where)
    return int(text)


def _records(content: bytes) -> Iterable[str]:
    try:
        lines = content.decode("utf-8-sig").rstrip(_END_OF_FILE).splitlines()
    except UnicodeDecodeError:
        # A name beyond ASCII changes no amount: each byte is one character of the record.
        lines = content.decode("latin-1").rstrip(_END_OF_FILE).splitlines()
    if len(lines) == 1 and len(lines[0]) % _WIDTH == 0:  # records without line ends
        lines = [lines[0][start : start + _WIDTH] for start in range(0, len(lines[0]), _WIDTH)]
    if not lines or not lines[0].startswith("1"):
        raise AchError("The file does not begin with a file header (record type 1).", where="record 1")
    for number, line in enumerate(lines, 1):
        if line.strip() and len(line.rstrip()) > _WIDTH:
            raise AchError(f"A record has {_WIDTH} characters, this one {len(line)}.", where=f"record {number}")
    return [f"{line:{_WIDTH}}" for line in lines if line.strip()]
