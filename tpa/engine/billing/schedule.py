"""The fee types, found in their folder; the fees of a schedule, read from their documents and charged for a month."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any, NamedTuple

from tpa.engine.billing.census import Census
from tpa.engine.billing.fee import Fee
from tpa.engine.billing.lines import InvoiceLine, Paid, TierRates, invoice_line, parse_tier_rates, tier_charges
from tpa.kernel.document import DocumentError, Section
from tpa.kernel.folder import exports
from tpa.kernel.periods import FOREVER, Span, add_months, month_of

FEES: dict[str, Fee] = exports("tpa.engine.billing.fees", Fee)
"""Code -> fee type."""

RETRO_MONTHS = 3
"""How many past months a fee is restated for where its terms do not say: a common cap."""


class FeeLine(NamedTuple):
    """One fee of a schedule: its type, the invoice's name for it, its terms, when it is charged, how far back it reaches."""

    fee: Fee
    label: str
    terms: Any
    span: Span
    retro_months: int


class Premium(NamedTuple):
    """A premium passed on to a carrier, by tier."""

    code: str
    label: str
    rates: TierRates
    retro_months: int = RETRO_MONTHS


def parse_fee(code: str, label: str, terms: Any) -> FeeLine:
    """A fee of a schedule. Beside the type's own keys every fee takes `starts_on`, `ends_before` and `retro_months`.

    Raises DocumentError for an unknown type, an unknown key or a wrong value, with its path.
    """
    fee = FEES.get(code)
    if fee is None:
        raise DocumentError(f"There is no fee type {code!r}.", where="/code", remedy=f"Types: {', '.join(FEES)}.")
    with Section(terms) as section:
        span = Span(section.day("starts_on", date.min), section.day("ends_before", FOREVER))
        retro_months = section.whole("retro_months", RETRO_MONTHS, most=120)
        own = fee.parse(section)
    if span.starts_on >= span.ends_before:
        raise DocumentError("starts_on must be before ends_before.", where="/ends_before")
    return FeeLine(fee, label, own, span, retro_months)


def parse_fees(rows: Sequence[tuple[str, str, Any]]) -> list[FeeLine]:
    """The fees of a schedule from (code, label, terms) rows. Two fees of one type need different labels."""
    fees: list[FeeLine] = []
    for n, (code, label, terms) in enumerate(rows):
        try:
            fee = parse_fee(code, label, terms)
        except DocumentError as fault:
            raise DocumentError(fault.message, where=f"/{n}{fault.where}", remedy=fault.remedy) from fault
        if any((other.fee.code, other.label) == (code, label) for other in fees):
            raise DocumentError(f"There are two {code} fees named {label!r}.", where=f"/{n}/label")
        fees.append(fee)
    return fees


def parse_premium(code: str, label: str, terms: Any) -> Premium:
    """A premium from `rates_cents`, `lines`, `count_rule` and `retro_months`."""
    with Section(terms) as section:
        return Premium(code, label, parse_tier_rates(section), section.whole("retro_months", RETRO_MONTHS, most=120))


def fee_lines(fees: Sequence[FeeLine], census: Census, paid: Paid) -> list[InvoiceLine]:
    """The month's fee lines, in the schedule's order; fees that depend on the others are computed last."""
    month = census.month.starts_on
    found: dict[int, list[InvoiceLine]] = {}
    for n in sorted(range(len(fees)), key=lambda n: fees[n].fee.after_others):
        one = fees[n]
        charged = sum(line.cents for lines in found.values() for line in lines)
        charges = one.fee.charge(census, paid._replace(fees_cents=charged), one.terms) if month in one.span else []
        found[n] = [invoice_line("fee", one.fee.code, month, one.label, charge) for charge in charges]
    return [line for n in range(len(fees)) for line in found[n]]


def premium_lines(premiums: Sequence[Premium], census: Census) -> list[InvoiceLine]:
    """The month's premium lines."""
    month = census.month.starts_on
    return [
        invoice_line("premium", premium.code, month, premium.label, charge)
        for premium in premiums
        for charge in tier_charges(premium.rates, census)
    ]


def within_retro(past: date, month: date, retro_months: int) -> bool:
    """Whether `past` is one of the `retro_months` months before the billed `month`."""
    return add_months(month_of(month).starts_on, -retro_months) <= past < month_of(month).starts_on
