"""The fee types, found in their folder; the fees of a schedule, read from their documents and charged for a month."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import date
from typing import Any, NamedTuple

from tpa.engine.billing.activity import Activity
from tpa.engine.billing.census import Census
from tpa.engine.billing.fee import Fee
from tpa.engine.billing.lines import InvoiceLine, invoice_line
from tpa.engine.billing.tiers import TierRates, parse_tier_rates, tier_charges
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
    taxable: bool = True


class Premium(NamedTuple):
    """A premium passed on to a carrier, by tier."""

    code: str
    label: str
    rates: TierRates
    retro_months: int = RETRO_MONTHS


def parse_fee(code: str, label: str, terms: Any) -> FeeLine:
    """A fee of a schedule from the document of its terms.

    Raises DocumentError for an unknown type, an unknown key or a wrong value, with its path.
    """
    with Section(terms) as section:
        return read_fee(code, label, section)


def read_fee(code: str, label: str, section: Section) -> FeeLine:
    """The same of a section. Beside the type's own keys every fee takes `starts_on`, `ends_before`, `retro_months` and
    `taxable`.
    """
    fee = FEES.get(code)
    if fee is None:
        raise DocumentError(
            f"There is no fee type {code!r}.", where=section.at("code"), remedy=f"Types: {', '.join(FEES)}."
        )
    span = Span(section.day("starts_on", date.min), section.day("ends_before", FOREVER))
    retro_months = section.whole("retro_months", RETRO_MONTHS, most=120)
    taxable = section.flag("taxable", True)
    if span.starts_on >= span.ends_before:
        raise DocumentError("starts_on must be before ends_before.", where=section.at("ends_before"))
    return FeeLine(fee, label, fee.parse(section), span, retro_months, taxable)


def parse_fees(rows: Sequence[tuple[str, str, Any]]) -> list[FeeLine]:
    """The fees of a schedule from (code, label, terms) rows. Raises DocumentError with the place of the fault."""
    fees: list[FeeLine] = []
    for n, (code, label, terms) in enumerate(rows):
        try:
            fees.append(parse_fee(code, label, terms))
        except DocumentError as fault:
            raise DocumentError(fault.message, where=f"/{n}{fault.where}", remedy=fault.remedy) from fault
    check_labels(fees)
    return fees


def check_labels(fees: Sequence[FeeLine]) -> None:
    """Refuse two fees of one label, and terms that name a fee that is not there or is reckoned too late to be seen."""
    for n, one in enumerate(fees):
        if any(other.label == one.label for other in fees[:n]):
            raise DocumentError(f"There are two fees named {one.label!r}.", where=f"/{n}/label")
        earlier = {other.label for other in fees if other.fee.stage < one.fee.stage}
        for label in (getattr(one.terms, "fees", None) or ()) if one.fee.stage else ():
            if label not in earlier:
                raise DocumentError(
                    f"No fee that is reckoned before it is named {label!r}.",
                    where=f"/{n}/fees",
                    remedy=f"Fees before it: {', '.join(sorted(earlier)) or 'none'}.",
                )


def parse_premium(code: str, label: str, terms: Any) -> Premium:
    """A premium from `rates_cents`, `lines`, `count_rule` and `retro_months`."""
    with Section(terms) as section:
        return Premium(code, label, parse_tier_rates(section), section.whole("retro_months", RETRO_MONTHS, most=120))


def fee_lines(fees: Sequence[FeeLine], census: Census, activity: Activity) -> list[InvoiceLine]:
    """The month's fee lines, in the schedule's order; fees that are reckoned on others are computed after them."""
    return [line for lines in lines_by_fee([(fee, census) for fee in fees], activity) for line in lines]


def lines_by_fee(fees: Sequence[tuple[FeeLine, Census]], activity: Activity) -> list[list[InvoiceLine]]:
    """The lines of each fee on its own census, all of one month."""
    found: dict[int, list[InvoiceLine]] = {}
    charged: Counter[str] = Counter()
    stage = 0
    for n in sorted(range(len(fees)), key=lambda n: fees[n][0].fee.stage):
        one, census = fees[n]
        month = census.month.starts_on
        if one.fee.stage > stage:
            stage = one.fee.stage
            for earlier, lines in found.items():
                charged[fees[earlier][0].label] = sum(line.cents for line in lines)
        facts = activity._replace(charged_cents=dict(charged))
        charges = one.fee.charge(census, facts, one.terms) if month in one.span else []
        own = {"fee": one.label} if one.taxable else {"fee": one.label, "taxable": False}
        found[n] = [
            invoice_line("fee", one.fee.code, month, one.label, charge._replace(basis=charge.basis | own))
            for charge in charges
        ]
    return [found[n] for n in range(len(fees))]


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
