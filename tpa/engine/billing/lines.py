"""Invoice lines, and what more than one kind of charge needs to write them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Literal, NamedTuple

from tpa.engine.billing.census import COUNT_RULES, Census
from tpa.kernel.coverage import ALL_TIERS, FUND_LINES, TIERS
from tpa.kernel.document import Section
from tpa.kernel.errors import DomainError
from tpa.kernel.money import format_amount

Kind = Literal["fee", "premium", "claims", "credit"]


class Charge(NamedTuple):
    """What a fee or premium comes to: one line of an invoice before it has a name and a month.

    `detail` tells the lines of one fee apart (a tier), or is empty. `quantity` and `rate` (as printed: 32.00, 3.5 %)
    are there where the amount is their product. `basis` says how it came about: `text` for people, and the figures.
    """

    detail: str
    quantity: int | None
    rate: str
    cents: int
    basis: dict[str, Any]


class InvoiceLine(NamedTuple):
    """One line of an invoice. `cents` is negative for a credit or a retroactive reduction.

    `month` is the first day of the month that the line is for; the rest as in Charge.
    """

    kind: Kind
    code: str
    month: date
    description: str
    quantity: int | None
    rate: str
    cents: int
    basis: dict[str, Any]


def invoice_line(kind: Kind, code: str, month: date, label: str, charge: Charge) -> InvoiceLine:
    """The line of a charge."""
    description = f"{label}, {charge.detail}" if charge.detail else label
    return InvoiceLine(kind, code, month, description, charge.quantity, charge.rate, charge.cents, charge.basis)


class PaidClaims(NamedTuple):
    """What was decided in the month for one line of coverage, reversals taken off.

    `claim_count` may be negative where more was reversed than decided. `savings_cents`: charge less allowed.
    """

    line: str
    claim_count: int
    paid_cents: int
    savings_cents: int = 0


class Paid(NamedTuple):
    """The month's claims by line, and the fees charged before the one that asks."""

    claims: tuple[PaidClaims, ...] = ()
    fees_cents: int = 0

    def of(self, lines: tuple[str, ...] | None) -> list[PaidClaims]:
        """The claims of some lines; of all without them."""
        return [claims for claims in self.claims if lines is None or claims.line in lines]


class TierRates(NamedTuple):
    """A rate for each subscriber who counts: by tier, for which lines, by which count rule."""

    rates_cents: dict[str, int]
    lines: tuple[str, ...] | None
    count_rule: str


def parse_tier_rates(section: Section) -> TierRates:
    """`rates_cents` (EE, ES, EC, EF, or ALL for the tiers not named), `lines` (any without it), `count_rule`."""
    return TierRates(
        section.cents_by("rates_cents", (*TIERS, ALL_TIERS)),
        section.texts("lines", None, options=FUND_LINES),
        section.choice("count_rule", COUNT_RULES, "first_of_month"),
    )


def tier_charges(terms: TierRates, census: Census) -> list[Charge]:
    """A charge for each tier that has lives. Raises DomainError for a tier with lives and without a rate."""
    found = []
    for tier, lives in census.lives(terms.count_rule, terms.lines).items():
        rate = terms.rates_cents.get(tier, terms.rates_cents.get(ALL_TIERS))
        if rate is None:
            raise DomainError(
                f"There is no rate for tier {tier}, which has {lives} lives in {census.month.starts_on:%Y-%m}.",
                where=f"/rates_cents/{tier}",
                remedy=f"Give {tier} a rate, or {ALL_TIERS} one for every tier that is not named.",
            )
        basis = {
            "text": f"{lives} lives x {format_amount(rate)}",
            "tier": tier,
            "lives": lives,
            "rate_cents": rate,
            "count_rule": terms.count_rule,
            "lines": list(terms.lines) if terms.lines else None,
        }
        found.append(Charge(tier, lives, format_amount(rate), lives * rate, basis))
    return found


def format_rate(rate_bp: int) -> str:
    """`3.5 %` for 350."""
    whole, rest = divmod(rate_bp, 100)
    return f"{whole}{f'.{rest:02d}'.rstrip('0') if rest else ''} %"


def difference(then: Sequence[InvoiceLine], now: Sequence[InvoiceLine]) -> list[InvoiceLine]:
    """What has to be added to `then` (as billed) to make it `now`: one line each that changed, naming its month."""
    before, after = _by_name(then), _by_name(now)
    found = []
    for name in dict.fromkeys([*after, *before]):
        old, new = before.get(name), after.get(name)
        kind, code, month, description = name
        cents = (new.cents if new else 0) - (old.cents if old else 0)
        if cents == 0:
            continue
        quantity = ((new.quantity if new else 0) or 0) - ((old.quantity if old else 0) or 0)
        basis: dict[str, Any] = {
            "text": f"now {new.basis['text'] if new else 'nothing'}; billed {old.basis['text'] if old else 'nothing'}",
            "billed": old.basis if old else None,
            "now": new.basis if new else None,
        }
        rates = {line.rate for line in (old, new) if line}
        rate = rates.pop() if len(rates) == 1 and quantity else ""
        text = f"{description}, retroactive for {month:%Y-%m}"
        found.append(InvoiceLine(kind, code, month, text, quantity or None, rate, cents, basis))
    return found


def _by_name(lines: Sequence[InvoiceLine]) -> Mapping[tuple[Kind, str, date, str], InvoiceLine]:
    return {(line.kind, line.code, line.month, line.description): line for line in lines}
