"""The order of the rules is a golden list: a change of it shows here."""

from importlib.resources import files

from tpa.engine.adjudication.order import ORDER, STAGES, order_text
from tpa.engine.adjudication.steps import STEPS, steps_text

STEPS_SAY = (
    "What the field does with a claim, and where it is done here. Rules stand by their names in the order below, modules by"
    " their place\nin `tpa/`."
)

GOLDEN = [
    "claim.member",
    "claim.structure",
    "claim.replacement",
    "screens.coverage",
    "screens.vision",
    "screens.contribution",
    "screens.plan_version",
    "screens.dependent_age",
    "screens.sanction",
    "screens.duplicate",
    "screens.suspected_duplicate",
    "screens.timely_filing",
    "screens.other_party",
    "screens.network",
    "screens.add_on",
    "screens.code_pairs",
    "screens.unit_limits",
    "screens.alternate",
    "screens.benefit",
    "screens.exclusion",
    "screens.noncovered",
    "screens.waiting_period",
    "screens.authorization",
    "pricing.allowed",
    "pricing.alternate_benefit",
    "claim_pricing.package",
    "claim_pricing.bilateral",
    "claim_pricing.endoscopy",
    "claim_pricing.multiple_procedures",
    "overrides.allowed",
    "overrides.denied",
    "limits.missing_tooth",
    "limits.instalments",
    "limits.site_limit",
    "limits.one_of",
    "limits.benefit_limit",
    "limits.allowance",
    "limits.authorization",
    "cost_share.admission",
    "cost_share.first_visits",
    "cost_share.incentive",
    "cost_share.maintenance_of_benefits",
    "cost_share.first_amount",
    "cost_share.recent_visit",
    "cost_share.coinsurance",
    "cost_share.copay",
    "cost_share.deductible",
    "maximums.care",
    "maximums.penalty",
    "maximums.plan_maximum",
    "coordination.other_plan",
    "finish.payee",
    "finish.stop_loss",
    "finish.review",
    "finish.review_rules",
    "finish.audit_sample",
    "finish.predetermination",
]


def test_the_order_is_the_golden_one() -> None:
    assert list(ORDER) == GOLDEN


def test_the_documentation_is_made_from_the_order() -> None:
    text = order_text()
    assert [line.split("`")[1] for line in text.splitlines() if line.startswith("- ")] == GOLDEN
    assert all(f"**{stage}**: {says}" in text for stage, says in STAGES.items())
    page = files("tpa.engine.adjudication").joinpath("README.md").read_text(encoding="utf-8")
    assert page.endswith(f"## The 24 steps\n\n{STEPS_SAY}\n\n{steps_text()}\n## The order of the rules\n\n{text}")


def test_every_rule_stands_in_a_step_and_every_place_exists() -> None:
    assert len(STEPS) == 24
    named = [name for step in STEPS for name in step.rules]
    assert set(named) == set(ORDER)
    root = files("tpa")
    assert [place for step in STEPS for place in step.modules if not root.joinpath(place).is_file()] == []
    assert all(step.rules or step.modules for step in STEPS)


def test_every_rule_that_moves_money_is_explained_in_two_voices() -> None:
    silent = {name for name, rule in ORDER.items() if not (rule.told or (rule.operator and rule.member))}
    assert silent == {
        "claim.member",
        "claim.structure",
        "claim.replacement",
        "screens.vision",
        "screens.contribution",
        "screens.dependent_age",
        "screens.suspected_duplicate",
        "screens.alternate",
        "cost_share.admission",
        "cost_share.first_visits",
        "cost_share.incentive",
        "cost_share.first_amount",
        "cost_share.recent_visit",
        "maximums.care",
        "finish.payee",
        "finish.stop_loss",
        "finish.review",
        "finish.review_rules",
        "finish.audit_sample",
    }
