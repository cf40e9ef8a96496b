"""The pricing methods by name, one file each in `methods/`, and the steps of a plan's tier bound to them."""

from __future__ import annotations

from tpa.engine.plan.terms import PriceStep
from tpa.engine.plan.terms_values import fits, patterns
from tpa.engine.pricing.method import Found, Method, PricedClaim, PricedLine, Pricer, Step
from tpa.engine.pricing.price import PriceBook
from tpa.kernel.document import DocumentError, Section
from tpa.kernel.folder import exports

METHODS = exports("tpa.engine.pricing.methods", Method)
FORMS = ("professional", "institutional", "dental", "drug")


def bind_step(step: PriceStep) -> Step:
    """A plan's step, bound. Raises DocumentError for an unknown method or setting."""
    return _bind(Section({"method": step.method, **step.settings}, step.clause))


def _bind(section: Section) -> Step:
    with section as one:
        name = one.text("method")
        method = METHODS.get(name)
        if method is None:
            raise DocumentError(
                f"There is no pricing method {name[:60]!r}.",
                where=one.at("method"),
                remedy=f"Known: {', '.join(METHODS)}.",
            )
        classes = one.texts("classes", ())
        codes, forms = patterns(one, "codes"), one.texts("forms", (), options=FORMS)
        pricer = _limited(method.bind(one, _bind), codes, forms)
        return Step(name, pricer, method.is_fee, method.is_package, classes)


def _limited(pricer: Pricer, codes: tuple[str, ...], forms: tuple[str, ...]) -> Pricer:
    """The pricer for lines of these codes (procedure, or revenue code) on these forms alone."""
    if not codes and not forms:
        return pricer

    def price_if_meant(line: PricedLine, claim: PricedClaim, prices: PriceBook) -> Found | None:
        own = [code for code in (line.procedure, line.revenue_code) if code]
        if codes and not any(fits(pattern, code) for pattern in codes for code in own):
            return None
        return None if forms and claim.form not in forms else pricer(line, claim, prices)

    return price_if_meant
