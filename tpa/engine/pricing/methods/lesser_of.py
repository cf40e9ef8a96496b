"""The lowest of several prices."""

from tpa.engine.pricing.method import Binder, Fee, Found, Method, Package, PricedClaim, PricedLine, Pricer
from tpa.engine.pricing.price import PriceBook
from tpa.kernel.document import DocumentError, Section


def bind(settings: Section, bind_step: Binder) -> Pricer:
    """`of`: two or more steps; those without a price for the line are passed over."""
    steps = [bind_step(one) for one in settings.sections("of")]
    if len(steps) < 2 or any(step.is_package or step.classes for step in steps):
        raise DocumentError(
            "Two or more methods that price a line are wanted, for every class.", where=settings.at("of")
        )

    def price_lowest(line: PricedLine, claim: PricedClaim, prices: PriceBook) -> Found | None:
        lowest: Fee | None = None
        for step in steps:
            found = step.pricer(line, claim, prices)
            if isinstance(found, int):
                found = Fee(found, is_final=not step.is_fee)
            if found is not None and not isinstance(found, Package) and (lowest is None or found.cents < lowest.cents):
                lowest = found
        return lowest

    return price_lowest


METHOD = Method("The lowest of several prices.", bind, is_fee=True)
