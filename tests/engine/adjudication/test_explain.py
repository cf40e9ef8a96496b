"""A decision told step by step: nothing is computed again but the running balance."""

import json

from tests.engine.adjudication.stories import VISIT, claim, decide, decide_line, family, line, plan, share
from tpa.engine.adjudication.decision import Move
from tpa.engine.adjudication.explain import (
    anticipated,
    auditor,
    auditor_claim,
    explain,
    explain_moves,
    explain_waiting,
    shown,
    summarise,
)


def test_the_steps_of_a_line_run_from_the_charge_to_what_is_paid() -> None:
    terms = plan(benefits=share(member_pays=["copay", "deductible", "coinsurance"], copay=30, coinsurance="12.5%"))
    (explained,) = explain(decide(family(terms), claim(line())))
    assert [(step.bearer, step.open_before_cents, step.cents, step.open_after_cents) for step in explained.steps] == [
        ("provider", 1500_00, 500_00, 1000_00),
        ("member", 1000_00, 30_00, 970_00),
        ("member", 970_00, 500_00, 470_00),
        ("member", 470_00, 58_75, 411_25),
    ]
    assert explained.paid_cents == 411_25
    assert explained.summary == "Of the charge of 1500.00 your plan pays 411.25 and you owe 588.75."
    assert [step.operator for step in explained.steps] == [
        "Priced by price_list at 1000.00 of the charge of 1500.00.",
        "Copay of 30.00, 0.00 of it taken before.",
        "Deductible main: 500.00 was left to meet on 970.00.",
        "Coinsurance of 12.5% on 470.00.",
    ]
    assert [step.member for step in explained.steps] == [
        "Your plan allows 1000.00 for this service; 500.00 of the charge is above that. You do not owe it.",
        "Your copay for this service is 30.00. You owe 30.00.",
        "500.00 goes towards your deductible, of which 500.00 was still to be met. You owe 500.00.",
        "Your share is 12.5% of 470.00. You owe 58.75.",
    ]
    assert [step.clause for step in explained.steps] == [
        "/tiers/0",
        "/benefits/0/shares/all",
        "/deductibles/0",
        "/benefits/0/shares/all",
    ]


def test_a_denial_says_why_and_a_maximum_that_it_stopped() -> None:
    (step,) = explain(decide(family(plan()), claim(line(), received_on=line().from_on.replace(year=2028))))[0].steps
    assert step.member.startswith("The provider sent this claim too late")
    terms = plan(
        out_of_pocket_maximums=[{"code": "main", "individual": 10}], benefits=share(member_pays=["copay"], copay=30)
    )
    step = explain(decide(family(terms), claim(line())))[0].steps[-1]
    assert step.cents == 10_00
    assert step.operator.endswith("Stopped at medical:oop.main.")
    assert step.member.endswith("You have reached a maximum of your plan, so you pay no more than this. You owe 10.00.")


def test_the_auditors_line_is_json_with_every_input() -> None:
    told = auditor(decide_line(family(plan()), line(VISIT, 130_00)))
    again = json.loads(json.dumps(told))
    assert again["steps"][0]["inputs"] == {"method": "price_list", "priced_cents": 100_00, "charge_cents": 130_00}
    assert (again["plan_version_id"], again["benefit"], again["tier"]) == (7, "visit", "in")
    assert again["steps"][1]["rule"] == "cost_share.copay"


def test_the_auditors_claim_says_whom_it_pays_what_it_uses_and_where_it_is_booked() -> None:
    told = auditor_claim(decide(family(plan()), claim(line(VISIT, 130_00), form="drug", assigned=False)))
    again = json.loads(json.dumps(told))
    assert (again["outcome"], again["payee"], again["charge_cents"], again["member_cents"]) == (
        "paid",
        "member",
        130_00,
        30_00,
    )
    assert [(one["code"], one["amount"], one["period_on"]) for one in again["used"]] == [
        ("medical:oop.main", 30_00, "2026-01-01")
    ]
    (only,) = again["lines"]
    assert (only["fund_account"], only["stop_loss"], only["coverage_line"]) == ("5010", "drug", "medical")
    assert (only["plan_version_id"], only["copay_cents"], only["paid_cents"]) == (7, 30_00, 70_00)


def test_what_another_plan_takes_off_the_members_share_is_told_as_less() -> None:
    move = Move("coordination.other_plan", "PR", "2", -40_00, "Section 9", ())
    (step,) = explain_moves(100_00, (move,))
    assert step.member.endswith("You owe 40.00 less.")
    assert summarise(100, 0, 0) == "Of the charge of 1.00 your plan pays nothing and you owe nothing."


def told(rule, group, carc, cents, *inputs):
    (step,) = explain_moves(1_000_00, (Move(rule, group, carc, cents, "", inputs),))
    return step.member, step.operator


