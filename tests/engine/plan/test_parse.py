"""Reading a plan document: exact amounts and rates, and every fault told with its path."""

import copy
import json
from typing import Any

import pytest

from tpa.engine.plan import PlanError, parse_plan, read_toml
from tpa.engine.plan.terms import Excess, FamilyRule, Measure, Period, Screen, Unlisted
from tpa.engine.plan.terms_values import fits
from tpa.kernel.document import DocumentError

TEXT = """
name = "Gold"
line = "medical"
year_starts_month = 7
timely_filing_months = 12
appeal_levels = 2
dependent_age_limit = 26
review_over = "50000.00"
unlisted = "pend"
other_party = { accident = "pay" }
tiers = [
    { name = "in", label = "Network", network = true, prices = [{ method = "price_list" }] },
    { name = "out", network = false, lesser_of_billed = false, prices = [{ method = "percent_of_charge", percent = "60%" }] },
]
deductibles = [{ code = "main", tiers = ["in"], fed_by = ["in", "out"], individual = 500.50, family = "1001", clause = "4.1" }]
out_of_pocket_maximums = [
    { code = "main", individual = 5000, family_rule = "members", family_members = 2 },
    { code = "rate", counts = ["coinsurance"], individual = 900 },
]
limits = [
    { code = "therapy", measure = "units", most = 30, benefits = ["visit"], period = "rolling", months = 24 },
    { code = "annual", measure = "paid", most = 2000, per = "family", classes = ["basic"] },
]
[[benefits]]
code = "visit"
class = "basic"
match = { codes = ["99202-99215"], diagnoses = ["E11.9"], age_to = 17 }
copay_group = "office"
[benefits.shares.in]
member_pays = ["deductible", "copay"]
copay = 30
first_visits = { count = 3, member_pays = ["copay"] }
[benefits.shares.all]
member_pays = ["deductible:main", "coinsurance"]
coinsurance = "12.5%"
[[benefits]]
code = "cosmetic"
covered = false
"""
DOCUMENT = read_toml(TEXT)


def test_a_document_and_its_terms() -> None:
    terms = parse_plan(DOCUMENT)
    assert (terms.name, terms.line, terms.year_starts_month, terms.unlisted) == ("Gold", "medical", 7, Unlisted.PEND)
    assert terms.appeal_levels == 2
    assert (terms.review_over_cents, terms.timely_filing_months, terms.dependent_age_limit) == (50000_00, 12, 26)
    assert (terms.other_party.accident, terms.other_party.other_coverage) == (Screen.PAY, Screen.PEND)
    inside, outside = terms.tiers
    assert (inside.label, inside.excess, inside.lesser_of_billed) == ("Network", Excess.WRITE_OFF, True)
    assert (outside.label, outside.excess, outside.lesser_of_billed) == ("out", Excess.MEMBER, False)
    assert outside.prices[0].settings == {"percent": "60%"}
    (deductible,) = terms.deductibles
    assert (deductible.individual_cents, deductible.family_cents, deductible.clause) == (500_50, 1001_00, "4.1")
    assert (deductible.tiers, deductible.fed_by, deductible.family_rule) == (
        ("in",),
        ("in", "out"),
        FamilyRule.EMBEDDED,
    )
    assert [one.self_only_cap for one in terms.out_of_pockets] == [True, False]
    therapy, annual = terms.limits
    assert (therapy.most, therapy.period, therapy.months) == (30_000, Period.ROLLING, 24)
    assert (annual.measure, annual.most, annual.per_family, annual.classes) == (Measure.PAID, 2000_00, True, ("basic",))
    visit, cosmetic = terms.benefits
    assert (visit.priority, visit.match.diagnoses, visit.copay_group) == (3, ("E119",), "office")
    first = visit.shares["in"].first_visits
    assert first is not None
    assert (first.count, first.counter, first.way.member_pays) == (3, "visit", ("copay",))
    assert (visit.shares["out"].way.coinsurance_bp, visit.shares["out"].clause) == (1250, "/benefits/0/shares/all")
    assert not any(share.covered for share in cosmetic.shares.values())


def test_a_document_of_json_is_the_same_plan() -> None:
    as_json = json.loads(json.dumps(DOCUMENT, default=str))
    assert parse_plan(as_json) == parse_plan(DOCUMENT)


ALONE = {"code": "main", "employee_only": 300, "individual": 500, "family": 1000}


