"""What is the allowed amount, and who bears the rest of the charge?"""

from tpa.engine.adjudication.line import LineWork
from tpa.engine.adjudication.rule import Rule

NAME = "pricing.allowed"


def price_line(work: LineWork) -> None:
    """Price by the tier's first method that has a price; move out what the charge is above it.

    Where the plan does not take the lesser of price and charge, a price above the charge is a discount below zero, as the
    835 writes it.
    """
    tier, line = work.tier, work.line
    method, priced = "charge", line.charge_cents
    for name, pricer in tier.pricers:
        found = pricer(line, work.claim, work.work.family.prices)
        if found is not None:
            method, priced = name, found
            break
    else:
        # An examiner who settled this without a price lets the charge stand.
        if work.pend("no_price", "pricing", line.procedure or line.revenue_code):
            return
    excess_cents = line.charge_cents - priced
    if excess_cents < 0 and tier.tier.lesser_of_billed:
        excess_cents = 0
    work.allowed_cents = line.charge_cents - excess_cents
    if excess_cents:
        inputs = (("method", method), ("priced_cents", priced), ("charge_cents", line.charge_cents))
        group = tier.excess_group if excess_cents > 0 else "CO"
        work.move(NAME, group, "45", excess_cents, tier.tier.clause, inputs)


RULE = Rule(
    "The allowed amount is the price, and never more than the charge.",
    price_line,
    operator="Priced by {method} at {priced_cents} of the charge of {charge_cents}.",
    member="The allowed amount for this service is {priced_cents}; {cents} of the charge is above it.",
)
