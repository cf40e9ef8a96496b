"""Seeded plans and years of claims, as documents of the plan language and of the case format."""

from datetime import date, timedelta
from random import Random
from typing import Any

Table = dict[str, Any]
CODES = {"visit": ["99213", "99214"], "test": ["80053", "80061"], "therapy": ["97110", "97140"], "surgery": ["27447"]}
PRICES = {"99213": 120, "99214": "180.55", "80053": "14.21", "80061": 33, "97110": "61.07", "97140": 58, "27447": 9_000}
_WAYS = (
    [],
    ["copay"],
    ["coinsurance"],
    ["deductible"],
    ["deductible", "coinsurance"],
    ["deductible", "copay"],
    ["copay", "deductible", "coinsurance"],
    ["copay", "coinsurance"],
)


def some_plan(chance: Random) -> Table:
    """A medical plan with a network and without, of any of the ways to share cost."""
    benefits = [_benefit(chance, name, codes) for name, codes in CODES.items()]
    plan: Table = {
        "name": "Seeded",
        "line": "medical",
        "year_starts_month": chance.choice((1, 1, 7)),
        "unlisted": chance.choice(("deny", "pend")),
        "tiers": _tiers(chance),
        "deductibles": _deductibles(chance),
        "out_of_pocket_maximums": _maximums(chance),
        "benefits": benefits,
        "limits": _limits(chance),
    }
    if chance.random() < 0.3:
        plan["timely_filing_months"] = chance.choice((3, 6, 12))
    if chance.random() < 0.5:
        plan["dependent_age_limit"] = 26
    if chance.random() < 0.2:
        plan["review_over"] = 5_000
    if chance.random() < 0.3:
        plan["review_rules"] = [_review_rule(chance)]
    plan["sanctioned_providers"] = chance.choice(("pend", "deny", "pay"))
    plan["assignment_of_benefits"] = chance.choice(("honoured", "network_only"))
    return plan


def _review_rule(chance: Random) -> Table:
    amount = chance.choice(("charge", "allowed", "deductible", "copay", "coinsurance", "member", "paid"))
    rule: Table = {"code": "own_rule", "amount": amount, "is": chance.choice(("above", "at_least")), "than": "310.50"}
    if chance.random() < 0.5:
        rule = rule | {"is": chance.choice(("at_most", "below", "equal")), "than": chance.choice((5, "25.50", 0))}
    return rule | {"of": chance.choice(("line", "claim")), "benefits": chance.choice((["visit"], ["visit", "test"]))}


def _tiers(chance: Random) -> list[Table]:
    outside = chance.choice(({"method": "percent_of_charge", "percent": "60%"}, {"method": "price_list"}))
    return [
        {"name": "network", "network": True, "prices": [{"method": "repriced"}, {"method": "price_list"}]},
        {"name": "outside", "network": False, "prices": [outside], "excess": chance.choice(("member", "write_off"))},
    ]


def _bucket(chance: Random, code: str, tiers: list[str], individual: int) -> Table:
    bucket: Table = {"code": code, "tiers": tiers, "individual": individual}
    rule = chance.choice(("embedded", "embedded", "aggregate", "members", "alone"))
    if rule == "members":
        bucket |= {"family_rule": rule, "family_members": 2}
    elif rule != "alone":
        bucket |= {"family_rule": rule, "family": individual * chance.choice((2, 3))}
    return bucket


def _deductibles(chance: Random) -> list[Table]:
    if chance.random() < 0.15:
        return []
    apart = chance.random() < 0.6
    found = [
        _bucket(chance, "network", ["network"] if apart else ["network", "outside"], chance.choice((100, 500, 1500)))
    ]
    if apart:
        found.append(_bucket(chance, "outside", ["outside"], chance.choice((300, 2000))))
        for one, other in ((0, "outside"), (1, "network")):
            if chance.random() < 0.4:
                found[one]["fed_by"] = [*found[one]["tiers"], other]
    for one in found:
        if chance.random() < 0.4:
            how = chance.choice(({"months": 3}, {"days": 90}))
            one["carry_over"] = how | ({"even_if_met": True} if chance.random() < 0.5 else {})
    return found


def _maximums(chance: Random) -> list[Table]:
    found = [_bucket(chance, "network", ["network"], chance.choice((1500, 4000, 12_000)))]
    if chance.random() < 0.5:
        found.append(_bucket(chance, "outside", ["outside"], chance.choice((2500, 9000))))
        if chance.random() < 0.5:
            found[0]["fed_by"] = ["network", "outside"]
    if chance.random() < 0.3:
        found.append(_bucket(chance, "coinsurance", ["network", "outside"], 800) | {"counts": ["coinsurance"]})
    if chance.random() < 0.3:
        found.append(_bucket(chance, "copay", ["network"], 150) | {"counts": ["copay"]})
    return found


