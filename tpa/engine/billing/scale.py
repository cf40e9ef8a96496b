"""Rates in bands: the more is counted, the lower the rate, for what lies in a band (graduated) or for all (volume).

::

    bands = [{ up_to = 100, rate_cents = 550 }, { rate_cents = 450 }]
    banding = "graduated"      # the 120th claim costs 4.50, the first 100 still 5.50; "volume": all 120 cost 4.50
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Generic, NamedTuple, TypeVar

from tpa.engine.billing.activity import ClaimRow
from tpa.engine.billing.lines import Charge, format_rate
from tpa.kernel.document import DocumentError, Section
from tpa.kernel.errors import DomainError
from tpa.kernel.money import format_amount, portion

R = TypeVar("R")
BANDINGS = ("graduated", "volume")


class Band(NamedTuple, Generic[R]):
    """A rate for what is counted `up_to` that many (None: without end), from the end of the band before."""

    up_to: int | None
    rate: R


class Part(NamedTuple, Generic[R]):
    """So much of a quantity at this rate. `first` and `last`: the band's limits, None for no end."""

    quantity: int
    rate: R
    first: int
    last: int | None


class Scale(NamedTuple, Generic[R]):
    """Bands in their order; the last one has no end."""

    bands: tuple[Band[R], ...]
    graduated: bool = True

    def parts(self, quantity: int, unit: int = 1) -> list[Part[R]]:
        """How a quantity falls into the bands, whose limits are `unit` each; one below zero as the same above it."""
        size, sign = abs(quantity), 1 if quantity >= 0 else -1
        found, begins = [], 0
        for up_to, rate in self.bands:
            ends = size if up_to is None else min(size, up_to * unit)
            is_last = up_to is None or size <= up_to * unit
            if self.graduated and ends > begins:
                found.append(Part(sign * (ends - begins), rate, begins, up_to))
            elif not self.graduated and is_last and size:
                found.append(Part(quantity, rate, begins, up_to))
            if is_last:
                return found
            begins = ends
        return found


def parse_scale(section: Section, rate: Callable[[Section], R], limit: Callable[[Section], int]) -> Scale[R]:
    """`bands` (each with a limit but the last) and `banding`; without `bands` the one rate of the section itself."""
    banding = section.choice("banding", BANDINGS, "graduated")
    if "bands" not in section:
        section.value("bands", None)
        return Scale((Band(None, rate(section)),))
    rows = section.sections("bands")
    bands: list[Band[R]] = []
    for n, row in enumerate(rows):
        with row:
            up_to = limit(row) if n < len(rows) - 1 else None
            bands.append(Band(up_to, rate(row)))
        before = bands[n - 1].up_to if n else 0
        if up_to is not None and before is not None and up_to <= before:
            raise DocumentError("A band ends after the one before it.", where=row.where)
    if not bands:
        raise DocumentError("At least one band is wanted.", where=section.at("bands"))
    return Scale(tuple(bands), banding == "graduated")


def parse_unit_scale(section: Section, key: str = "rate_cents") -> Scale[int]:
    """A price of each unit: `rate_cents`, or bands with `up_to` units."""
    return parse_scale(section, lambda one: one.cents(key), lambda one: one.whole("up_to", least=1))


def unit_charges(scale: Scale[int], count: int, unit: str, basis: dict[str, Any], detail: str = "") -> list[Charge]:
    """A charge for each band that is reached; none where nothing was counted. `unit` names what is counted."""
    found = []
    for part in scale.parts(count):
        rate = format_amount(part.rate)
        figures = {"text": f"{part.quantity} {unit} x {rate}", "count": part.quantity, "rate_cents": part.rate}
        named = band_name(scale, part)
        name = ", ".join(word for word in (detail, named) if word)
        found.append(Charge(name, part.quantity, rate, part.quantity * part.rate, figures | basis))
    return found


class PercentTerms(NamedTuple):
    """A share in basis points, by bands of the amount, or of each claim up to a cap."""

    scale: Scale[int]
    cap_cents: int | None


