"""What a member pays for a benefit in a tier: the parts, their figures, and what the first visits or dollars cost."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

PARTS = ("copay", "deductible", "coinsurance")
"""Of a member's share."""


class CopayPer(StrEnum):
    """How often a copay is owed."""

    VISIT = "visit"
    """Once a member, provider and day."""
    DAY = "day"
    """Once a member and day, whoever treats; for a stay, each of its nights."""
    ADMISSION = "admission"
    """Once a stay."""
    LINE = "line"
    UNIT = "unit"
    """Each unit of the line: a fill of 90 days is three of 30."""


@dataclass(frozen=True, slots=True)
class Way:
    """The parts of a member's share, in order, and their figures.

    A part is `copay`, `coinsurance`, `deductible` (the first one that holds in the tier) or `deductible:code`.
    The five ways of R-A02: ("copay",) · ("deductible", "coinsurance") · ("deductible", "copay") · first_visits with
    ("copay",), later ("deductible", "copay") · ("copay", "deductible", "coinsurance"). () is no charge.
    """

    member_pays: tuple[str, ...]
    copay_cents: int = 0
    coinsurance_bp: int = 0
    coinsurance_least_cents: int = 0
    coinsurance_most_cents: int | None = None
    """Of one line."""


@dataclass(frozen=True, slots=True)
class FirstVisits:
    """The first `count` visits of a plan year share cost in another way. Benefits with one `counter` count together."""

    count: int
    counter: str
    way: Way


@dataclass(frozen=True, slots=True)
class FirstAmount:
    """The first so many cents of allowed amount of a plan year share cost in another way."""

    most_cents: int
    counter: str
    way: Way


@dataclass(frozen=True, slots=True)
class Share:
    """What the member pays for a benefit in a tier."""

    tier: str
    covered: bool
    way: Way
    clause: str
    copay_per: CopayPer = CopayPer.VISIT
    copay_days: int | None = None
    """With CopayPer.DAY: the most days of a stay that have a copay."""
    readmission_days: int = 0
    """A stay that begins within so many days after another of the same diagnosis goes on with its copay (R-A05)."""
    waived_if_admitted: bool = False
    """No copay where the visit led to an admission on its day or the next (R-A05)."""
    first_visits: FirstVisits | None = None
    first_amount: FirstAmount | None = None
    outside_out_of_pocket: tuple[str, ...] = ()
    """The parts that count to no out-of-pocket maximum."""

    @property
    def ways(self) -> tuple[Way, ...]:
        """The ways in which a line of this share may be paid for."""
        first = (self.first_visits, self.first_amount)
        return (*(one.way for one in first if one is not None), self.way)

    @property
    def steps(self) -> tuple[str, ...]:
        """Every part that is asked for in one of the ways."""
        return tuple(step for way in self.ways for step in way.member_pays)
