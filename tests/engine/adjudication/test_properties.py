"""What must hold for every plan, family and claim: conservation, limits kept, same facts same decision."""

from datetime import date, timedelta
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.engine.adjudication.stories import LAB, PAT, SAM, SURGERY, VISIT, family, plan
from tpa.engine.accumulators.balances import FAMILY, AccumulatorEntry
from tpa.engine.accumulators.counter import deductible_counter, limit_counter, out_of_pocket_counter
from tpa.engine.adjudication.adjudicate import adjudicate
from tpa.engine.adjudication.decision import Decision
from tpa.engine.adjudication.explain import explain
from tpa.engine.adjudication.facts import Claim, Family, ServiceLine
from tpa.engine.plan import PlanTerms

CODES = (VISIT, SURGERY, LAB)
money = st.integers(0, 900_00)
whole = st.integers(1, 3000)
parts = st.lists(st.sampled_from(["copay", "deductible", "coinsurance"]), unique=True, max_size=3)


@st.composite
def buckets(draw: st.DrawFn) -> dict[str, Any]:
    """An individual and a family figure under any family rule."""
    rule = draw(st.sampled_from(["embedded", "aggregate", "members"]))
    individual = draw(whole)
    found: dict[str, Any] = {"individual": individual, "family_rule": rule}
    if rule == "members":
        return {**found, "family_members": draw(st.integers(1, 2))}
    return {**found, "family": individual + draw(st.integers(0, 2000))}


@st.composite
def shares(draw: st.DrawFn) -> dict[str, Any]:
    pays = draw(parts)
    share: dict[str, Any] = {"member_pays": pays, "outside_out_of_pocket": draw(st.booleans())}
    if "copay" in pays:
        share |= {"copay": draw(st.integers(1, 200)), "copay_per": draw(st.sampled_from(["visit", "line"]))}
    if "coinsurance" in pays:
        share |= {"coinsurance": f"{draw(st.integers(0, 100))}%"}
    return share


@st.composite
def limits(draw: st.DrawFn, code: str) -> dict[str, Any]:
    measure = draw(st.sampled_from(["allowed", "paid", "visits", "units", "days"]))
    period = draw(st.sampled_from(["plan_year", "calendar_year", "lifetime", "month", "day", "rolling"]))
    found: dict[str, Any] = {"code": code, "measure": measure, "most": draw(st.integers(0, 1500)), "period": period}
    if measure in ("visits", "days", "units"):
        found["most"] %= 5
    if period == "rolling":
        found["months"] = draw(st.integers(1, 24))
    return {**found, "per": draw(st.sampled_from(["person", "family"]))}


@st.composite
def plans(draw: st.DrawFn) -> PlanTerms:
    feeding = st.sampled_from([["in"], ["out"], ["in", "out"]])
    return plan(
        year_starts_month=draw(st.sampled_from([1, 7])),
        deductibles=[
            {"code": tier, "tiers": [tier], "fed_by": draw(feeding), **draw(buckets())} for tier in ("in", "out")
        ],
        out_of_pocket_maximums=[
            {"code": tier, "tiers": [tier], "fed_by": draw(feeding), **draw(buckets())} for tier in ("in", "out")
        ],
        limits=[draw(limits(f"limit{n}")) for n in range(draw(st.integers(0, 2)))],
        benefits=[
            {"code": code, "match": {"codes": [code]}, "shares": {"in": draw(shares()), "out": draw(shares())}}
            for code in CODES
        ],
    )


@st.composite
def claims(draw: st.DrawFn) -> list[Claim]:
    found = []
    for claim_id in range(1, draw(st.integers(1, 6)) + 1):
        first_on = date(2025, 1, 1) + timedelta(days=draw(st.integers(0, 700)))
        lines = tuple(
            ServiceLine(
                number,
                first_on + timedelta(days=draw(st.integers(0, 2))),
                first_on + timedelta(days=draw(st.integers(2, 4))),
                draw(money),
                draw(st.sampled_from(CODES)),
                units_milli=draw(st.sampled_from([500, 1000, 3000])),
            )
            for number in range(1, draw(st.integers(1, 4)) + 1)
        )
        network, received_on = draw(st.sampled_from(["in", ""])), first_on + timedelta(days=4)
        member, provider = draw(st.sampled_from([PAT, SAM])), draw(st.sampled_from(["a", "b"]))
        found.append(
            Claim(claim_id, member, "professional", received_on, lines, provider, network=network, price_list_id=1)
        )
    return found


def decided(terms: PlanTerms, told: list[Claim], tier: str) -> tuple[Family, list[Decision]]:
    """The claims decided in order, each folded in."""
    world = family(terms, tier=tier)
    decisions = []
    for claim in told:
        outcome = adjudicate(claim, world)
        assert isinstance(outcome, Decision)
        world.fold(claim, outcome)
        decisions.append(outcome)
    return world, decisions


