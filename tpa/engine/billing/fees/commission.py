"""What brokers get of the plan: by heads, by premium, by fees, by claims or a fixed amount, split between them by date.

Terms: `basis` with its rate (`pepm`: `rates_cents`, `lines`, `count_rule`; `percent_of_premium`, `percent_of_fees`,
`percent_of_claims`: `rate_bp`; `flat`: `amount_cents`), `kind` (`commission`, `override`, `bonus`), `payees`: who gets which
share from when to when::

    payees = [
        { broker = "North", ends_before = 2026-07-01 },
        { broker = "North", share_bp = 6_000, starts_on = 2026-07-01 },
        { broker = "South", share_bp = 4_000, starts_on = 2026-07-01 },
    ]

`fees` (labels) and `premiums` (codes) narrow what a percentage is of. In a month without a payee nothing is charged.
"""

from collections.abc import Callable
from datetime import date
from typing import NamedTuple

from tpa.engine.billing.activity import Activity
from tpa.engine.billing.census import Census
from tpa.engine.billing.fee import Fee
from tpa.engine.billing.lines import Charge, format_rate
from tpa.engine.billing.scale import rows_of
from tpa.engine.billing.tiers import TierRates, parse_tier_rates, tier_charges
from tpa.kernel.document import DocumentError, Section
from tpa.kernel.money import BASIS_POINTS, format_amount, portion, split
from tpa.kernel.periods import FOREVER, Span

KINDS = ("commission", "override", "bonus")
PERCENTAGES: dict[str, tuple[str, Callable[[Activity, "Terms"], int]]] = {
    "percent_of_premium": ("premium", lambda activity, terms: _premium(activity, terms)),
    "percent_of_fees": ("fees", lambda activity, terms: activity.fees_cents(terms.fees)),
    "percent_of_claims": ("paid", lambda activity, _: sum(row.paid_cents for row in activity.claims)),
}
"""Basis -> the word for its base, and how that is found."""


class Payee(NamedTuple):
    """A broker's share of the commission, in basis points, in a span."""

    broker: str
    share_bp: int
    span: Span


class Terms(NamedTuple):
    """How much, of what kind, and who gets it."""

    basis: str
    rates: TierRates | None
    rate_bp: int
    amount_cents: int
    kind: str
    payees: tuple[Payee, ...]
    fees: tuple[str, ...] | None
    premiums: tuple[str, ...] | None


def parse(section: Section) -> Terms:
    """The terms from their document. The shares of every day add up to the whole."""
    basis = section.choice("basis", ("pepm", *PERCENTAGES, "flat"))
    payees = tuple(_payee(row) for row in section.sections("payees"))
    _check_shares(payees, section.at("payees"))
    return Terms(
        basis,
        parse_tier_rates(section) if basis == "pepm" else None,
        section.rate_bp("rate_bp") if basis in PERCENTAGES else 0,
        section.cents("amount_cents") if basis == "flat" else 0,
        section.choice("kind", KINDS, "commission"),
        payees,
        section.texts("fees", None) if basis == "percent_of_fees" else None,
        section.texts("premiums", None) if basis == "percent_of_premium" else None,
    )


def _payee(row: Section) -> Payee:
    with row:
        span = Span(row.day("starts_on", date.min), row.day("ends_before", FOREVER))
        return Payee(row.text("broker"), row.rate_bp("share_bp", BASIS_POINTS), span)


def _check_shares(payees: tuple[Payee, ...], where: str) -> None:
    if not payees:
        raise DocumentError("At least one payee is wanted.", where=where)
    for day in sorted({payee.span.starts_on for payee in payees} | {payee.span.ends_before for payee in payees}):
        shares = [payee.share_bp for payee in payees if day in payee.span]
        if shares and sum(shares) != BASIS_POINTS:
            raise DocumentError(f"The shares on {day} add up to {format_rate(sum(shares))}, not 100 %.", where=where)


def charge(census: Census, activity: Activity, terms: Terms) -> list[Charge]:
    """A charge for each broker who has a share on the month's first day."""
    payees = [payee for payee in terms.payees if census.month.starts_on in payee.span]
    cents, rate, text, behind = _whole(census, activity, terms)
    if not payees or not cents:
        return []
    parts = split(cents, [payee.share_bp for payee in payees])
    found = []
    for payee, part in zip(payees, parts, strict=True):
        share = "" if payee.share_bp == BASIS_POINTS else f", {format_rate(payee.share_bp)} of it"
        basis = {"text": f"{text}{share}", "broker": payee.broker, "kind": terms.kind, "commission_cents": cents}
        found.append(Charge(payee.broker, None, rate, part, basis | {"share_bp": payee.share_bp} | behind))
    return found


def _whole(census: Census, activity: Activity, terms: Terms) -> tuple[int, str, str, dict[str, object]]:
    """(cents, rate, how it came about, rows behind it) of the commission before it is split."""
    if terms.rates is not None:
        charges = tier_charges(terms.rates, census)
        text = " + ".join(one.basis["text"] for one in charges)
        return sum(one.cents for one in charges), "", text, {**rows_of("roster"), "of": [one.basis for one in charges]}
    if terms.basis == "flat":
        rate = format_amount(terms.amount_cents)
        return terms.amount_cents, rate, f"{rate} a month", {"rows": "none", "amount_cents": terms.amount_cents}
    word, base_of = PERCENTAGES[terms.basis]
    base, rate = base_of(activity, terms), format_rate(terms.rate_bp)
    behind = {"base_cents": base, "rate_bp": terms.rate_bp, **rows_of("claims" if word == "paid" else word)}
    return portion(base, terms.rate_bp), rate, f"{rate} of {format_amount(base)} {word}", behind


def _premium(activity: Activity, terms: Terms) -> int:
    wanted = terms.premiums
    return sum(cents for code, cents in activity.premiums_cents.items() if wanted is None or code in wanted)


FEE = Fee("commission", "Broker commission", parse, charge, stage=2)
