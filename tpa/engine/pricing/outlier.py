"""What a case pays on top where its charges pass a threshold."""

from __future__ import annotations

from collections.abc import Callable

from tpa.engine.plan.terms_values import amount, percent_bp
from tpa.kernel.document import Section
from tpa.kernel.money import BASIS_POINTS, portion


def read_outlier(settings: Section) -> Callable[[int, int], int]:
    """From a case's whole charge and its price to what `outlier` adds; 0 without it.

    `percent` of what lies above the `threshold`: of the charges, or of the costs that `cost_to_charge` makes of them. With
    `above_price` the threshold is a loss that is borne beyond the price, as Medicare's (42 CFR 412.80).
    """
    if "outlier" not in settings:
        settings.value("outlier", None)
        return lambda charge_cents, price_cents: 0
    with settings.section("outlier") as one:
        threshold_cents, rate_bp = amount(one, "threshold"), percent_bp(one, "percent")
        cost_bp = percent_bp(one, "cost_to_charge", BASIS_POINTS)
        above_price = one.flag("above_price", False)

    def outlier_cents(charge_cents: int, price_cents: int) -> int:
        borne_cents = threshold_cents + (price_cents if above_price else 0)
        return portion(max(0, portion(charge_cents, cost_bp) - borne_cents), rate_bp)

    return outlier_cents
