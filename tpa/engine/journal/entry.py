"""A ledger entry: balanced, or it does not exist."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

from tpa.engine.journal.accounts import CHART
from tpa.kernel.errors import InvariantError


class Posting(NamedTuple):
    """`cents` on one account: a debit is positive, a credit negative.

    `dimension` splits the account further: the line of coverage of a claim, the code of a fee or a premium. It may be
    empty.
    """

    account: str
    cents: int
    dimension: str = ""


@dataclass(frozen=True, slots=True)
class Entry:
    """What one event did to the money. (event, source_kind, source_id) names it for ever.

    An entry without postings records that the event moved no money (a claim approved at nothing, all of it the
    member's). Raises InvariantError where the postings do not add up to zero, where one of them is zero, or where an
    account is not in the chart.
    """

    event: str
    effective_on: date
    source_kind: str
    source_id: int
    postings: tuple[Posting, ...]

    def __post_init__(self) -> None:
        total = 0
        for account, cents, _ in self.postings:
            if account not in CHART:
                raise InvariantError(f"{self.event} {self.source_kind} {self.source_id}: no account {account!r}")
            if cents == 0:
                raise InvariantError(f"{self.event} {self.source_kind} {self.source_id}: a posting of zero")
            total += cents
        if total:
            raise InvariantError(f"{self.event} {self.source_kind} {self.source_id}: out of balance by {total} cents")


class Amount(NamedTuple):
    """Cents of one line of coverage, fee or premium. Several of them make up an event."""

    dimension: str
    cents: int


class Recipe(NamedTuple):
    """One business event: `build` makes its entry from an instance of `facts`."""

    event: str
    facts: type
    build: Callable[[Any], Entry]


def transfer(debit: str, credit: str, cents: int, dimension: str = "") -> tuple[Posting, ...]:
    """Debit one account and credit another by `cents`; a negative amount runs the other way, zero posts nothing."""
    if cents == 0:
        return ()
    return Posting(debit, cents, dimension), Posting(credit, -cents, dimension)


def transfers(debit: str, credit: str, amounts: Iterable[Amount]) -> tuple[Posting, ...]:
    """`transfer` for each of several amounts."""
    return tuple(posting for dimension, cents in amounts for posting in transfer(debit, credit, cents, dimension))
