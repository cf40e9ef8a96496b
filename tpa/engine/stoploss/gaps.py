"""Which service, paid when, do consecutive contracts cover: once, twice, not at all? Drawn before the next is signed.

A cell is a month of service and a month of payment. Windows need not begin on the first of a month, so a cell can be
covered in part.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from itertools import pairwise
from typing import NamedTuple

from tpa.engine.stoploss.contract import Contract
from tpa.kernel.periods import FOREVER, Span, month_of, months_in

STATES = ("none", "once", "twice", "part")


class Windows(NamedTuple):
    """A contract as the matrix looks at it. `name` is how people call it."""

    name: str
    incurred: Span
    paid: Span


class Cell(NamedTuple):
    """A month of service paid in a month: by which contracts, and whether by none, one, two or more, or in part."""

    incurred: date
    paid: date
    names: tuple[str, ...]
    state: str


class Stretch(NamedTuple):
    """Service of `incurred` that is paid in `paid`: covered by none, or by more than one. The end may be FOREVER."""

    incurred: Span
    paid: Span
    names: tuple[str, ...] = ()


def windows_of(name: str, contract: Contract, cover: str) -> Windows:
    """The windows of a contract's specific or aggregate cover, with an elected terminal liability."""
    seen = contract.of(cover)
    return Windows(name, seen.incurred, seen.paid_window)


def matrix(contracts: Sequence[Windows], incurred: Span, paid: Span) -> list[list[Cell]]:
    """A row for each month of service in `incurred`, a cell for each month of `paid` from then on."""
    return [
        [_cell(contracts, month, later) for later in months_in(paid) if later >= month] for month in months_in(incurred)
    ]


def _cell(contracts: Sequence[Windows], month: date, later: date) -> Cell:
    service, payment = month_of(month), month_of(later)
    touching = [one for one in contracts if one.incurred.overlaps(service) and one.paid.overlaps(payment)]
    counts = {
        sum(day in one.incurred and on in one.paid for one in touching)
        for day in _edges((one.incurred for one in touching), service)
        for on in _edges((one.paid for one in touching), payment)
    }
    state = "part" if len(counts) > 1 else ("none", "once", "twice")[min(2, counts.pop())]
    return Cell(month, later, tuple(one.name for one in touching), state)


def _edges(spans: Iterable[Span], inside: Span) -> list[date]:
    """The days of a span on which some window begins or ends, its own first day included."""
    days = {inside.starts_on}
    for span in spans:
        days |= {day for day in span if day in inside}
    return sorted(days)


def uncovered(contracts: Sequence[Windows], incurred: Span) -> list[Stretch]:
    """Service of `incurred` and the days of payment on which no contract covers it, payment after service."""
    return [one for one in _stretches(contracts, incurred) if not one.names]


def doubled(contracts: Sequence[Windows], incurred: Span) -> list[Stretch]:
    """Service and days of payment that two contracts or more cover: each carrier will point at the other."""
    return [one for one in _stretches(contracts, incurred) if len(one.names) > 1]


def covering(contracts: Sequence[Windows], incurred_on: date, paid_on: date) -> tuple[str, ...]:
    """The contracts that cover a service of one day paid on another."""
    return tuple(one.name for one in contracts if incurred_on in one.incurred and paid_on in one.paid)


def _stretches(contracts: Sequence[Windows], incurred: Span) -> list[Stretch]:
    """The whole plane of service and payment in rectangles, by who covers each; neighbours that say the same are one."""
    found: list[Stretch] = []
    for service in _cut((one.incurred for one in contracts), incurred):
        covers = [one for one in contracts if service.starts_on in one.incurred]
        row: list[Stretch] = []
        for payment in _cut((one.paid for one in covers), Span(service.starts_on, FOREVER)):
            names = tuple(one.name for one in covers if payment.starts_on in one.paid)
            if row and row[-1].names == names:
                row[-1] = Stretch(service, Span(row[-1].paid.starts_on, payment.ends_before), names)
            else:
                row.append(Stretch(service, payment, names))
        found += [one for one in row if one.paid.ends_before > one.incurred.starts_on]
    return _joined(found)


def _cut(spans: Iterable[Span], inside: Span) -> list[Span]:
    edges = [*_edges(spans, inside), inside.ends_before]
    return [Span(*pair) for pair in pairwise(edges)]


def _joined(found: Iterable[Stretch]) -> list[Stretch]:
    """Neighbours in service with the same payment and cover are one."""
    joined: list[Stretch] = []
    for one in found:
        for n, before in enumerate(joined):
            meets = before.incurred.ends_before == one.incurred.starts_on and before.names == one.names
            if meets and _same_payment(before, one):
                joined[n] = before._replace(incurred=Span(before.incurred.starts_on, one.incurred.ends_before))
                break
        else:
            joined.append(one)
    return joined


def _same_payment(before: Stretch, one: Stretch) -> bool:
    """The same days of payment; where both begin with the service itself, the day of the service is no difference."""
    begins = before.paid.starts_on == one.paid.starts_on or (
        before.paid.starts_on <= before.incurred.starts_on and one.paid.starts_on <= one.incurred.starts_on
    )
    return begins and before.paid.ends_before == one.paid.ends_before


def told(stretch: Stretch) -> str:
    """A stretch in words: `2024-01-01 to 2024-12-31, paid from 2025-04-01`."""
    service, paid = stretch.incurred, stretch.paid
    days = f"{service.starts_on} to {service.last_day}"
    # Nothing is paid before it is incurred: a stretch that begins with its service begins at once.
    begins = f" from {paid.starts_on}" if paid.starts_on > service.starts_on else ""
    ends = f" to {paid.last_day}" if paid.ends_before < FOREVER else ""
    return f"{days}, paid{begins or ('' if ends else ' at any time')}{ends}"
