"""What a later payer pays: whatever the figures are, nobody is paid twice and the line stays in balance."""

from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from tpa.engine.adjudication.adjudicate import adjudicate
from tpa.engine.adjudication.decision import Decision
from tpa.engine.adjudication.facts import Claim, Coverage, DatedPlan, Family, Person, ServiceLine
from tpa.engine.coordination.answers import Adjustment, OtherPayer, Prior
from tpa.engine.coordination.payment import Normal, coordinate
from tpa.engine.plan import parse_plan
from tpa.engine.plan.terms_coordination import Allowable, Coordination, Counts, Method, Unanswered
from tpa.engine.pricing.price import Price, PriceBook
from tpa.kernel.money import format_amount
from tpa.kernel.periods import FOREVER

ON = date(2026, 3, 2)
cents = st.integers(0, 300)
maybe = st.none() | cents


def terms(method, allowable=Allowable.HIGHER):
    return Coordination(method, "US", allowable, Unanswered.PEND, Counts.NORMAL, 100, "active", None, "")


@given(
    st.sampled_from([one for one in Method if one is not Method.MAINTENANCE_OF_BENEFITS]),
    st.sampled_from(Allowable),
    st.tuples(cents, cents, cents, st.booleans(), st.booleans()),
    st.tuples(cents, maybe, maybe),
    st.integers(0, 100),
)
def test_what_is_paid_stays_within_the_bounds(method, allowable, line, prior, saved):
    charge, allowed, benefit, is_institutional, is_outside = line
    benefit = min(benefit, allowed)
    excess = max(0, charge - allowed) if is_outside else 0
    normal = Normal(charge, allowed, benefit, allowed - benefit + excess, is_institutional)
    found = coordinate(terms(method, allowable), normal, Prior(*prior), saved_cents=saved)
    assert found.pays_cents >= 0
    assert 0 <= found.member_cents <= normal.member_cents
    assert 0 <= found.raised_cents <= max(0, charge - benefit - normal.member_cents)
    assert 0 <= saved + found.saved_cents <= 100
    # What is open after the member's share was given back is enough for what is paid; the rest is OA-23.
    assert found.pays_cents <= benefit + found.raised_cents + normal.member_cents - found.member_cents
    if method is not Method.SAVINGS_BANK:
        assert found.pays_cents <= benefit
    if prior[2] is not None:
        assert found.pays_cents + found.member_cents <= prior[2]


@given(
    st.sampled_from(Method),
    st.sampled_from(["normal", "remaining"]),
    st.lists(
        st.tuples(cents, cents, maybe, st.lists(st.tuples(st.sampled_from(["CO", "PR"]), cents), max_size=2)),
        min_size=1,
        max_size=3,
    ),
    st.tuples(st.integers(1, 100), st.integers(1, 100), st.integers(1, 100)),
    st.booleans(),
)
def test_a_claim_after_another_plan_balances_and_its_counters_stay_in_their_limits(
    method, counts, lines, sizes, is_network
):
    deductible, most, annual = sizes
    coordination = {"method": str(method)} | ({"savings_most": 1} if method is Method.SAVINGS_BANK else {})
    if method is not Method.MAINTENANCE_OF_BENEFITS:
        coordination |= {"counts": counts}
    plan = parse_plan(
        {
            "name": "Second",
            "line": "medical",
            "coordination": coordination,
            "tiers": [
                {
                    "name": name,
                    "network": name == "in",
                    "prices": [{"method": "price_list"}, {"method": "percent_of_charge", "percent": "100%"}],
                }
                for name in ("in", "out")
            ],
            "deductibles": [{"code": "d", "individual": format_amount(deductible)}],
            "out_of_pocket_maximums": [{"code": "o", "individual": format_amount(2 * most)}],
            "limits": [{"code": "a", "measure": "paid", "most": format_amount(2 * annual)}],
            "benefits": [
                {
                    "code": "all",
                    "shares": {
                        "all": {
                            "member_pays": ["copay", "deductible", "coinsurance"],
                            "copay": "0.20",
                            "coinsurance": "20%",
                        }
                    },
                }
            ],
        }
    )
    payers = tuple(
        OtherPayer(f"{n}", paid, "", allowed, tuple(Adjustment(group, "2", taken) for group, taken in taken))
        for n, (_, paid, allowed, taken) in enumerate(lines[:2])
    )
    claim = Claim(
        1, 1, "professional", ON,
        tuple(ServiceLine(n, ON, ON, charge, f"{n}") for n, (charge, *_) in enumerate(lines, 1)),
        network="in" if is_network else "", price_list_id=1, other_payers=payers,
    )  # fmt: skip
    prices = PriceBook({(1, "1"): (Price("1", 90),)})
    family = Family(
        1, {1: Person(1, "self", date(1980, 1, 1))}, {1: (Coverage("medical", 1, "EE", date(2026, 1, 1), FOREVER),)},
        {1: (DatedPlan(1, date.min, plan),)}, prices,
    )  # fmt: skip
    decision = adjudicate(claim, family)
    assert isinstance(decision, Decision)
    for line in decision.lines:
        assert line.charge_cents == line.paid_cents + sum(move.cents for move in line.moves)
        assert line.member_cents == sum(move.cents for move in line.moves if move.group == "PR") >= 0
        assert min(line.deductible_cents, line.copay_cents, line.coinsurance_cents) >= 0
    family.fold(claim, decision)
    used = {
        code: family.balances.used(1, f"medical:{code}", date(2026, 1, 1))
        for code in ("deductible.d", "oop.o", "limit.a")
    }
    assert all(amount >= 0 for amount in used.values())
    assert used["limit.a"] == decision.paid_cents
    if counts == "remaining" or method is Method.MAINTENANCE_OF_BENEFITS:
        assert used["deductible.d"] == sum(line.deductible_cents for line in decision.lines)
        parts = sum(line.deductible_cents + line.copay_cents + line.coinsurance_cents for line in decision.lines)
        assert used["oop.o"] == parts