def parse_percent(section: Section) -> PercentTerms:
    """`rate_bp`, or bands with `up_to_cents`; `cap_cents` is the most that one claim costs. Not both bands and a cap."""
    scale = parse_scale(section, lambda one: one.rate_bp("rate_bp"), lambda one: int(one.cents("up_to_cents")))
    cap_cents = section.cents("cap_cents", None)
    if cap_cents is not None and len(scale.bands) > 1:
        raise DocumentError("A cap for each claim and bands do not go together.", where=section.at("cap_cents"))
    return PercentTerms(scale, cap_cents)


def percent_charges(
    terms: PercentTerms, amounts: Sequence[tuple[int, int]], word: str, basis: dict[str, Any]
) -> list[Charge]:
    """A share of amounts, each with the number of things it stands for; `word` says what they are: paid, saved.

    Without a cap the sum is charged, rounded once a band. With one each amount for itself, so each must stand for one
    claim: raises DomainError where it is a sum of several.
    """
    base = sum(cents for _, cents in amounts)
    if terms.cap_cents is not None:
        return _capped(terms.scale.bands[0].rate, terms.cap_cents, amounts, word, basis)
    found = []
    for part in terms.scale.parts(base):
        rate = format_rate(part.rate)
        text = f"{rate} of {format_amount(part.quantity)} {word}"
        figures = {"text": text, "base_cents": part.quantity, "rate_bp": part.rate}
        name = band_name(terms.scale, part, format_amount)
        found.append(Charge(name, None, rate, portion(part.quantity, part.rate), figures | basis))
    return found


def _capped(
    rate_bp: int, cap_cents: int, amounts: Sequence[tuple[int, int]], word: str, basis: dict[str, Any]
) -> list[Charge]:
    if any(abs(count) > 1 for count, _ in amounts):
        raise DomainError(
            "A cap for each claim needs each claim by itself, not several in one figure.",
            where="/cap_cents",
            remedy="Give the claims one by one.",
        )
    shares = [portion(cents, rate_bp) for _, cents in amounts]
    capped = [max(-cap_cents, min(cap_cents, share)) for share in shares]
    over = sum(before != after for before, after in zip(shares, capped, strict=True))
    base, rate, cap = sum(cents for _, cents in amounts), format_rate(rate_bp), format_amount(cap_cents)
    if not any(capped):
        return []
    text = f"{rate} of {format_amount(base)} {word}, at most {cap} a claim ({over} at the cap)"
    figures = {"text": text, "base_cents": base, "rate_bp": rate_bp, "cap_cents": cap_cents, "at_cap_count": over}
    return [Charge("", None, rate, sum(capped), figures | basis)]


def band_name(scale: Scale[R], part: Part[R], shown: Callable[[int], str] = str) -> str:
    """`101 to 200`, `from 201`: where a graduated scale has several bands; else nothing."""
    if not scale.graduated or len(scale.bands) == 1:
        return ""
    first = part.first if shown is not str else part.first + 1
    return f"from {shown(first)}" if part.last is None else f"{shown(first)} to {shown(part.last)}"


def decision_sums(rows: Sequence[ClaimRow], figure: Callable[[ClaimRow], int]) -> list[tuple[int, int]]:
    """(how many claims it stands for, the figure's sum) of each decision, or of each row that is a sum already."""
    found: dict[object, list[int]] = {}
    for n, row in enumerate(rows):
        one = found.setdefault(row.decision or ("row", n), [0, 0])
        one[0] += row.claim_count
        one[1] += figure(row)
    return [(count, cents) for count, cents in found.values()]


def rows_of(what: str, **which: Any) -> dict[str, Any]:
    """The part of a basis that says which rows stand behind a charge."""
    named = {key: value.isoformat() if hasattr(value, "isoformat") else value for key, value in which.items()}
    return {"rows": what} | {key: list(v) if isinstance(v, tuple) else v for key, v in named.items() if v is not None}
