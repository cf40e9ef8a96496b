"""Codes that do not go together and units that are not likely, laid out for look-up: of the plan and of kept tables."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import NamedTuple, TypeVar

from tpa.engine.plan.terms_edits import DISTINCT, SEPARATE, AddOn, CodePair, Edits, UnitLimit
from tpa.engine.plan.terms_values import fits_any

T = TypeVar("T")
NO_EDIT = 9


class EditTables(NamedTuple):
    """Kept tables as far as a batch of claims may need them: pairs by (table, column 2), unit limits by (table, code)."""

    pairs: Mapping[tuple[str, str], tuple[CodePair, ...]]
    unit_limits: Mapping[tuple[str, str], tuple[UnitLimit, ...]]


NO_TABLES = EditTables({}, {})


class CompiledEdits:
    """The coding edits of a plan."""

    __slots__ = ("_add_on", "_pairs", "_unit_limits", "clause", "tables")

    def __init__(self, edits: Edits) -> None:
        self.clause = edits.clause
        self.tables = edits.tables
        self._add_on = edits.add_on
        self._pairs = _by_code((one.column_2, one) for one in edits.pairs)
        self._unit_limits = _by_code((one.code, one) for one in edits.unit_limits)

    def pair(self, kept: EditTables, codes: tuple[str, str], day: date) -> CodePair | None:
        """The pair of (column 1, column 2) in force on `day`, the plan's own before those of its tables."""
        column_1, column_2 = codes
        sources = [self._pairs.get(column_2, ()), *(kept.pairs.get((table, column_2), ()) for table in self.tables)]
        for pairs in sources:
            for one in pairs:
                if one.column_1 == column_1 and one.starts_on <= day < one.ends_before:
                    return None if one.modifier == NO_EDIT else one
        return None

    def unit_limits(self, kept: EditTables, code: str, day: date) -> Iterator[UnitLimit]:
        """The unit limits of a code in force on `day`; the plan's own take the place of those of its tables."""
        for limits in (
            self._unit_limits.get(code, ()),
            *(kept.unit_limits.get((one, code), ()) for one in self.tables),
        ):
            found = [one for one in limits if one.starts_on <= day < one.ends_before]
            if found:
                yield from found
                return

    def add_on(self, code: str) -> AddOn | None:
        """What the plan says of an add-on code."""
        return next((one for one in self._add_on if fits_any(one.codes, code)), None)


def is_set_apart(pair: CodePair, first: Iterable[str], second: Iterable[str]) -> bool:
    """Whether the modifiers of the two lines (column 1, column 2) let both be paid, where the pair allows that."""
    return pair.modifier == 1 and not (SEPARATE.isdisjoint(second) and DISTINCT.isdisjoint(first))


def _by_code(found: Iterable[tuple[str, T]]) -> dict[str, tuple[T, ...]]:
    kept: dict[str, tuple[T, ...]] = {}
    for code, one in found:
        kept[code] = (*kept.get(code, ()), one)
    return kept
