"""The sample designs: nothing speaks against them, their examples come out, and a wrong answer would be noticed."""

import tomllib
from datetime import date
from importlib.resources import files

import pytest

from tpa.engine.adjudication.examples.play import findings_of
from tpa.engine.plan.parse import parse_plan

TEMPLATES = sorted(file.name for file in files("tpa.books.plans").joinpath("templates").iterdir())
MONEY = ("allowed", "paid", "member", "deductible", "copay", "coinsurance")


def template(name):
    return tomllib.loads(files("tpa.books.plans").joinpath("templates", name).read_text())


def answers(document):
    """Every table `expect` of the document's examples, with its path."""
    for n, example in enumerate(document["examples"]):
        for m, claim in enumerate(example["claims"]):
            path = f"/examples/{n}/claims/{m}"
            if "expect" in claim:
                yield f"{path}/expect", claim["expect"]
            for k, line in enumerate(claim["lines"]):
                if "expect" in line:
                    yield f"{path}/lines/{k}/expect", line["expect"]


def test_there_are_the_five_designs():
    assert TEMPLATES == ["dental.toml", "hdhp_aggregate.toml", "hdhp_embedded.toml", "ppo.toml", "vision.toml"]


@pytest.mark.parametrize("name", TEMPLATES)
@pytest.mark.parametrize("year", [2025, 2026])
def test_nothing_speaks_against_a_design(name, year):
    document = template(name)
    assert sum(1 for _ in answers(document)) >= 4
    terms = parse_plan(document)
    if year == 2025 and name == "hdhp_aggregate.toml":
        document["examples"] = document["examples"][:2]  # the third example's answer is the law's figure of 2026
        terms = parse_plan(document)
    assert findings_of(terms, date(year, 1, 1)) == []


@pytest.mark.parametrize("name", TEMPLATES)
def test_each_answer_wrong_by_a_cent_is_noticed(name):
    document = template(name)
    changed = []
    for path, expect in answers(document):
        for key in MONEY:
            if key in expect:
                expect[key] = f"{expect[key]}.01"
                changed.append(f"{path}/{key}")
    found = findings_of(parse_plan(document), date(2026, 1, 1))
    assert sorted(one.path for one in found if one.code == "example") == sorted(changed)
    assert len(found) == len(changed) > 5
