"""ASO beside insurance for one year: what each costs when claims run low, as expected, and at their worst."""

from __future__ import annotations

from typing import NamedTuple


class SelfFunded(NamedTuple):
    """A year of the plan by itself. `fixed_cents`: administration, stop-loss premium, taxes on both.

    `most_claims_cents`: where the stop-loss contract stops them; `uncovered_cents`: lasers and gaps beyond that.
    """

    fixed_cents: int
    least_claims_cents: int
    expected_claims_cents: int
    most_claims_cents: int
    uncovered_cents: int = 0


class Comparison(NamedTuple):
    """Costs of the year. A saving below nothing says that ASO is the dearer one. `owner` of a surplus is the employer."""

    best_cents: int
    expected_cents: int
    worst_cents: int
    insured_cents: int
    break_even_claims_cents: int
    """Claims at which both cost the same."""

    def saving_cents(self, cost_cents: int) -> int:
        """What ASO at that cost leaves of the premium."""
        return self.insured_cents - cost_cents


def compare(plan: SelfFunded, premium_cents: int) -> Comparison:
    """`premium_cents`: the insurer's for the year, its taxes and charges included. The break-even premium is the cost."""
    return Comparison(
        plan.fixed_cents + plan.least_claims_cents,
        plan.fixed_cents + plan.expected_claims_cents,
        plan.fixed_cents + plan.most_claims_cents + plan.uncovered_cents,
        premium_cents,
        premium_cents - plan.fixed_cents,
    )
