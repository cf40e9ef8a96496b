"""Which entry of the bank is which movement of the books.

In this order, and never two entries for one movement:

1. a check by its number and amount;
2. a transfer by its trace, single or the total of its batch;
3. a deposit by its reference and amount;
4. what is left by the amount alone, where one movement and one entry have it and lie within a few days.

A check with the number and another amount is no match: it is an exception that says so.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import NamedTuple

from tpa.engine.bank.statement import Entry, Kind

NEAR = timedelta(days=7)
"""How far apart an entry and a movement of the same amount may lie; a check that is found by its number may be older."""


class Found(StrEnum):
    """How an entry was matched, or why it was not."""

    CHECK_NUMBER = "check_number"
    TRACE = "trace"
    BATCH = "batch"
    REFERENCE = "reference"
    AMOUNT = "amount"
    UNKNOWN = "unknown"
    OTHER_AMOUNT = "other_amount"
    SEVERAL = "several"


class Movement(NamedTuple):
    """Money of the books that the bank should show: `cents` above zero comes in. `batch`: what leaves as one total.

    `key` names it for the caller. `number`: the check's number, the trace, or the deposit's reference.
    """

    key: tuple[str, int]
    kind: Kind
    on: date
    cents: int
    number: str = ""
    batch: str = ""


@dataclass(frozen=True, slots=True)
class Match:
    """An entry, by its place in the list, and the movements that it is; none for an exception."""

    place: int
    how: Found
    movements: tuple[Movement, ...] = ()


def match(entries: Sequence[Entry], movements: Iterable[Movement]) -> list[Match]:
    """A match or an exception for every entry, in their order."""
    open_: dict[tuple[str, int], Movement] = {one.key: one for one in movements}
    found: dict[int, Match] = {}
    for rule in _RULES:
        index = rule.index_of(open_.values())
        for place, entry in enumerate(entries):
            if place not in found:
                hit = rule.find(index, entry)
                if hit is not None:
                    found[place] = Match(place, hit[0], hit[1])
                    for one in hit[1]:
                        open_.pop(one.key)
                        rule.forget(index, one)
    _by_amount(entries, open_, found)
    return [found.get(place, Match(place, Found.UNKNOWN)) for place in range(len(entries))]


Index = dict[str, list[Movement]]
Hit = tuple[Found, tuple[Movement, ...]] | None


class _Rule(NamedTuple):
    """Movements by texts that the bank repeats: which ones a movement has, and which movements an entry is."""

    texts: Callable[[Movement], list[str]]
    find: Callable[[Index, Entry], Hit]

    def index_of(self, movements: Iterable[Movement]) -> Index:
        """The movements that the rule is for, by text."""
        found: Index = defaultdict(list)
        for one in movements:
            for text in self.texts(one):
                found[_plain(text)].append(one)
        return found

    def forget(self, index: Index, movement: Movement) -> None:
        """A movement that has its entry."""
        for text in self.texts(movement):
            index[_plain(text)].remove(movement)


def _check_texts(movement: Movement) -> list[str]:
    return [movement.number.lstrip("0")] if movement.kind is Kind.CHECK and movement.number else []


def _check(index: Index, entry: Entry) -> Hit:
    known = index.get(_plain(entry.check_number), []) if entry.check_number else []
    if not known:
        return None
    same = [one for one in known if one.cents == entry.cents]
    return (Found.CHECK_NUMBER, (same[0],)) if len(same) == 1 else (Found.OTHER_AMOUNT, ())


def _trace_texts(movement: Movement) -> list[str]:
    if movement.kind is not Kind.ACH:
        return []
    return [text for text in {_plain(movement.number): "", _plain(movement.batch): ""} if text]


def _trace(index: Index, entry: Entry) -> Hit:
    known = index.get(_plain(entry.reference), []) if entry.reference and not entry.check_number else []
    single = [one for one in known if one.cents == entry.cents]
    if len(single) == 1:
        return Found.TRACE, (single[0],)
    if known and sum(one.cents for one in known) == entry.cents:
        return Found.BATCH, tuple(known)
    return None


def _reference_texts(movement: Movement) -> list[str]:
    return [movement.number] if movement.kind not in (Kind.CHECK, Kind.ACH) and movement.number else []


def _reference(index: Index, entry: Entry) -> Hit:
    known = index.get(_plain(entry.reference), []) if entry.reference else []
    same = [one for one in known if one.cents == entry.cents]
    return (Found.REFERENCE, (same[0],)) if len(same) == 1 else None


_RULES = (_Rule(_check_texts, _check), _Rule(_trace_texts, _trace), _Rule(_reference_texts, _reference))


def _by_amount(entries: Sequence[Entry], open_: Mapping[tuple[str, int], Movement], found: dict[int, Match]) -> None:
    """By amount and nearness, where nothing else could be meant: single movements and totals of batches."""
    batches: dict[str, list[Movement]] = defaultdict(list)
    wholes: dict[int, list[tuple[date, tuple[Movement, ...]]]] = defaultdict(list)
    for one in open_.values():
        if one.kind is Kind.ACH and one.batch:
            batches[one.batch].append(one)
        elif one.kind is not Kind.CHECK:
            wholes[one.cents].append((one.on, (one,)))
    for members in batches.values():
        wholes[sum(one.cents for one in members)].append((members[0].on, tuple(members)))
    left: dict[int, list[int]] = defaultdict(list)
    for place, entry in enumerate(entries):
        if place not in found and not entry.check_number:
            left[entry.cents].append(place)
    for cents, places in left.items():
        near = [
            one for one in wholes.get(cents, []) if all(abs(entries[at].posted_on - one[0]) <= NEAR for at in places)
        ]
        if len(near) == 1 == len(places):
            found[places[0]] = Match(places[0], Found.AMOUNT, near[0][1])
        elif near:
            found.update({place: Match(place, Found.SEVERAL) for place in places})


def _plain(text: str) -> str:
    """Letters and digits alone, in capitals: banks drop spaces and signs."""
    return "".join(char for char in text.upper() if char.isalnum())


class Proof(NamedTuple):
    """What the bank has and what the books have, in cents, and why they differ.

    books = bank + in transit in - in transit out - unexplained entries of the bank.
    `outstanding_cents`: payments issued that the bank has not paid; they are no cash of the books yet.
    """

    bank_cents: int
    deposits_in_transit_cents: int
    payments_in_transit_cents: int
    unexplained_cents: int
    books_cents: int
    outstanding_cents: int = 0

    @property
    def expected_cents(self) -> int:
        """What the books should have by the bank."""
        moved = self.deposits_in_transit_cents - self.payments_in_transit_cents
        return self.bank_cents + moved - self.unexplained_cents

    @property
    def difference_cents(self) -> int:
        """What remains unexplained: 0, or the account does not prove."""
        return self.books_cents - self.expected_cents

    @property
    def available_cents(self) -> int:
        """The books' cash less what is under way to payees."""
        return self.books_cents - self.outstanding_cents
