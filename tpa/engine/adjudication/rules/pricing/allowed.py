"""What is the allowed amount, and who bears the rest of the charge?"""

from tpa.engine.adjudication.line import LineWork
from tpa.engine.adjudication.prices import ClaimPrice, find_price
from tpa.engine.adjudication.rule import Rule

NAME = "pricing.allowed"


def price_line(work: LineWork) -> None:
    """Price by the tier's first method that has a price; move out what the charge is above it.

    Where the plan does not take the lesser of price and charge, a price above the charge is a discount below zero, as the
    835 writes it. One price for several lines waits until all of them are known.
    """
    line = work.line
    priced = find_price(work, line)
    if priced is None:
        # An examiner who settled this without a price lets the charge stand.
        if not work.pend("no_price", "pricing", line.procedure or line.revenue_code):
            allow(work, "charge", line.charge_cents)
        return
    if isinstance(priced, ClaimPrice):
        work.package = priced.how, priced.package
    else:
        work.is_final = priced.is_final
        allow(work, priced.how, priced.cents)


def allow(work: LineWork, method: str, priced_cents: int) -> None:
    """Allow a price, or the charge where that is less, and move out what the charge is above it."""
    tier, charge_cents = work.tier, work.line.charge_cents
    work.priced_cents = priced_cents
    excess_cents = charge_cents - priced_cents
    if excess_cents < 0 and tier.tier.lesser_of_billed:
        excess_cents = 0
    work.allowed_cents = charge_cents - excess_cents
    if excess_cents:
        inputs = (("method", method), ("priced_cents", priced_cents), ("charge_cents", charge_cents))
        group = tier.excess_group if excess_cents > 0 else "CO"
        work.move(NAME, group, "45", excess_cents, tier.tier.clause, inputs)


RULE = Rule(
    "The allowed amount is the price, and never more than the charge.",
    price_line,
    operator="Priced by {method} at {priced_cents} of the charge of {charge_cents}.",
    member="Your plan allows {priced_cents} for this service; {cents} of the charge is above that.",
)
