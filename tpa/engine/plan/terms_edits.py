"""What modifiers and several procedures do to a price, and which codes do not go together: the parsed table `edits`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from tpa.engine.plan.terms_values import fits_any
from tpa.kernel.periods import FOREVER

ALWAYS = date(1, 1, 1)
BOTH_SIDES = "50"
ASSISTANTS = frozenset({"80", "81", "82", "AS"})
"""Modifiers of a line of the assistant at surgery, who ranks beside the surgeon."""
DISTINCT = frozenset({"59", "XE", "XP", "XS", "XU"})
_SEPARATE = (
    "E1 E2 E3 E4 FA F1 F2 F3 F4 F5 F6 F7 F8 F9 TA T1 T2 T3 T4 T5 T6 T7 T8 T9 LT RT LC LD RC LM RI "
    "24 25 27 57 58 78 79 91"
)
SEPARATE = DISTINCT | frozenset(_SEPARATE.split())
"""Modifiers that say of a service that it stands apart (NCCI policy manual, chapter 1, modifiers of PTP edits)."""


class CodePair(NamedTuple):
    """`column_2` is not paid beside `column_1`; `modifier`: 0 never, 1 unless a modifier sets it apart, 9 no edit."""

    column_1: str
    column_2: str
    modifier: int
    starts_on: date = ALWAYS
    ends_before: date = FOREVER


class UnitLimit(NamedTuple):
    """The most units of a code that are likely, on one line or on one day."""

    code: str
    most: int
    per_day: bool = False
    starts_on: date = ALWAYS
    ends_before: date = FOREVER


class Bilateral(NamedTuple):
    """What both sides of these codes are paid, in basis points of one side."""

    codes: tuple[str, ...]
    rate_bp: int


class AddOn(NamedTuple):
    """Codes that are paid only beside one of their primary ones."""

    codes: tuple[str, ...]
    primary: tuple[str, ...]


class Endoscopy(NamedTuple):
    """A family: beside its dearest, another is paid what it is above the base."""

    base: str
    codes: tuple[str, ...]


class Multiple(NamedTuple):
    """Procedures of one day are ranked by their price; the n-th is paid the n-th rate, later ones the last."""

    codes: tuple[str, ...]
    exempt: tuple[str, ...]
    rates_bp: tuple[int, ...]
    by_report_from: int | None
    """From this rank on a person sets the price."""

    def is_ranked(self, code: str) -> bool:
        """Whether the reductions are for this code."""
        return fits_any(self.codes, code) and not fits_any(self.exempt, code)


@dataclass(frozen=True, slots=True)
class Edits:
    """The table `edits`. Pairs and unit limits hold everywhere; what changes prices holds in `tiers`."""

    tiers: tuple[str, ...]
    modifiers_bp: Mapping[str, int]
    bilateral: tuple[Bilateral, ...]
    multiple: Multiple | None
    endoscopy: tuple[Endoscopy, ...]
    pairs: tuple[CodePair, ...]
    unit_limits: tuple[UnitLimit, ...]
    add_on: tuple[AddOn, ...]
    tables: tuple[str, ...]
    """Tables of pairs and unit limits that are kept beside the plan."""
    clause: str

    def both_sides_bp(self, code: str) -> int | None:
        """What both sides of a code are paid, in basis points of one; None where the plan does not say."""
        return next(
            (one.rate_bp for one in self.bilateral if fits_any(one.codes, code)), self.modifiers_bp.get(BOTH_SIDES)
        )

    def family_of(self, code: str) -> Endoscopy | None:
        """The endoscopy family of a code."""
        return next((one for one in self.endoscopy if code == one.base or fits_any(one.codes, code)), None)
