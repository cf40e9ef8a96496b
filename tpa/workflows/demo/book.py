"""The demo's book of business: three employers with their plans, contracts and fees, and how each year turns out."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from random import Random
from types import MappingProxyType
from typing import Any, NamedTuple

from tpa.workflows.demo.claims import ClaimMaker, DemoClaim, DemoProvider, make_providers
from tpa.workflows.demo.oddities import oddities, with_twins
from tpa.workflows.demo.population import PLAN_YEAR, DemoFamily, make_families, terminate

SEED = 20250101


class DemoPlan(NamedTuple):
    """A plan of an employer: its code on the enrolment files, and the sample design that it takes its terms from."""

    code: str
    template: str
    name: str
    line: str


class DemoEmployer(NamedTuple):
    """An employer of the demo. `prefix` begins its subscriber numbers."""

    code: str
    name: str
    prefix: str
    group: str
    employees: int
    medical: tuple[tuple[str, int], ...]
    plans: tuple[DemoPlan, ...]
    visits_per_person: float
    funding_model: str
    stop_loss: dict[str, Any]
    fees: tuple[dict[str, Any], ...]
    funding_terms: Mapping[str, Any] = MappingProxyType({})

    @property
    def dental(self) -> str:
        """The code of its dental plan, or an empty text."""
        return next((plan.code for plan in self.plans if plan.line == "dental"), "")


class DemoYear(NamedTuple):
    """An employer's people and claims. `late_termination` became known long after it took effect."""

    employer: DemoEmployer
    families: list[DemoFamily]
    claims: list[DemoClaim]
    late_termination: DemoFamily | None
    lasered: DemoFamily | None


def _contract(specific_cents: int, expected: dict[str, int], corridor_bp: int, premium: int) -> dict[str, Any]:
    year = {"starts_on": f"{PLAN_YEAR}-01-01", "ends_before": f"{PLAN_YEAR + 1}-01-01"}
    return {
        "label": "12/24",
        "policy": year,
        "incurred": year,
        "paid": {"starts_on": f"{PLAN_YEAR}-01-01", "ends_before": f"{PLAN_YEAR + 2}-01-01"},
        "specific": {
            "deductible_cents": specific_cents,
            "unit": "person",
            "lines": ["medical"],
            "premium": {"rates_cents": {"ALL": premium}},
        },
        "aggregate": {
            "lines": ["medical", "dental"],
            "minimum_first_month_bp": 9_500,
            "maximum_cents": 100_000_000,
            "factors": [
                {"code": "medical", "lines": ["medical"], "corridor_bp": corridor_bp, "expected_cents": expected}
            ],
        },
    }


def _fees(rate_cents: int) -> tuple[dict[str, Any], ...]:
    return (
        {
            "code": "pepm",
            "label": "Administration",
            "terms": {"rates_cents": {"ALL": rate_cents}, "lines": ["medical"]},
        },
        {
            "code": "per_claim",
            "label": "Claim processing",
            "terms": {"rate_cents": 450, "lines": ["medical", "dental"]},
        },
        {"code": "flat", "label": "Reporting", "terms": {"amount_cents": 15_000}},
    )


EMPLOYERS = (
    DemoEmployer(
        code="alder",
        name="Alder Workshop",
        prefix="A",
        group="G1060",
        employees=60,
        medical=(("ALDER-PPO", 1),),
        plans=(DemoPlan("ALDER-PPO", "ppo", "Alder PPO", "medical"),),
        visits_per_person=5.0,
        funding_model="level",
        funding_terms={
            "monthly": {"claims_fund_cents": 3_250_000, "admin_cents": 216_000, "stop_loss_cents": 888_000},
            "settlement": {"run_out_months": 3, "tpa_share": "1/3"},
        },
        stop_loss=_contract(1_000_000, {"EE": 24_000, "ES": 46_000, "EC": 43_000, "EF": 66_000}, 12_500, 14_800),
        fees=_fees(3_600),
    ),
    DemoEmployer(
        code="birch",
        name="Birch Logistics",
        prefix="B",
        group="G2400",
        employees=400,
        medical=(("BIRCH-PPO", 5), ("BIRCH-HDHP-E", 3), ("BIRCH-HDHP-A", 2)),
        plans=(
            DemoPlan("BIRCH-PPO", "ppo", "Birch PPO", "medical"),
            DemoPlan("BIRCH-HDHP-E", "hdhp_embedded", "Birch HDHP, embedded", "medical"),
            DemoPlan("BIRCH-HDHP-A", "hdhp_aggregate", "Birch HDHP, aggregate", "medical"),
            DemoPlan("BIRCH-DENTAL", "dental", "Birch Dental", "dental"),
        ),
        visits_per_person=4.5,
        funding_model="arrears",
        stop_loss=_contract(7_500_000, {"EE": 21_000, "ES": 41_000, "EC": 38_000, "EF": 59_000}, 12_500, 8_200),
        fees=_fees(3_200),
    ),
    DemoEmployer(
        code="cedar",
        name="Cedar Foods",
        prefix="C",
        group="G9250",
        employees=2500,
        medical=(("CEDAR-PPO", 1),),
        plans=(
            DemoPlan("CEDAR-PPO", "ppo", "Cedar PPO", "medical"),
            DemoPlan("CEDAR-DENTAL", "dental", "Cedar Dental", "dental"),
        ),
        visits_per_person=2.0,
        funding_model="arrears",
        # Expected far too low, as a first year's estimate can be: the aggregate is breached before the year is out.
        stop_loss=_contract(25_000_000, {"EE": 2_300, "ES": 4_400, "EC": 4_200, "EF": 6_200}, 12_500, 5_100),
        fees=_fees(2_800),
    ),
)


def make_year(employer: DemoEmployer, providers: list[DemoProvider]) -> DemoYear:
    """The employer's people and claims, from a seed of its own: the same on every run."""
    rng = Random(f"{SEED}/{employer.code}")
    families = make_families(
        rng, prefix=employer.prefix, count=employer.employees, medical=employer.medical, dental=employer.dental
    )
    families = with_twins(rng, families)
    maker = ClaimMaker(rng, employer.prefix, providers)
    claims = maker.year_of(families, employer.visits_per_person)
    claims += oddities(rng, maker, families, claims)
    late = lasered = None
    whole_year = [family for family in families if family.coverages[0].starts_on == date(PLAN_YEAR, 1, 1)]
    if employer.code == "alder":
        claims += [maker.shock(whole_year[7], 4, 4), maker.shock(whole_year[21], 8, 3)]
    if employer.code == "birch":
        lasered, leaver = whole_year[11], whole_year[30]
        claims += [maker.shock(lasered, month, 10) for month in (2, 5, 9)]
        claims.append(maker.shock(whole_year[50], 6, 17))
        late = terminate(leaver, date(PLAN_YEAR, 4, 1))
    if employer.code == "cedar":
        claims += [maker.shock(whole_year[100 * n], 1 + n % 12, 5) for n in range(1, 14)]
    return DemoYear(employer, families, claims, late, lasered)


def make_book() -> tuple[list[DemoProvider], list[DemoYear]]:
    """Providers and the three years."""
    providers = make_providers(Random(SEED))
    return providers, [make_year(employer, providers) for employer in EMPLOYERS]
