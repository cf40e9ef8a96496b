"""What holds of every decision, whatever the plan and the facts: the trace is the calculation."""

from __future__ import annotations

import random
from datetime import date, timedelta
from typing import Any

import pytest

from tpa.engine.disability.decide import Decision, decide
from tpa.engine.disability.facts import Facts
from tpa.engine.disability.facts_read import read_facts
from tpa.engine.disability.terms import CAUSES, INCOMES, METHODS, PARTIALS, UNAWARDED, Terms
from tpa.engine.disability.terms_read import read_terms
from tpa.kernel.document import Section

FIRST = date(2026, 1, 1)


def made_up_plan(chance: random.Random) -> dict[str, Any]:
    """A plan of any kind."""
    period = chance.choice(("week", "month"))
    phases = [
        {"method": method, "months": chance.randint(1, 6), **({"percent": "50%"} if method == "earnings_off" else {})}
        for method in chance.sample(METHODS, chance.randint(1, 3))
    ]
    return {
        "period": period,
        **chance.choice(
            ({"percent": "2/3"}, {"amount": "333.33"}, {"steps": [{"percent": "100%", "weeks": 3}, {"percent": "55%"}]})
        ),
        **chance.choice(({}, {"maximum": "812.55"})),
        **chance.choice(({}, {"minimum": {"amount": 50, "percent": "10%", "working": chance.random() < 0.5}})),
        "starts": chance.choice(("benefit", "calendar")),
        "partial": chance.choice(PARTIALS[period]),
        "paid_after_days": chance.choice((0, 5)),
        "elimination": {
            **chance.choice(({"days": 7}, {"accident": 0, "sickness": 14}, {"months": 1})),
            "hospital": chance.choice(("no_matter", "from_stay", "from_first_day")),
            "trial_work_days": chance.choice((0, 14)),
            "after_leave": chance.random() < 0.5,
        },
        "duration": {
            **chance.choice(
                ({"weeks": 9}, {"months": 8}, {"rows": [{"cause": "accident", "days": 100}, {"weeks": 20}]})
            ),
            "counted_from": chance.choice(("benefit", "disability")),
        },
        "recurrent": chance.choice(({"up_to_days": 14}, {"under_months": 2})),
        "offsets": [
            {"income": income, "percent": "75%", "dependents": chance.random() < 0.5, "frozen": chance.random() < 0.5}
            for income in chance.sample(INCOMES, 3)
        ],
        "unawarded": chance.choice(UNAWARDED),
        **chance.choice(({}, {"all_sources": {"percent": "85%"}})),
        **chance.choice(({}, {"work": {"phases": phases, "least_loss": "20%", "index": "3%"}})),
        "cost_of_living": chance.choice(("0%", "2%")),
    }


def made_up_facts(chance: random.Random) -> dict[str, Any]:
    """Facts of any kind: up to three spells, incomes and work inside them."""

    def after(most: int) -> date:
        return FIRST + timedelta(days=chance.randint(0, most))

    spells, day = [], FIRST
    for _ in range(chance.randint(1, 3)):
        ends = day + timedelta(days=chance.randint(1, 120))
        spells.append({"disabled_on": day, "recovered_on": ends, "cause": chance.choice(CAUSES)})
        day = ends + timedelta(days=chance.randint(0, 40))
    first, *again = spells
    if not again and chance.random() < 0.3:
        del first["recovered_on"]
    return {
        **first,
        "again": again,
        "earnings": {"amount": chance.randint(1, 300_000), "per": chance.choice(("week", "month", "year"))},
        "hospital": [{"starts_on": after(10)}],
        "leave_ends_before": after(30),
        "incomes": [
            {
                "kind": chance.choice(INCOMES),
                "starts_on": after(60),
                "amount": chance.randint(0, 900),
                "dependents": chance.randint(0, 200),
                "raises": [{"on": after(90), "amount": 500, "recalculated": chance.random() < 0.5}],
                **chance.choice(({}, {"awarded_on": after(200)}, {"refused_on": after(200)}, {"pending": True})),
            }
            for _ in range(chance.randint(0, 3))
        ],
        "work": [
            {"starts_on": FIRST, "ends_before": after(60) + timedelta(days=1), "earnings": chance.randint(0, 700)}
        ],
        **chance.choice(({}, {"as_of": after(150)})),
        "employer_share": "2/3",
    }


def decided(plan: dict[str, Any], facts: dict[str, Any]) -> tuple[Terms, Facts, Decision]:
    """A plan and facts, read and decided."""
    terms = read_terms(Section(plan))
    found = read_facts(Section(facts), terms)
    return terms, found, decide(terms, found)


@pytest.mark.parametrize("seed", range(60))
def test_the_trace_is_the_calculation(seed: int) -> None:
    chance = random.Random(seed)
    plan, told = made_up_plan(chance), made_up_facts(chance)
    _, facts, decision = decided(plan, told)
    again = decided(plan, told)[2]
    assert [one.payments for one in again.claims] == [one.payments for one in decision.claims]
    paid_before = date.min
    for payment in decision.payments:
        amounts = [0, *(move.to_cents for move in payment.moves)]
        assert [move.from_cents for move in payment.moves] == amounts[:-1]
        assert amounts[-1] == payment.net_cents >= 0
        assert paid_before <= payment.span.starts_on < payment.span.ends_before
        day = payment.span.starts_on
        while day < payment.span.ends_before:
            assert any(day in spell.span for spell in facts.spells)
            day += timedelta(days=1)
        assert 0 <= payment.part <= 1
        assert payment.pays_on <= facts.as_of
        paid_before = payment.span.ends_before
    for claim in decision.claims:
        for pays_on in {one.pays_on for one in claim.payments}:
            assert sum(one.part for one in claim.payments if one.pays_on == pays_on) <= 1
    assert decision.overpaid_cents == sum(one.paid_cents - one.net_cents for one in decision.payments)


@pytest.mark.parametrize("seed", range(20))
def test_what_is_known_late_changes_what_was_paid_and_never_what_is_due(seed: int) -> None:
    chance = random.Random(seed)
    plan, told = made_up_plan(chance), made_up_facts(chance)
    told.pop("as_of", None)
    in_time = [
        {key: value for key, value in income.items() if key not in ("awarded_on", "pending")}
        for income in told["incomes"]
        if "refused_on" not in income and "pending" not in income
    ]
    late = [income for income in told["incomes"] if "refused_on" not in income and "pending" not in income]
    due = decided(plan, told | {"incomes": late})[2]
    known = decided(plan, told | {"incomes": in_time})[2]
    assert sum(one.net_cents for one in known.payments) == sum(one.paid_cents for one in known.payments)
    by_day = {one.pays_on: 0 for one in known.payments}
    for decision, sign in ((due, 1), (known, -1)):
        for one in decision.payments:
            by_day[one.pays_on] += sign * one.net_cents
    # Where less was known a period may be split on other days: then each part is rounded for itself.
    assert all(abs(cents) <= 2 for cents in by_day.values())
