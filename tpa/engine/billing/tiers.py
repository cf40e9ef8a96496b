"""A rate for each life that counts, by tier; in bands of how many count, where there are any."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from tpa.engine.billing.census import COUNT_RULES, Census
from tpa.engine.billing.lines import Charge
from tpa.engine.billing.scale import Band, Part, Scale, band_name, parse_scale, rows_of
from tpa.kernel.coverage import ALL_TIERS, FUND_LINES, TIERS
from tpa.kernel.document import Section
from tpa.kernel.errors import DomainError
from tpa.kernel.money import divide_rounded, format_amount

Rates = dict[str, int]
"""Tier (or ALL: the tiers not named) -> cents."""


class TierRates(NamedTuple):
    """Rates by tier, for which lines of coverage, by which count rule; of members too, or of subscribers alone."""

    scale: Scale[Rates]
    lines: tuple[str, ...] | None = None
    count_rule: str = "first_of_month"
    dependents: bool = False


def flat_rates(rates_cents: Rates, lines: tuple[str, ...] | None, count_rule: str) -> TierRates:
    """The same rates for however many count."""
    return TierRates(Scale((Band(None, rates_cents),)), lines, count_rule)


def parse_tier_rates(section: Section, *, dependents: bool = False) -> TierRates:
    """`rates_cents` (EE, ES, EC, EF, or ALL for the tiers not named) or bands of it with `up_to` lives; `lines` (any
    without it), `count_rule`.
    """
    return TierRates(
        parse_scale(
            section,
            lambda one: one.cents_by("rates_cents", (*TIERS, ALL_TIERS)),
            lambda one: one.whole("up_to", least=1),
        ),
        section.texts("lines", None, options=FUND_LINES),
        section.choice("count_rule", COUNT_RULES, "first_of_month"),
        dependents,
    )


def tier_charges(terms: TierRates, census: Census) -> list[Charge]:
    """A charge for each tier that has lives, and for each band that these reach.

    Bands are of all lives together; a graduated one is filled in the order of the tiers. Raises DomainError for a tier
    with lives and without a rate.
    """
    whole = census.parts_in_month(terms.count_rule)
    lives = census.lives(terms.count_rule, terms.lines, dependents=terms.dependents)
    return [_charge(terms, census, whole, tier, part) for tier, part in _by_band(terms.scale, lives, whole)]


def _by_band(scale: Scale[Rates], lives: dict[str, int], whole: int) -> Iterator[tuple[str, Part[Rates]]]:
    """The parts of each tier: bands are handed out to the tiers one after the other."""
    rest = dict(lives)
    for part in scale.parts(sum(lives.values()), whole):
        room = part.quantity
        for tier, count in rest.items():
            taken = min(room, count)
            if taken:
                yield tier, part._replace(quantity=taken)
            rest[tier] -= taken
            room -= taken


def _charge(terms: TierRates, census: Census, whole: int, tier: str, part: Part[Rates]) -> Charge:
    rate = part.rate.get(tier, part.rate.get(ALL_TIERS))
    heads = "members" if terms.dependents else "lives"
    if rate is None:
        raise DomainError(
            f"There is no rate for tier {tier}, which has {part.quantity} {heads} in {census.month.starts_on:%Y-%m}.",
            where=f"/rates_cents/{tier}",
            remedy=f"Give {tier} a rate, or {ALL_TIERS} one for every tier that is not named.",
        )
    shown = format_amount(rate) if whole == 1 else f"{format_amount(rate)} / {whole} days"
    counted = heads if whole == 1 else f"days of {heads}"
    basis = {
        "text": f"{part.quantity} {counted} x {shown}",
        "tier": tier,
        heads: part.quantity,
        "rate_cents": rate,
        "count_rule": terms.count_rule,
        "lines": list(terms.lines) if terms.lines else None,
    }
    named = band_name(terms.scale, part)
    detail = ", ".join(word for word in (tier, named) if word)
    cents = divide_rounded(part.quantity * rate, whole)
    return Charge(detail, part.quantity, shown, cents, basis | rows_of("roster", dependents=terms.dependents))