def put(path: str, value: Any) -> dict[str, Any]:
    """The document with another value at a path; None takes the key away."""
    document = copy.deepcopy(DOCUMENT)
    at: Any = document
    *parents, last = [int(one) if one.isdigit() else one for one in path.strip("/").split("/")]
    for one in parents:
        at = at[one]
    if value is None:
        del at[last]
    else:
        at[last] = value
    return document


@pytest.mark.parametrize(
    ("path", "value", "where"),
    [
        ("/surprise", 1, "/surprise"),
        ("/name", None, "/name"),
        ("/name", "  ", "/name"),
        ("/line", "life", "/line"),
        ("/year_starts_month", 13, "/year_starts_month"),
        ("/appeal_levels", 3, "/appeal_levels"),
        ("/timely_filing_months", 0, "/timely_filing_months"),
        ("/grandfathered", "yes", "/grandfathered"),
        ("/review_over", -1, "/review_over"),
        ("/other_party", {"accident": "ask"}, "/other_party/accident"),
        ("/other_party", {"accidents": "pay"}, "/other_party/accidents"),
        ("/tiers", [], "/tiers"),
        ("/tiers", {}, "/tiers"),
        ("/tiers/0/name", "all", "/tiers/0/name"),
        ("/tiers/0/name", "In Network", "/tiers/0/name"),
        ("/tiers/0/network", None, "/tiers/0/network"),
        ("/tiers/0/prices", [], "/tiers/0/prices"),
        ("/tiers/0/prices/0/method", None, "/tiers/0/prices/0/method"),
        ("/tiers/0/excess", "nobody", "/tiers/0/excess"),
        ("/tiers/1/name", "in", "/tiers/1"),
        ("/deductibles/0/individual", None, None),
        ("/deductibles/0/individual", "12,50", "/deductibles/0/individual"),
        ("/deductibles/0/employee_only", "12,50", "/deductibles/0/employee_only"),
        ("/deductibles/0", ALONE | {"family_rule": "aggregate"}, "/deductibles/0/employee_only"),
        ("/deductibles/0", ALONE | {"carry_over": {"months": 3}}, "/deductibles/0/carry_over"),
        ("/deductibles/0/individual", "1.005", "/deductibles/0/individual"),
        ("/deductibles/0/individual", True, "/deductibles/0/individual"),
        ("/deductibles/0/individual", 500.5, "/deductibles/0/individual"),
        ("/deductibles/0/family_rule", "members", "/deductibles/0/family"),
        ("/deductibles/0/tiers", ["inn"], "/deductibles/0/tiers/0"),
        ("/deductibles/0/tiers", ["in", "in"], "/deductibles/0/tiers/1"),
        ("/deductibles/0/carry_over", {}, "/deductibles/0/carry_over"),
        ("/deductibles/0/carry_over", {"months": 3, "days": 90}, "/deductibles/0/carry_over"),
        ("/deductibles/0/period", "month", "/deductibles/0/period"),
        ("/out_of_pocket_maximums/0/family_members", None, "/out_of_pocket_maximums/0/family_members"),
        ("/out_of_pocket_maximums/0/individual", None, "/out_of_pocket_maximums/0/individual"),
        ("/out_of_pocket_maximums/1/counts", ["penalty"], "/out_of_pocket_maximums/1/counts/0"),
        ("/out_of_pocket_maximums/1/code", "main", "/out_of_pocket_maximums/1"),
        ("/limits/0/months", None, "/limits/0/months"),
        ("/limits/0/measure", "money", "/limits/0/measure"),
        ("/limits/0/most", "30", "/limits/0/most"),
        ("/limits/0/benefits", ["visits"], "/limits/0/benefits/0"),
        ("/limits/1/classes", ["major"], "/limits/1/classes/0"),
        ("/limits/1/months", 3, "/limits/1/months"),
        ("/benefits", [], None),
        ("/benefits/0/code", "VISIT", "/benefits/0/code"),
        ("/benefits/1/code", "visit", "/benefits/1"),
        ("/benefits/0/priority", 1001, "/benefits/0/priority"),
        ("/benefits/0/match/code", ["1"], "/benefits/0/match/code"),
        ("/benefits/0/match/codes", ["99215-99202"], "/benefits/0/match/codes/0"),
        ("/benefits/0/match/codes", ["9920-99215"], "/benefits/0/match/codes/0"),
        ("/benefits/0/match/codes", ["99202..99215"], "/benefits/0/match/codes/0"),
        ("/benefits/0/match/forms", ["P"], "/benefits/0/match/forms/0"),
        ("/benefits/0/shares/all", None, "/benefits/0/shares/out"),
        ("/benefits/0/shares/ppo", {}, "/benefits/0/shares/ppo"),
        ("/benefits/0/shares/in/copay", None, "/benefits/0/shares/in/copay"),
        ("/benefits/0/shares/in/coinsurance", "10%", "/benefits/0/shares/in/coinsurance"),
        ("/benefits/0/shares/in/member_pays", ["penalty"], "/benefits/0/shares/in/member_pays/0"),
        ("/benefits/0/shares/in/member_pays", ["deductible:rx"], "/benefits/0/shares/in/member_pays/0"),
        ("/benefits/0/shares/in/first_visits/count", 0, "/benefits/0/shares/in/first_visits/count"),
        ("/benefits/0/shares/all/coinsurance", "0.2", "/benefits/0/shares/all/coinsurance"),
        ("/benefits/0/shares/all/coinsurance", "101%", "/benefits/0/shares/all/coinsurance"),
        ("/benefits/0/shares/all/coinsurance", "12.555%", "/benefits/0/shares/all/coinsurance"),
        ("/benefits/1/shares", {}, "/benefits/1/shares"),
    ],
)
def test_a_fault_is_told_with_its_path(path: str, value: Any, where: str | None) -> None:
    document = put(path, value)
    if where is None:
        # Allowed: a family figure alone; and without benefits the limits that name them are at fault.
        if path == "/benefits":
            with pytest.raises(PlanError):
                parse_plan(document)
        else:
            assert parse_plan(document).deductibles[0].individual_cents is None
        return
    with pytest.raises(PlanError) as caught:
        parse_plan(document)
    assert where in [fault.where for fault in caught.value.faults]