@settings(max_examples=150, deadline=None)
@given(plans(), claims(), st.sampled_from(["EE", "EF"]))
def test_every_cent_of_a_charge_is_paid_or_moved(terms: PlanTerms, told: list[Claim], tier: str) -> None:
    for decision in decided(terms, told, tier)[1]:
        for line in decision.lines:
            assert line.charge_cents == line.paid_cents + sum(move.cents for move in line.moves)
            assert min([line.paid_cents, line.allowed_cents, *(move.cents for move in line.moves)]) >= 0
            assert line.member_cents == sum(move.cents for move in line.moves if move.group == "PR")
            assert line.paid_cents <= line.allowed_cents <= line.charge_cents
            shared = line.copay_cents + line.deductible_cents + line.coinsurance_cents
            assert shared == sum(move.cents for move in line.moves if move.carc in ("1", "2", "3"))
            assert not (line.denied and (line.paid_cents or shared))
        for explained in explain(decision):
            last = explained.steps[-1].open_after_cents if explained.steps else explained.charge_cents
            assert last == explained.paid_cents


@settings(max_examples=150, deadline=None)
@given(plans(), claims(), st.sampled_from(["EE", "EF"]))
def test_no_accumulator_passes_its_limit(terms: PlanTerms, told: list[Claim], tier: str) -> None:
    world, _ = decided(terms, told, tier)
    counters = [
        *(deductible_counter(terms, one) for one in terms.deductibles),
        *(out_of_pocket_counter(terms, one) for one in terms.out_of_pockets),
        *(limit_counter(terms, one) for one in terms.limits if not one.months),
    ]
    for counter in counters:
        for claim in told:
            for line in claim.lines:
                individual, of_family = counter.limits(line.from_on, is_family=tier != "EE")
                for member, most in ((PAT, individual), (SAM, individual), (FAMILY, of_family)):
                    assert most is None or 0 <= counter.used(world.balances, member, line.from_on) <= most


@settings(max_examples=80, deadline=None)
@given(plans(), claims())
def test_the_deductible_that_was_filed_is_the_deductible_that_was_taken(terms: PlanTerms, told: list[Claim]) -> None:
    for decision in decided(terms, told, "EF")[1]:
        for line in decision.lines:
            own = f"medical:deductible.{line.tier}"
            filed = sum(one.amount for one in decision.entries if one.line_number == line.number and one.code == own)
            assert filed == line.deductible_cents


@settings(max_examples=80, deadline=None)
@given(plans(), claims())
def test_the_same_facts_give_the_same_decision_and_stay_as_they_were(terms: PlanTerms, told: list[Claim]) -> None:
    world, decisions = decided(terms, told, "EF")
    again = family(terms)
    for claim, decision in zip(told, decisions, strict=True):
        rows, history = again.balances.rows(), {day: list(lines) for day, lines in again.history.items()}
        assert adjudicate(claim, again) == adjudicate(claim, again) == decision
        assert (again.balances.rows(), again.history) == (rows, history)
        again.fold(claim, decision)
    assert again.balances.rows() == world.balances.rows()


@settings(max_examples=80, deadline=None)
@given(plans(), claims())
def test_taking_a_decision_back_leaves_the_balances_as_before(terms: PlanTerms, told: list[Claim]) -> None:
    world = decided(terms, told[:-1], "EF")[0]
    before = {key: amount for key, amount in world.balances.rows().items() if amount}
    outcome = adjudicate(told[-1], world)
    assert isinstance(outcome, Decision)
    world.balances.add(outcome.entries)
    world.balances.add(AccumulatorEntry(*entry[:3], -entry.amount, entry.line_number) for entry in outcome.entries)
    assert {key: amount for key, amount in world.balances.rows().items() if amount} == before


@settings(max_examples=60, deadline=None)
@given(plans(), claims())
def test_one_claim_of_many_lines_costs_what_its_lines_cost_one_by_one(terms: PlanTerms, told: list[Claim]) -> None:
    """The lines of a claim count for each other as claims do: within it nothing is seen too late or twice."""
    whole_claim = told[0]
    together = decided(terms, [whole_claim], "EF")
    single = [
        # Another claim id and a modifier of its own: no line is a duplicate of another.
        whole_claim._replace(claim_id=n, lines=(line._replace(modifiers=(str(n),)),))
        for n, line in enumerate(whole_claim.lines, start=1)
    ]
    apart = decided(terms, single, "EF")
    amounts = [(line.allowed_cents, line.paid_cents, line.member_cents) for one in apart[1] for line in one.lines]
    assert [(line.allowed_cents, line.paid_cents, line.member_cents) for line in together[1][0].lines] == amounts
    assert together[0].balances.rows() == apart[0].balances.rows()
