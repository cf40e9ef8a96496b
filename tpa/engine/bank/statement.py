"""A bank statement, whatever file it came in: balances and entries in cents, and the checks that every format shares."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import NamedTuple

from tpa.kernel.errors import DomainError
from tpa.kernel.money import format_amount

MOST_BYTES = 20 * 1024 * 1024
MOST_ENTRIES = 200_000
_TEXT = 200
_REFERENCE = 60


class BankFileError(DomainError):
    """A statement file cannot be read. `where` says at which line, record or element."""

    code = "bank_file"
    remedy = "Ask the bank for the file again, or choose another of its formats."


class Kind(StrEnum):
    """How the money moved, as far as the bank says."""

    CHECK = "check"
    ACH = "ach"
    WIRE = "wire"
    DEPOSIT = "deposit"
    OTHER = "other"


class Entry(NamedTuple):
    """One line: `cents` above zero came in, below zero went out. `reference`: a trace, a wire's or the bank's own number."""

    posted_on: date
    cents: int
    kind: Kind
    check_number: str
    reference: str
    text: str


@dataclass(frozen=True, slots=True)
class Statement:
    """An account's entries between two balances: opening + entries = closing, or it is no statement.

    `account` is as the bank writes it. `ends_on` is the day of the closing balance.
    """

    account: str
    currency: str
    starts_on: date
    ends_on: date
    opening_cents: int
    closing_cents: int
    entries: tuple[Entry, ...]


class Format(NamedTuple):
    """A format of files. `recognises` looks at the first bytes; `read` raises BankFileError."""

    name: str
    recognises: Callable[[bytes], bool]
    read: Callable[[bytes], list[Statement]]


def entry(
    posted_on: date, cents: int, kind: Kind, *, check_number: str = "", reference: str = "", text: str = ""
) -> Entry:
    """An entry with its texts cleaned: one space between words, no control characters, cut to what the books keep."""
    number = clean(check_number).lstrip("0")
    return Entry(posted_on, cents, kind, number[:20], clean(reference)[:_REFERENCE], clean(text)[:_TEXT])


def clean(text: str) -> str:
    """The text's printable words, one space between them."""
    return " ".join("".join(char if char.isprintable() else " " for char in text).split())


def statement(
    account: str,
    currency: str,
    balances: tuple[int, int],
    days: tuple[date, date],
    entries: Iterable[Entry],
    *,
    where: str,
) -> Statement:
    """The statement of (opening, closing) balances and (first, last) day. Raises BankFileError where they do not add up."""
    found = tuple(entries)
    opening, closing = balances
    moved = sum(one.cents for one in found)
    if opening + moved != closing:
        raise BankFileError(
            f"The entries add up to {format_amount(moved)}; the balances {format_amount(opening)} and"
            f" {format_amount(closing)} differ by {format_amount(closing - opening)}.",
            where=where,
            remedy="The file is not whole: ask the bank for it again.",
        )
    if len(found) > MOST_ENTRIES:
        raise BankFileError(f"More than {MOST_ENTRIES} entries.", where=where)
    return Statement(clean(account)[:_REFERENCE], currency, *days, opening, closing, found)