def test_all_faulty_tables_are_told_at_once() -> None:
    document = put("/deductibles/0/individual", "x")
    document["tiers"][0]["nam"] = "y"
    document["line"] = "life"
    document["benefits"][0]["shares"]["in"]["copay"] = []
    with pytest.raises(PlanError) as caught:
        parse_plan(document)
    told = [fault.where for fault in caught.value.faults]
    assert {"/tiers/0/nam", "/line"} <= set(told)
    assert len(told) >= 4
    assert str(caught.value).count("\n") == len(told) - 1


@pytest.mark.parametrize("document", [[], "plan", None, 1])
def test_what_is_no_table_is_no_plan(document: Any) -> None:
    with pytest.raises(PlanError):
        parse_plan(document)


def test_a_text_that_is_no_toml_says_where() -> None:
    with pytest.raises(DocumentError, match="line 2"):
        read_toml('name = "x"\nline = medical\n')


@pytest.mark.parametrize(
    ("written", "cents"), [(0, 0), (1500, 1500_00), ("1500", 1500_00), ("1500.5", 1500_50), (".05", 5), ("0.050", 5)]
)
def test_an_amount_is_exact(written: Any, cents: int) -> None:
    assert parse_plan(put("/deductibles/0/individual", written)).deductibles[0].individual_cents == cents


@pytest.mark.parametrize(
    ("written", "rate_bp"), [("20%", 2000), (20, 2000), ("0.5%", 50), ("12.25 %", 1225), (0, 0), ("100%", 10000)]
)
def test_a_rate_is_exact(written: Any, rate_bp: int) -> None:
    document = put("/benefits/0/shares/all/coinsurance", written)
    assert parse_plan(document).benefits[0].shares["out"].way.coinsurance_bp == rate_bp


@pytest.mark.parametrize(
    ("pattern", "code", "meant"),
    [
        ("99213", "99213", True),
        ("99213", "992133", False),
        ("99202-99215", "99202", True),
        ("99202-99215", "99215", True),
        ("99202-99215", "99216", False),
        ("99202-99215", "9920", False),
        ("D0100-D0999", "D1000", False),
        ("Z00-Z13", "Z139", True),
        ("Z00-Z13", "Z14", False),
        ("D1*", "D1110", True),
        ("D1*", "D2110", False),
        ("D1*", "", False),
    ],
)
def test_a_pattern_means_a_code(pattern: str, code: str, meant: bool) -> None:
    assert fits(pattern, code) is meant
