"""The price of a service under a tier's pricing: the first step that finds one decides."""

from __future__ import annotations

from tpa.engine.adjudication.facts import ServiceLine
from tpa.engine.adjudication.line import LineWork
from tpa.engine.pricing.method import Fee, Found, Package, Step


def find_price(work: LineWork, line: ServiceLine) -> tuple[Step, Found] | None:
    """The step that has a price for `line` and what it found; None where no step has one."""
    for step in work.share.prices:
        found = step.pricer(line, work.claim, work.work.family.prices)
        if found is not None:
            return step, found
    return None


def price_alone(work: LineWork, line: ServiceLine) -> int | None:
    """The cents of a service that is not itself on the claim; None where it has no price, or only one with others."""
    priced = find_price(work, line)
    if priced is None:
        return None
    found = priced[1]
    if isinstance(found, Fee):
        return found.cents
    return None if isinstance(found, Package) else found
