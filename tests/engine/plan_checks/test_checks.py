"""What publishing refuses and warns of: a plan without findings, bent one way at a time."""

from datetime import date

import pytest

from tests.engine.plan_checks.documents import benefit, findings, small_plan
from tpa.engine.plan.checks import check_plan
from tpa.engine.plan.parse import parse_plan

SHARED = ["deductible", "coinsurance"]
GOOD = small_plan()["benefits"]


def with_benefits(*more, **changes):
    return small_plan(benefits=[*GOOD, *more], **changes)


def test_the_small_plan_has_no_finding():
    assert findings(small_plan()) == []
    assert findings(small_plan(hsa_qualified=True)) == []


def test_two_benefits_of_one_priority_that_meet_are_a_tie():
    tied = with_benefits(benefit("lab", ["B7"], ["coinsurance"], priority=10))
    assert findings(tied) == [("tie", "error", "/benefits/3")]
    (finding,) = check_plan(parse_plan(tied), date(2026, 1, 1))
    assert finding.message == "'lab' and 'visit' (/benefits/1) can both mean one service and have the priority 10."


def test_a_tie_that_shares_cost_alike_is_a_warning():
    assert findings(with_benefits(benefit("lab", ["B7"], SHARED, priority=10))) == [("tie", "warning", "/benefits/3")]


def test_benefits_that_exclude_each_other_are_no_tie():
    assert findings(with_benefits(benefit("lab", ["C7"], ["coinsurance"], priority=10))) == []


def test_a_benefit_behind_a_wider_one_is_unreachable():
    hidden = benefit("lab", ["B7"], ["coinsurance"], priority=5)
    assert findings(with_benefits(hidden)) == [("unreachable", "error", "/benefits/3")]


def test_a_benefit_that_reaches_beyond_the_wider_one_is_reachable():
    assert findings(with_benefits(benefit("lab", ["B7", "C7"], ["coinsurance"], priority=5))) == []


def test_a_step_without_its_deductible():
    inside = [{"code": "main", "individual": 3_500, "family": 7_000, "tiers": ["network"]}]
    assert findings(small_plan(deductibles=inside)) == [
        ("no_deductible", "error", "/benefits/1/shares/outside"),
        ("no_deductible", "error", "/benefits/2/shares/outside"),
    ]


def test_a_deductible_that_nobody_takes():
    more = [*small_plan()["deductibles"], {"code": "drugs", "individual": 100, "family": 200, "tiers": []}]
    more[1].pop("tiers")
    named = benefit("drug", ["J*"], ["deductible:drugs"], priority=10)
    assert findings(with_benefits(named, deductibles=more)) == []
    free = [
        benefit("well", ["A1-A4"], [], priority=20, **{"class": "preventive"}),
        benefit("rest", None, ["coinsurance"]),
    ]
    assert findings(small_plan(benefits=free)) == [("idle_deductible", "warning", "/deductibles/0")]


def test_a_tier_in_which_nothing_is_covered():
    nothing = [dict(one, shares=one["shares"] | {"outside": {"covered": False}}) for one in GOOD]
    assert findings(small_plan(benefits=nothing)) == [("idle_tier", "warning", "/tiers/1")]


def test_services_without_a_benefit_are_denied_or_wait():
    assert findings(small_plan(benefits=GOOD[:2])) == [("no_fallback", "warning", "/benefits")]
    assert findings(small_plan(benefits=GOOD[:2], unlisted="pend")) == []


def test_no_tier_outside_the_networks():
    inside = [dict(one, shares={"network": one["shares"]["network"]}) for one in GOOD]
    alone = small_plan(tiers=small_plan()["tiers"][:1], benefits=inside)
    assert findings(alone) == [("no_outside_tier", "warning", "/tiers")]


def test_no_examples():
    assert findings(small_plan(examples=[])) == [("no_examples", "warning", "/examples")]


