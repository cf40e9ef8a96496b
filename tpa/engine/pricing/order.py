"""The pricing methods by name, one file each in `methods/`, and the steps of a plan's tier bound to them."""

from __future__ import annotations

from tpa.engine.plan.terms import PriceStep
from tpa.engine.pricing.method import Method, Pricer
from tpa.kernel.document import DocumentError, Section
from tpa.kernel.folder import exports

METHODS = exports("tpa.engine.pricing.methods", Method)


def bind_step(step: PriceStep) -> Pricer:
    """The pricing function of a plan's step. Raises DocumentError for an unknown method or setting."""
    method = METHODS.get(step.method)
    if method is None:
        raise DocumentError(
            f"There is no pricing method {step.method!r}.",
            where=f"{step.clause}/method",
            remedy=f"Known: {', '.join(METHODS)}.",
        )
    with Section(step.settings, step.clause) as settings:
        return method.bind(settings)
