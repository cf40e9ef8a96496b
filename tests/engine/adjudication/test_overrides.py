"""What an examiner decides otherwise: a fact of the claim, shown beside what the rule did, and nothing used up by it."""

from datetime import timedelta

import pytest

from tests.engine.adjudication.stories import (
    DAY,
    LAB,
    SURGERY,
    VISIT,
    claim,
    decide,
    family,
    line,
    moves,
    pend,
    plan,
    share,
)
from tpa.engine.adjudication.adjudicate import adjudicate
from tpa.engine.adjudication.explain import explain
from tpa.engine.adjudication.order import ORDER, settable
from tpa.engine.adjudication.overrides import Override, OverrideKind


def aside(rule, number=1):
    return Override(1, number, OverrideKind.SET_ASIDE, "good_cause", rule)


def allow(cents, number=1):
    return Override(2, number, OverrideKind.ALLOW, "single_case", cents=cents)


def deny(number=1):
    return Override(3, number, OverrideKind.DENY, "not_necessary", group="PR", carc="50")


def test_a_rule_that_is_set_aside_is_told_with_what_was_open_before_and_after():
    late = claim(
        line(VISIT, 120_00), received_on=DAY + timedelta(days=400), overrides=(aside("screens.timely_filing"),)
    )
    (told,) = explain(decide(family(plan()), late))
    assert [(step.rule, step.cents, step.open_before_cents, step.open_after_cents) for step in told.steps[:2]] == [
        ("screens.timely_filing", 120_00, 120_00, 0),
        ("screens.timely_filing", -120_00, 0, 120_00),
    ]
    assert told.steps[1].operator == "Set aside by an examiner, 120.00 are given back: good_cause."
    assert (
        told.steps[1].member
        == "A person has looked at this service and set the step before aside: 120.00 less are taken."
    )
    assert (told.denied, told.paid_cents, told.member_cents) == (False, 70_00, 30_00)


@pytest.mark.parametrize(
    ("rule", "paid", "member", "used"),
    [
        ("cost_share.copay", 500_00 - 100_00, 600_00, 500_00 + 100_00),
        ("cost_share.deductible", 1000_00 - 30_00 - 194_00, 224_00, 224_00),
        ("cost_share.coinsurance", 470_00, 530_00, 530_00),
    ],
)
def test_a_part_of_the_members_share_that_is_waived_fills_no_counter(rule, paid, member, used):
    terms = plan(benefits=share(member_pays=["copay", "deductible", "coinsurance"], copay=30, coinsurance="20%"))
    world = family(terms)
    (decided,) = decide(world, claim(line(), overrides=(aside(rule),))).lines
    assert (decided.paid_cents, decided.member_cents) == (paid, member)
    counted = sum(cents for (who, code, _), cents in world.balances.rows().items() if who and code.endswith("oop.main"))
    assert counted == used


def test_the_override_is_of_its_line_alone():
    world = family(plan())
    decided = decide(world, claim(line(VISIT, 120_00), line(LAB, 90_00, number=2), overrides=(deny(2),)))
    assert [(one.denied, moves(one)) for one in decided.lines] == [
        (False, [("CO-45", 20_00), ("PR-3", 30_00)]),
        (True, [("CO-45", 40_00), ("PR-50", 50_00)]),
    ]
    assert decided.lines[1].allowed_cents == 0


def test_another_amount_is_allowed_and_cost_is_shared_on_it():
    (decided,) = decide(family(plan()), claim(line(), overrides=(allow(1200_00),))).lines
    # 1200 less the deductible of 500, less a fifth of the rest.
    assert (decided.allowed_cents, decided.paid_cents, decided.member_cents) == (1200_00, 560_00, 640_00)
    assert moves(decided) == [("CO-45", 500_00), ("CO-45", -200_00), ("PR-1", 500_00), ("PR-2", 140_00)]


@pytest.mark.parametrize(("cents", "allowed"), [(1499_99, 1499_99), (1500_00, 1500_00), (1500_01, 1500_00)])
def test_no_more_is_allowed_than_the_charge(cents, allowed):
    assert decide(family(plan()), claim(line(), overrides=(allow(cents),))).lines[0].allowed_cents == allowed


def test_an_override_does_not_answer_what_a_claim_waits_for():
    assert pend(family(plan()), claim(line("0000"), overrides=(allow(80_00),))) == ["no_price"]
    decided = decide(family(plan()), claim(line("0000"), cleared=("no_price",), overrides=(allow(80_00),)))
    assert decided.lines[0].allowed_cents == 80_00


def test_a_line_that_a_rule_denies_stays_denied():
    late = claim(line(), received_on=DAY + timedelta(days=400), overrides=(deny(), allow(5_00), aside("claim.member")))
    (decided,) = decide(family(plan()), late).lines
    assert moves(decided) == [("CO-29", 1500_00)]


@pytest.mark.parametrize("network", ["in", ""])
def test_an_excluded_benefit_may_be_paid_all_the_same(network):
    benefits = [{"code": "other", "covered": False}]
    one = claim(line(SURGERY, 800_00), network=network, overrides=(aside("screens.exclusion"),))
    (decided,) = decide(family(plan(benefits=benefits)), one).lines
    assert (decided.denied, decided.paid_cents) == (False, 800_00 if network else 400_00)


def test_the_same_facts_give_the_same_decision():
    world, one = family(plan()), claim(line(), overrides=(allow(1200_00), aside("cost_share.deductible")))
    assert adjudicate(one, world) == adjudicate(one, world)


def test_only_rules_that_take_money_may_be_set_aside():
    assert set(settable()) < set(ORDER)
    assert not {"screens.coverage", "screens.network", "screens.benefit", "pricing.allowed"} & set(settable())