@pytest.mark.parametrize(
    ("individual", "family", "expected"),
    [
        (10_600, 21_200, []),
        ("10600.01", 21_200, ["/out_of_pocket_maximums/0/individual"]),
        (10_600, "21200.01", ["/out_of_pocket_maximums/0/family"]),
    ],
)
def test_a_cent_at_and_above_the_acas_limits(individual, family, expected):
    document = small_plan(out_of_pocket_maximums=[{"code": "main", "individual": individual, "family": family}])
    assert findings(document) == [("aca_out_of_pocket", "error", path) for path in expected]
    assert findings(document | {"grandfathered": True}) == []


def test_the_limits_are_those_of_the_year_in_which_the_plan_year_begins():
    document = small_plan(
        year_starts_month=7, out_of_pocket_maximums=[{"code": "main", "individual": 9_200, "family": 18_400}]
    )
    assert findings(document, date(2025, 7, 1)) == findings(document, date(2026, 6, 30)) == []
    raised = small_plan(
        year_starts_month=7, out_of_pocket_maximums=[{"code": "main", "individual": 10_600, "family": 21_200}]
    )
    assert len(findings(raised, date(2026, 6, 30))) == 2
    assert findings(raised, date(2026, 7, 1)) == []


def test_a_year_that_is_not_known_says_what_to_add():
    (finding,) = check_plan(parse_plan(small_plan()), date(2030, 1, 1))
    assert (finding.code, finding.severity) == ("statute_missing", "error")
    assert "tpa/engine/statute/us/aca_out_of_pocket.toml" in finding.remedy


def test_the_self_only_cap_cannot_be_switched_off_where_the_family_shares_one_limit():
    shared = {"code": "main", "individual": 6_000, "family": 12_000, "family_rule": "aggregate"}
    assert findings(small_plan(out_of_pocket_maximums=[shared])) == []
    assert findings(small_plan(out_of_pocket_maximums=[shared | {"self_only_cap": False}])) == [
        ("aca_self_only_cap", "error", "/out_of_pocket_maximums/0/self_only_cap")
    ]
    embedded = shared | {"family_rule": "embedded", "self_only_cap": False}
    assert findings(small_plan(out_of_pocket_maximums=[embedded])) == []


def test_a_network_tier_without_an_out_of_pocket_maximum():
    assert findings(small_plan(out_of_pocket_maximums=[])) == [("no_out_of_pocket", "error", "/tiers/0")]
    coinsurance_only = [{"code": "main", "individual": 6_000, "family": 12_000, "counts": ["coinsurance"]}]
    assert findings(small_plan(out_of_pocket_maximums=coinsurance_only)) == [("no_out_of_pocket", "error", "/tiers/0")]


def test_cost_sharing_outside_the_maximum_is_a_warning():
    benefits = [GOOD[0], dict(GOOD[1]), GOOD[2]]
    benefits[1]["shares"] = {tier: share | {"outside_out_of_pocket": True} for tier, share in GOOD[1]["shares"].items()}
    assert findings(small_plan(benefits=benefits)) == [
        ("outside_out_of_pocket", "warning", "/benefits/1/shares/network")
    ]


def test_preventive_care_has_to_be_there_and_free_in_the_network():
    assert findings(small_plan(benefits=GOOD[1:])) == [("no_preventive", "error", "/benefits")]
    paid = benefit("well", ["A1-A4"], ["copay"], outside=["copay"], priority=20, **{"class": "preventive"})
    assert findings(small_plan(benefits=[paid, *GOOD[1:]])) == [
        ("aca_preventive", "error", "/benefits/0/shares/network")
    ]
    assert findings(small_plan(benefits=GOOD[1:], grandfathered=True)) == []


def test_only_a_medical_plan_is_held_to_the_medical_law():
    dental = small_plan(line="dental", benefits=GOOD[1:], out_of_pocket_maximums=[])
    assert findings(dental) == []
    assert findings(dental | {"hsa_qualified": True}) == [("hsa_not_medical", "error", "/hsa_qualified")]


