"""What a case pays on top where its charges pass a threshold."""

from __future__ import annotations

from collections.abc import Callable

from tpa.engine.plan.terms_values import amount, percent_bp
from tpa.kernel.document import Section
from tpa.kernel.money import portion


def read_outlier(settings: Section) -> Callable[[int], int]:
    """From a case's whole charge to what `outlier` adds: `percent` of the charges above `threshold`; 0 without it."""
    if "outlier" not in settings:
        settings.value("outlier", None)
        return lambda charge_cents: 0
    with settings.section("outlier") as one:
        threshold_cents, rate_bp = amount(one, "threshold"), percent_bp(one, "percent")
    return lambda charge_cents: portion(max(0, charge_cents - threshold_cents), rate_bp)
