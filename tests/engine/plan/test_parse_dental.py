"""Dental and vision keys: what is wrong in them is named with its place."""

import copy

import pytest

from tpa.engine.plan import parse_plan
from tpa.engine.plan.terms import PlanError

PLAN = {
    "name": "Dental",
    "line": "dental",
    "tiers": [{"name": "in", "network": True, "prices": [{"method": "price_list"}]}],
    "benefits": [{"code": "basic", "class": "basic", "shares": {"all": {"member_pays": []}}}],
}
MAXIMUM = {"code": "annual", "measure": "paid", "most": 1000}
ROLLOVER = {"design": "threshold", "threshold": 500, "adds": 250, "most": 1000}


def faults(**changes):
    with pytest.raises(PlanError) as refused:
        parse_plan(copy.deepcopy(PLAN) | changes)
    return [fault.where for fault in refused.value.faults]


@pytest.mark.parametrize(
    ("changes", "where"),
    [
        ({"limits": [{**MAXIMUM, "rollover": {**ROLLOVER, "design": "carry"}}]}, "/limits/0/rollover/design"),
        ({"limits": [{**MAXIMUM, "rollover": {**ROLLOVER, "cap": 1}}]}, "/limits/0/rollover/cap"),
        (
            {"limits": [{**MAXIMUM, "rollover": {"design": "preventive", "adds": 1, "most": 1}}]},
            "/limits/0/rollover/visits",
        ),
        ({"limits": [{**MAXIMUM, "period": "lifetime", "rollover": ROLLOVER}]}, "/limits/0/rollover"),
        ({"limits": [{**MAXIMUM, "per": "family", "rollover": ROLLOVER}]}, "/limits/0/rollover"),
        ({"limits": [{**MAXIMUM, "site": "tooth"}]}, "/limits/0/measure"),
        ({"limits": [{"code": "x", "measure": "units", "most": 1, "site": "jaw"}]}, "/limits/0/site"),
        ({"limits": [{"code": "x", "measure": "units", "most": 1, "period": "rolling"}]}, "/limits/0/months"),
        (
            {"limits": [{"code": "x", "measure": "units", "most": 1, "prior_placement": True}]},
            "/limits/0/prior_placement",
        ),
        ({"incentives": [{"code": "ladder", "step": "0.1"}]}, "/incentives/0/step"),
        ({"incentives": [{"code": "ladder", "step": "10%", "missed": "lost"}]}, "/incentives/0/missed"),
        ({"recent_visits": [{"code": "checkup"}]}, "/recent_visits/0/coinsurance_without"),
        ({"alternates": [{"pays_as": {}}]}, "/alternates/0/pays_as"),
        ({"alternates": [{"pays_as": {"D1": "D2", "D2": "D3"}}]}, "/alternates/0/pays_as"),
        ({"alternates": [{"pays_as": {"D1": "D2"}, "teeth": ["33"]}]}, "/alternates/0/teeth"),
        ({"missing_tooth": {}}, "/missing_tooth/benefits"),
        ({"orthodontia": {"classes": ["basic"]}}, "/orthodontia/initial"),
        ({"orthodontia": {"classes": ["basic"], "initial": "25%", "every": "week"}}, "/orthodontia/every"),
        ({"allowances": [{"code": "x", "benefits": ["none"], "most": 1}]}, "/allowances/0/benefits/0"),
        ({"predeterminations": "never"}, "/predeterminations"),
    ],
)
def test_what_is_wrong_is_named(changes, where):
    assert faults(**changes) == [where]


def test_without_the_keys_a_plan_has_none_of_it():
    dental = parse_plan(PLAN).dental
    assert (dental.incentives, dental.alternates, dental.missing_tooth, dental.orthodontia) == ((), (), None, None)
