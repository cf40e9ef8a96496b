"""What the employer's contracts, those in force and one that is proposed, cover together."""

from typing import Any, NamedTuple

from tpa.books.agreements import selectors as agreements
from tpa.engine.stoploss.contract import Contract
from tpa.engine.stoploss.gaps import Cell, Stretch, Windows, doubled, matrix, uncovered, windows_of
from tpa.kernel.periods import Span, add_months

_SHOWN_MONTHS = 48
_SHOWN_AFTER = 36
COVERS = ("specific", "aggregate")


class Gaps(NamedTuple):
    """The matrix of one cover and its stretches, over the contracts by their policy periods.

    `covers`: those that some contract has; `differ`: whether the aggregate of one has windows of its own.
    """

    cover: str
    covers: list[str]
    differ: bool
    contracts: list[Windows]
    cells: list[list[Cell]]
    uncovered: list[Stretch]
    doubled: list[Stretch]


def gaps(employer_id: int, proposed: Contract | None = None, name: str = "proposed", cover: str = "") -> Gaps:
    """Over every contract in force, a proposed one beside them (it takes the place of one with the same policy period).

    Of those that have the `cover`; without one of the specific, or where no contract has that, of the aggregate. Service is
    looked at from the first incurred day on, at most four years of it, and payment until the last window's end and three
    months more, at most three years after the service. The stretches know no such end.
    """
    held = agreements.stop_loss_contracts(employer_id)
    terms = [(one.number, one.terms) for one in held if proposed is None or one.terms.policy != proposed.policy]
    terms += [(name, proposed)] if proposed is not None else []
    covers = [one for one in COVERS if any(getattr(contract, one) for _, contract in terms)]
    cover = cover or (covers[0] if covers else COVERS[0])
    differ = any(len(contract.views) > 1 for _, contract in terms)
    known = [windows_of(number, contract, cover) for number, contract in terms if getattr(contract, cover)]
    known.sort(key=lambda one: one.incurred)
    if not known:
        return Gaps(cover, covers, differ, [], [], [], [])
    ends = max(one.incurred.ends_before for one in known)
    starts = max(min(one.incurred.starts_on for one in known), add_months(ends, -_SHOWN_MONTHS))
    service = Span(starts.replace(day=1), ends)
    last = min(add_months(max(one.paid.ends_before for one in known), 3), add_months(ends, _SHOWN_AFTER))
    paid = Span(service.starts_on, last)
    drawn = matrix(known, service, paid)
    return Gaps(cover, covers, differ, known, drawn, uncovered(known, service), doubled(known, service))


def as_dict(found: Gaps) -> dict[str, Any]:
    """In the shape that is shown."""
    return {
        "cover": found.cover,
        "contracts": [
            {"name": one.name, "incurred": one.incurred._asdict(), "paid": one.paid._asdict()}
            for one in found.contracts
        ],
        "cells": [
            {"incurred": cell.incurred, "paid": cell.paid, "state": cell.state, "contracts": list(cell.names)}
            for row in found.cells
            for cell in row
        ],
        "uncovered": [_stretch(one) for one in found.uncovered],
        "doubled": [_stretch(one) for one in found.doubled],
    }


def _stretch(one: Stretch) -> dict[str, Any]:
    return {"incurred": one.incurred._asdict(), "paid": one.paid._asdict(), "contracts": list(one.names)}