@pytest.mark.parametrize(
    ("pays", "allowed"),
    [
        (["deductible", "coinsurance"], True),
        (["deductible", "copay"], True),
        (["deductible:main"], True),
        (["copay"], False),
        (["copay", "deductible", "coinsurance"], False),
        (["coinsurance"], False),
        ([], False),
    ],
)
def test_an_hsa_plan_pays_nothing_before_the_deductible(pays, allowed):
    document = with_benefits(benefit("drug", ["J*"], pays, priority=10), hsa_qualified=True)
    places = [("hdhp_before_deductible", "error", f"/benefits/3/shares/{tier}") for tier in ("network", "outside")]
    assert findings(document) == ([] if allowed else places)


def test_an_hsa_plan_has_no_first_visits_before_the_deductible():
    visits = benefit("visit3", ["C*"], SHARED, priority=10)
    for share in visits["shares"].values():
        share["first_visits"] = {"count": 3, "member_pays": ["copay"]}
        share["copay"] = 20
    assert {code for code, _, _ in findings(with_benefits(visits, hsa_qualified=True))} == {"hdhp_before_deductible"}
    assert findings(with_benefits(visits)) == []


@pytest.mark.parametrize(
    ("rule", "individual", "family", "expected"),
    [
        ("embedded", 3_400, 3_400, []),
        ("embedded", "3399.99", 3_400, ["/deductibles/0/individual"]),
        ("aggregate", 1_700, 3_400, []),
        ("aggregate", "1699.99", 3_400, ["/deductibles/0/individual"]),
        ("aggregate", 1_700, "3399.99", ["/deductibles/0/family"]),
        ("members", 3_400, None, []),
        ("members", "3399.99", None, ["/deductibles/0/individual"]),
    ],
)
def test_the_least_deductibles_of_an_hsa_plan_to_the_cent(rule, individual, family, expected):
    bucket = {"code": "main", "individual": individual, "family_rule": rule}
    bucket |= {"family_members": 2} if rule == "members" else {"family": family}
    found = findings(small_plan(hsa_qualified=True, deductibles=[bucket]))
    assert found == [("hdhp_deductible", "error", path) for path in expected]


@pytest.mark.parametrize(("alone", "expected"), [(1_700, []), ("1699.99", ["/deductibles/0/employee_only"])])
def test_the_employee_only_tier_of_an_hsa_plan_has_a_least_deductible_of_its_own(alone, expected):
    bucket = {"code": "main", "employee_only": alone, "individual": 3_400, "family": 3_400}
    found = findings(small_plan(hsa_qualified=True, deductibles=[bucket]))
    assert found == [("hdhp_deductible", "error", path) for path in expected]
    low = [{"code": "main", "employee_only": 8_501, "individual": 8_500, "family": 17_000}]
    found = findings(small_plan(hsa_qualified=True, out_of_pocket_maximums=low))
    assert found == [("hdhp_out_of_pocket", "error", "/out_of_pocket_maximums/0/employee_only")]


@pytest.mark.parametrize(
    ("individual", "family", "expected"),
    [
        (8_500, 17_000, []),
        ("8500.01", 17_000, ["/out_of_pocket_maximums/0/individual"]),
        (8_500, "17000.01", ["/out_of_pocket_maximums/0/family"]),
    ],
)
def test_the_lower_limit_of_an_hsa_plan_holds_to_the_cent(individual, family, expected):
    maximum = [{"code": "main", "individual": individual, "family": family}]
    found = findings(small_plan(hsa_qualified=True, out_of_pocket_maximums=maximum))
    assert found == [("hdhp_out_of_pocket", "error", path) for path in expected]


def test_errors_come_before_warnings():
    found = findings(small_plan(examples=[], benefits=GOOD[1:]))
    assert [severity for _, severity, _ in found] == ["error", "warning"]