def test_a_text_says_what_decided_the_amount() -> None:
    share = (("rate_bp", 25_00), ("subject_cents", 20_00))
    assert told("cost_share.coinsurance", "PR", "2", 10_00, *share, ("least_cents", 10_00))[0] == (
        "Your share is 25% of 20.00, 10.00 at least. You owe 10.00."
    )
    assert told("cost_share.coinsurance", "PR", "2", 3_00, *share, ("most_cents", 3_00))[1] == (
        "Coinsurance of 25% on 20.00, 3.00 at most."
    )
    assert told("cost_share.coinsurance", "PR", "2", 5_00, *share, ("least_cents", 5_00), ("most_cents", 5_00))[0] == (
        "Your share is 25% of 20.00. You owe 5.00."
    )
    copay = (("copay_cents", 30_00), ("taken_before_cents", 10_00))
    assert told("cost_share.copay", "PR", "3", 20_00, *copay)[0] == (
        "Your copay for this service is 30.00; 10.00 of it was taken before. You owe 20.00."
    )
    assert "What the service still costs is less." in told("cost_share.copay", "PR", "3", 19_99, *copay)[0]


def test_an_estimate_says_what_would_be() -> None:
    moves = (
        Move("cost_share.coinsurance", "PR", "2", 700_00, "", (("rate_bp", 50_00), ("subject_cents", 1400_00))),
        Move("finish.predetermination", "OA", "101", 700_00),
    )
    assert [step.member for step in explain_moves(1400_00, moves)] == [
        "Your share is 50% of 1400.00. You would owe 700.00.",
        "Your plan would pay 700.00 for this.",
    ]
    assert summarise(1400_00, 0, 700_00, anticipated(moves)) == (
        "Of a charge of 1400.00 your plan would pay 700.00 and you would owe 700.00."
    )


def test_a_limit_is_told_in_its_own_unit() -> None:
    def limit(measure, most, left):
        inputs = (("limit", "pt"), ("most", most), ("left", left), ("measure", measure))
        return told("limits.benefit_limit", "PR", "119", 50_00, *inputs)

    assert (
        limit("visits", 20, 0)[0]
        == "Your plan's limit of 20 visits for this is used up: 50.00 is beyond it. You owe 50.00."
    )
    assert limit("units", 2500, 500) == (
        "Your plan's limit of 2.5 units for this had 0.5 left: 50.00 is beyond it. You owe 50.00.",
        "Limit pt (units): 0.5 of 2.5 was left; 50.00 is beyond it.",
    )
    assert (
        limit("allowed", 2_000_00, 500_00)[1] == "Limit pt (allowed): 500.00 of 2000.00 was left; 50.00 is beyond it."
    )


def test_every_move_of_coordination_says_which_it_is() -> None:
    def other(group, carc, cents, paid_cents):
        amounts = (("normal_cents", 560_00), ("allowable_cents", 1000_00), ("prior_paid_cents", paid_cents))
        inputs = (("method", "standard"), *amounts, ("pays_cents", 160_00))
        return told("coordination.other_plan", group, carc, cents, *inputs)[0]

    assert other("PR", "2", -140_00, 640_00) == (
        "Your other plan has paid 640.00, so your own share is less. You owe 140.00 less."
    )
    assert other("CO", "45", -100_00, 640_00).endswith("than your plan does: the discount is 100.00 less.")
    assert other("OA", "23", 640_00, 640_00) == "Your other plan has paid 640.00. Besides, your plan pays 160.00."
    assert "By that and by its own terms 840.00 of the charge is settled" in other("OA", "23", 840_00, 640_00)
    assert other("OA", "23", 1000_00, 0) == (
        "Your other plan pays nothing for this, and does not leave it to you: 1000.00 of the charge is settled by that."
    )


def test_why_a_claim_waits_is_told_to_the_member_in_plain_words() -> None:
    assert explain_waiting("accident").startswith("These services may follow from an accident.")
    assert explain_waiting("a_rule_of_the_plan") == (
        "A person looks at this claim before it is decided. You need not do anything."
    )


def test_moves_of_a_rule_that_is_gone_are_still_told() -> None:
    (step,) = explain_moves(100, (Move("old.rule", "XX", "1", 40, "Section 1"),))
    assert (step.bearer, step.open_after_cents, step.operator, step.member) == ("XX", 60, "", "")
    (step,) = explain_moves(100, (Move("cost_share.copay", "PR", "3", 40),))
    assert step.member == "A copay is owed once a visit, day, stay, line or unit, as the plan says. You owe 0.40."
    assert step.operator == "A copay is owed once a visit, day, stay, line or unit, as the plan says."


def test_an_input_is_shown_by_its_unit() -> None:
    assert [shown(*one) for one in (("a_cents", 5), ("a_bp", 2000), ("a_bp", 1250), ("a", 5), ("a_on", "x"))] == [
        "0.05",
        "20%",
        "12.5%",
        "5",
        "x",
    ]
