"""A small plan without any finding, to be bent in each test."""

from datetime import date

from tpa.engine.plan.checks import check_plan
from tpa.engine.plan.parse import parse_plan

NEW_YEAR = date(2026, 1, 1)


def small_plan(**changes):
    """The document, with top-level keys replaced."""
    document = {
        "name": "Small",
        "line": "medical",
        "tiers": [
            {"name": "network", "network": True, "prices": [{"method": "price_list"}]},
            {"name": "outside", "network": False, "prices": [{"method": "percent_of_charge", "percent": "60%"}]},
        ],
        "deductibles": [{"code": "main", "individual": 3_500, "family": 7_000}],
        "out_of_pocket_maximums": [{"code": "main", "individual": 6_000, "family": 12_000}],
        "benefits": [
            benefit("well", ["A1-A4"], [], priority=20, **{"class": "preventive"}),
            benefit("visit", ["B*"], ["deductible", "coinsurance"], priority=10),
            benefit("rest", None, ["deductible", "coinsurance"], priority=0),
        ],
        "examples": [{"name": "one", "claims": [{"on": "2026-01-05", "lines": [{"code": "B1", "charge": 10}]}]}],
    }
    return document | changes


def benefit(code, codes, pays, *, outside=None, **more):
    def share(steps):
        return {"member_pays": steps, "copay": 20, "coinsurance": "20%"}

    found = {"code": code, **more}
    if codes:
        found["match"] = {"codes": codes}
    steps = {"network": pays, "outside": pays if outside is None else outside}
    found["shares"] = {tier: _read_only(share(pay)) for tier, pay in steps.items()}
    return found


def _read_only(share):
    """A share without the figures that its steps do not read."""
    return {key: value for key, value in share.items() if key == "member_pays" or key in share["member_pays"]}


def findings(document, effective_on=NEW_YEAR):
    """Code, severity and path of everything that the checks say."""
    return [(one.code, one.severity, one.path) for one in check_plan(parse_plan(document), effective_on)]