def _benefit(chance: Random, name: str, codes: list[str]) -> Table:
    benefit: Table = {"code": name, "match": {"codes": codes}}
    if chance.random() < 0.05:
        return benefit | {"covered": False}
    if chance.random() < 0.1:
        benefit["match"]["age_to"] = 40
    benefit["shares"] = {"network": _share(chance, name), "outside": _share(chance, name)}
    return benefit


def _share(chance: Random, name: str) -> Table:
    share: Table = {"member_pays": chance.choice(_WAYS), "copay": chance.choice((10, "25.50", 40))}
    share["coinsurance"] = chance.choice(("10%", "20%", "37.5%", "50%"))
    if chance.random() < 0.2:
        share["copay_per"] = chance.choice(("line", "unit", "day"))
    if chance.random() < 0.15:
        share["outside_out_of_pocket"] = chance.choice((True, ["copay"], ["coinsurance"]))
    if chance.random() < 0.15:
        share |= {"coinsurance_least": 5, "coinsurance_most": 75}
    if name == "visit" and chance.random() < 0.3:
        share["first_visits"] = {"count": 2, "counter": "visits", "member_pays": chance.choice(_WAYS)}
    asked = {*share["member_pays"], *share.get("first_visits", {}).get("member_pays", [])}
    needless = {"copay", "copay_per"} if "copay" not in asked else set()
    needless |= {"coinsurance", "coinsurance_least", "coinsurance_most"} if "coinsurance" not in asked else set()
    return {key: value for key, value in share.items() if key not in needless}


def _limits(chance: Random) -> list[Table]:
    kinds = (
        {"measure": "visits", "most": 3},
        {"measure": "days", "most": 4},
        {"measure": "units", "most": 5},
        {"measure": "allowed", "most": 300},
        {"measure": "paid", "most": 2_000},
    )
    found = []
    for number, kind in enumerate(chance.sample(kinds, chance.choice((0, 1, 1, 2)))):
        limit = {"code": f"limit{number}", **kind}
        if kind["measure"] != "paid":
            limit["benefits"] = chance.choice((["therapy"], ["visit", "test"]))
        limit |= chance.choice(
            ({}, {"period": "calendar_year"}, {"period": "rolling", "months": 2}, {"period": "lifetime"})
        )
        if chance.random() < 0.2:
            limit["per"] = "family"
        found.append(limit)
    return found


def some_case(chance: Random, claims_count: int) -> Table:
    """A family and its claims over a year and a half."""
    people = [
        {"name": "anna", "birth_on": date(1985, 4, 17)},
        {"name": "ben", "relationship": "spouse", "birth_on": date(1983, 2, 2)},
        {"name": "carl", "relationship": "child", "birth_on": date(2000, 3, 31)},
    ][: chance.choice((1, 2, 3))]
    if chance.random() < 0.2:
        people[-1]["pay_to"] = "Somebody else"
        people[-1]["covered"] = {"starts_on": date(2025, 2, 1), "ends_before": date(2026, 2, 1)}
    if chance.random() < 0.1:
        people[0]["paid_until"] = date(2026, 3, 1)
    claims = []
    for number in range(claims_count):
        on = date(2025, 1, 1) + timedelta(days=number * 540 // claims_count + chance.randrange(5))
        claims.append(
            {
                "person": chance.choice(people)["name"],
                "on": on,
                "received_on": on + timedelta(days=chance.choice((0, 5, 40, 200))),
                "provider": chance.choice(("east", "west")),
                "lines": [_line(chance) for _ in range(chance.choice((1, 2, 3)))],
                **chance.choice(({"network": "network"}, {"network": "network"}, {})),
                **({"sanction": "LEIE"} if chance.random() < 0.05 else {}),
                **({"assigned": False} if chance.random() < 0.2 else {}),
            }
        )
    return {"name": "Seeded", "people": people, "prices": PRICES, "claims": claims}


def _line(chance: Random) -> Table:
    code = chance.choice(["99999", *(code for codes in CODES.values() for code in codes for _ in range(4))])
    line = {"code": code, "charge": f"{chance.randrange(1_000, 40_000) / 100:.2f}"}
    if code == "27447":
        line["charge"] = chance.choice((8_000, 12_000))
    if chance.random() < 0.2:
        line["units"] = chance.choice((2, 3))
    if chance.random() < 0.1:
        line["repriced"] = "77.77"
    return line
