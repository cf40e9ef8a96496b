"""A small world for the engine's stories: one plan, a family of two, claims in one line."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from tpa.engine.adjudication.adjudicate import adjudicate
from tpa.engine.adjudication.decision import Decision, LineDecision, Pend
from tpa.engine.adjudication.facts import Claim, Coverage, DatedPlan, Family, Person, ServiceLine
from tpa.engine.plan import PlanTerms, parse_plan
from tpa.engine.pricing.price import Price, PriceBook

PAT, SAM = 1, 2
DAY = date(2026, 3, 2)
VISIT, SURGERY, LAB = "99213", "27447", "80053"


def plan(**changes: Any) -> PlanTerms:
    """A medical plan of two tiers: a visit costs 30; all else the deductible of 500, then 20 % (40 % outside)."""
    document: dict[str, Any] = {
        "name": "A plan",
        "line": "medical",
        "timely_filing_months": 12,
        "tiers": [
            {"name": "in", "network": True, "prices": [{"method": "price_list"}]},
            {"name": "out", "network": False, "prices": [{"method": "percent_of_charge", "percent": "50%"}]},
        ],
        "deductibles": [{"code": "main", "individual": 500, "family": 1000}],
        "out_of_pocket_maximums": [{"code": "main", "individual": 2000, "family": 4000}],
        "benefits": [
            {
                "code": "visit",
                "match": {"codes": ["99202-99215"]},
                "shares": {
                    "in": {"member_pays": ["copay"], "copay": 30},
                    "out": {"member_pays": ["deductible", "coinsurance"], "coinsurance": "40%"},
                },
            },
            {
                "code": "other",
                "shares": {
                    "in": {"member_pays": ["deductible", "coinsurance"], "coinsurance": "20%"},
                    "out": {"member_pays": ["deductible", "coinsurance"], "coinsurance": "40%"},
                },
            },
        ],
    }
    return parse_plan({**document, **changes})


def share(**changes: Any) -> list[dict[str, Any]]:
    """The benefits of a plan with one benefit, shared alike in every tier."""
    return [{"code": "other", "shares": {"all": changes}}]


def family(terms: PlanTerms, *, tier: str = "EF", prices: dict[str, int] | None = None, **changes: Any) -> Family:
    """Pat and Sam, covered in 2025 and 2026; `prices` in cents by code, 100.00 for a visit without them."""
    listed = {VISIT: 100_00, SURGERY: 1000_00, LAB: 50_00} | (prices or {})
    spans = (Coverage(terms.line, 1, tier, date(2025, 1, 1), date(2027, 1, 1)),)
    facts: dict[str, Any] = {
        "family_id": 1,
        "people": {
            PAT: Person(PAT, "self", date(1980, 5, 5)),
            SAM: Person(SAM, "spouse", date(1981, 6, 6)),
        },
        "coverages": {PAT: spans, SAM: spans},
        "plans": {1: (DatedPlan(7, date(2025, 1, 1), terms),)},
        "prices": PriceBook({(1, code): (Price(code, cents),) for code, cents in listed.items()}),
    }
    return Family(**{**facts, **changes})


_next_claim = iter(range(1, 1_000_000))


def line(
    code: str = SURGERY, charge_cents: int = 1500_00, *, on: date = DAY, number: int = 1, **more: Any
) -> ServiceLine:
    """A line of one day."""
    return ServiceLine(number, on, more.pop("through_on", on), charge_cents, code, **more)


def claim(*lines: ServiceLine, member: int = PAT, network: str = "in", **more: Any) -> Claim:
    """A professional claim, received ten days after its last line."""
    facts: dict[str, Any] = {
        "claim_id": next(_next_claim),
        "form": "professional",
        "received_on": max((one.through_on for one in lines), default=DAY) + timedelta(days=10),
        "provider_tax_id": "12-3456789",
        "price_list_id": 1 if network else 0,
    }
    return Claim(member_id=member, lines=lines, network=network, **{**facts, **more})


def decide(world: Family, one: Claim) -> Decision:
    """Decide and fold; a pend fails the story."""
    outcome = adjudicate(one, world)
    assert isinstance(outcome, Decision), outcome
    world.fold(one, outcome)
    return outcome


def decide_line(world: Family, *lines: ServiceLine, **more: Any) -> LineDecision:
    """Decide a claim of these lines, the last one's decision."""
    return decide(world, claim(*(lines or (line(),)), **more)).lines[-1]


def pend(world: Family, one: Claim) -> list[str]:
    """The reasons for which the claim waits."""
    outcome = adjudicate(one, world)
    assert isinstance(outcome, Pend), outcome
    return [reason.code for reason in outcome.reasons]


def moves(decided: LineDecision) -> list[tuple[str, int]]:
    """The moves of a line as (group-CARC, cents)."""
    return [(f"{move.group}-{move.carc}", move.cents) for move in decided.moves]
