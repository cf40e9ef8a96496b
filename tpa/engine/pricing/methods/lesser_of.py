"""The lowest of several prices."""

from tpa.engine.plan.terms_values import percent_bp
from tpa.engine.pricing.method import Binder, Fee, Found, Method, Package, PricedClaim, PricedLine, Pricer
from tpa.engine.pricing.price import PriceBook
from tpa.kernel.document import DocumentError, Section

_PART = "percent_of_charge"
_LIMITS = ("codes", "forms")


def bind(settings: Section, bind_step: Binder) -> Pricer:
    """`of`: two or more steps; those without a price are passed over.

    One price for several lines is weighed against others of its kind, and against a part of the charges of its lines.
    """
    rows = settings.sections("of")
    steps = [bind_step(one) for one in rows]
    if len(steps) < 2 or any(step.classes for step in steps):
        raise DocumentError("Two or more methods are wanted, for every class.", where=settings.at("of"))
    whole = [step for step in steps if step.is_package]
    parts = [row for row in rows if row.value("method") == _PART and not any(key in row for key in _LIMITS)]
    if whole and len(whole) + len(parts) < len(steps):
        raise DocumentError(
            f"Only others, and {_PART} of all lines, are weighed against a price for several lines.",
            where=settings.at("of"),
            remedy=f"Leave {' and '.join(_LIMITS)} of {_PART} out, and methods that price each line.",
        )
    most_bp = min((int(percent_bp(row, "percent")) for row in parts), default=None)

    def price_lowest(line: PricedLine, claim: PricedClaim, prices: PriceBook) -> Found | None:
        lowest: Fee | None = None
        package: Package | None = None
        for step in steps:
            found = step.pricer(line, claim, prices)
            if isinstance(found, Package):
                if package is None or found.cents < package.cents:
                    package = found
                continue
            if isinstance(found, int):
                found = Fee(found, is_final=not step.is_fee)
            if found is not None and (lowest is None or found.cents < lowest.cents):
                lowest = found
        return lowest if package is None else package._replace(most_bp=most_bp)

    return price_lowest


METHOD = Method("The lowest of several prices.", bind, is_fee=True, is_package=True)
