"""Taxes on a plan's fees, claims and premium: dated tables of law by province and state, three bases, each line rounded.

The supply is made where the employer, or the member, is: that province's taxes count, wherever the TPA sits. The tables
are `engine/statute/ca/benefit_tax.toml` and `engine/statute/us/benefit_tax.toml`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import NamedTuple

from tpa.engine.statute.dated import MissingValueError, Value, statute
from tpa.kernel.money import divide_rounded, format_amount, split

MILLION = 1_000_000
PROVINCES = ("AB", "BC", "MB", "NB", "NL", "NS", "NT", "NU", "ON", "PE", "QC", "SK", "YT")
TABLES = ("ca/benefit_tax", "us/benefit_tax")
BASES = ("fee", "claims", "claims_and_fee", "premium")
_ON = {"fee": "fees", "claims": "claims", "claims_and_fee": "claims and fees", "premium": "premium"}


class Tax(NamedTuple):
    """A tax of a place: on which base, at which rate in parts of a million; `lines`: premium of these lines alone."""

    code: str
    label: str
    place: str
    base: str
    rate_ppm: int
    lines: tuple[str, ...] | None = None
    source: str = ""


class Bases(NamedTuple):
    """What may be taxed. `premium_cents`: by line of coverage, or under "" where it is of none in particular."""

    fee_cents: int = 0
    claims_cents: int = 0
    premium_cents: Mapping[str, int] = {}

    def of(self, tax: Tax) -> int:
        """The cents that a tax is reckoned on."""
        if tax.base == "premium":
            return sum(c for line, c in self.premium_cents.items() if tax.lines is None or line in tax.lines)
        fee = self.fee_cents if tax.base in ("fee", "claims_and_fee") else 0
        return fee + (self.claims_cents if tax.base in ("claims", "claims_and_fee") else 0)


class Taxed(NamedTuple):
    """A tax that is due: its base and its amount."""

    tax: Tax
    base_cents: int
    cents: int

    @property
    def description(self) -> str:
        """`HST 13 % on fees, ON`."""
        return f"{self.tax.label} {format_ppm(self.tax.rate_ppm)} on {_ON[self.tax.base]}, {self.tax.place}"

    @property
    def text(self) -> str:
        """How it came about."""
        return f"{format_ppm(self.tax.rate_ppm)} of {format_amount(self.base_cents)}"


class Place(NamedTuple):
    """A province or state with the heads that are there and the claims of its members."""

    place: str
    heads: int
    claims_cents: int


def places_of(situs: str, heads: Iterable[str], claims: Iterable[tuple[str, int]]) -> list[Place]:
    """Where a plan is taxed: employees by where they live, claims by where the patient does; the situs for those of whom
    that is not known, first. Without a situs and without addresses nothing is taxed.
    """
    counts, sums = Counter(place or situs for place in heads), Counter({situs: 0})
    for place, cents in claims:
        sums[place or situs] += cents
    named = sorted({*counts, *sums} - {situs, ""})
    return [Place(place, counts[place], sums[place]) for place in (situs, *named) if place]


def taxes_on(place: str, day: date) -> list[Tax]:
    """The taxes of a province or state on a day, in the order of the tables; a state without any has none.

    Raises MissingValueError for a province on a day before its tables begin.
    """
    found = [_tax(place, value) for name in TABLES for value in statute(name).values_on(day) if _holds(value, place)]
    if place in PROVINCES and not any(tax.base == "fee" for tax in found):
        raise MissingValueError(
            f"The taxes of {place} on {day} are not known.",
            where=TABLES[0],
            remedy=f"Add the values that held on {day}, with their source, to tpa/engine/statute/{TABLES[0]}.toml.",
        )
    return found


def _holds(value: Value, place: str) -> bool:
    return place in value["places"].split()


def _tax(place: str, value: Value) -> Tax:
    lines = value.get("lines")
    return Tax(
        value["tax"],
        value["label"],
        place,
        value["base"],
        value["rate_ppm"],
        tuple(lines.split()) if lines else None,
        value.source,
    )


def reckon(taxes: Sequence[Tax], bases: Bases) -> list[Taxed]:
    """Each tax on its base, rounded to the cent; a tax without a base is left out."""
    due = [(tax, bases.of(tax)) for tax in taxes]
    return [Taxed(tax, base, divide_rounded(base * tax.rate_ppm, MILLION)) for tax, base in due if base]


def reckon_places(
    places: Sequence[Place], day: date, fee_cents: int, premium_cents: Mapping[str, int]
) -> Iterator[Taxed]:
    """The taxes of several places: claims where their members are, fees and premium by heads (largest remainder)."""
    heads = [place.heads for place in places]
    fees = split(fee_cents, heads) if places else []
    premiums = {line: split(cents, heads) for line, cents in premium_cents.items()} if places else {}
    for n, place in enumerate(places):
        bases = Bases(fees[n], place.claims_cents, {line: parts[n] for line, parts in premiums.items()})
        yield from reckon(taxes_on(place.place, day), bases)


def format_ppm(rate_ppm: int) -> str:
    """`9.975 %` for 99,750 parts of a million."""
    whole, rest = divmod(rate_ppm, 10_000)
    return f"{whole}{f'.{rest:04d}'.rstrip('0') if rest else ''} %"
