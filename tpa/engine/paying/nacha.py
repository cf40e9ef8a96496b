"""ACH files as the Nacha rules want them: 94 characters a record, ten records a block, hash totals that reconcile.

Providers are credited by CCD with one addenda that carries the remittance's TRN segment, under the description HCCLAIMPMT
(the healthcare EFT standard of 45 CFR 162.1602); members by PPD. A batch holds one class, a file all batches.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from itertools import groupby
from typing import NamedTuple

from tpa.kernel.errors import DomainError

CREDITS = "220"
_BLOCK = 10
_WIDTH = 94
_HASH = 10**10


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
    """An entry that came back: the reason (R01 ...), the trace of the entry as it was sent, its cents."""

    code: str
    trace: str
    cents: int


def write_ach(
    transfers: Sequence[Transfer],
    originator: Originator,
    *,
    written_at: datetime,
    settles_on: date,
    modifier: str = "A",
) -> bytes:
    """The file: one batch a class, in the order of the traces. Raises AchError where a value does not fit."""
    if not transfers:
        raise AchError("An ACH file without entries is not sent.")
    records = [_file_header(originator, written_at, modifier)]
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
    """The returned entries of a file from the bank: those with an addenda 99. Raises AchError with the record's number."""
    found, cents = [], 0
    for number, record in enumerate(_records(content), 1):
        if record[0] == "6":
            amount = record[29:39]
            if not amount.isdigit():
                raise AchError(f"{amount!r} is no amount.", where=f"record {number}")
            cents = int(amount)
        elif record[:3] == "799":
            code, trace = record[3:6], record[6:21].strip()
            if not (code[0] == "R" and code[1:].isdigit()):
                raise AchError(f"{code!r} is no return reason.", where=f"record {number}")
            found.append(Returned(code, trace, cents))
    return found


def _records(content: bytes) -> Iterable[str]:
    try:
        lines = content.decode("ascii").splitlines()
    except UnicodeDecodeError as error:
        raise AchError("The file is not ASCII text.") from error
    if not lines or not lines[0].startswith("1"):
        raise AchError("The file does not begin with a file header (record type 1).", where="record 1")
    for number, line in enumerate(lines, 1):
        if line.strip() and len(line.rstrip()) > _WIDTH:
            raise AchError(f"A record has {_WIDTH} characters, this one {len(line)}.", where=f"record {number}")
    return [f"{line:{_WIDTH}}" for line in lines if line.strip()]
