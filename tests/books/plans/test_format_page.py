"""The page that documents the plan format is whole: every key is on it, every example on it parses and comes out."""

import ast
import re
import tomllib
from datetime import date
from enum import StrEnum
from importlib import import_module
from pathlib import Path

import pytest

from tpa.engine.accumulators import counter
from tpa.engine.adjudication.examples import dental, expect, read
from tpa.engine.adjudication.examples.play import findings_of
from tpa.engine.plan import checks_law, checks_structure, parse
from tpa.engine.plan.parse import parse_plan
from tpa.engine.pricing.order import METHODS

PAGE = Path(parse.__file__).parents[2] / "books" / "plans" / "README.md"
TEXT = PAGE.read_text(encoding="utf-8")
BLOCKS = re.findall(r"```toml\n(.*?)```", TEXT, re.DOTALL)
MARKED = set(re.findall(r"`([^`\n]+)`", TEXT))
READERS = frozenset(
    {"text", "flag", "whole", "cents", "rate_bp", "day", "span", "choice", "texts"}
    | {"section", "sections", "value", "each"}
)
HELPERS = {"amount": 1, "percent_bp": 1, "patterns": 1, "code": 1, "read_used": 1, "earlier_claim": 1}
WORDS = {word for mark in MARKED for word in re.findall(r"[a-z_0-9]+", mark)}


def keys_read_by(path):
    """Every literal key that a module reads from a document."""
    found = set()
    for node in ast.walk(ast.parse(Path(path).read_text(encoding="utf-8"))):
        if not isinstance(node, ast.Call):
            continue
        if isinstance(node.func, ast.Attribute):
            arguments = node.args[:1] if node.func.attr in READERS else []
        else:
            place = HELPERS.get(getattr(node.func, "id", ""), len(node.args))
            arguments = node.args[place : place + 1]
        found |= {one.value for one in arguments if isinstance(one, ast.Constant) and isinstance(one.value, str)}
    return found


HERE = Path(parse.__file__).parent
PARSERS = sorted(HERE.glob("parse*.py"))
METHOD_FILES = sorted((Path(parse.__file__).parents[1] / "pricing" / "methods").glob("[a-z]*.py"))


@pytest.mark.parametrize(
    "path",
    [
        *PARSERS,
        *(one.__file__ for one in (read, dental, expect)),
        *METHOD_FILES,
    ],
    ids=lambda path: Path(path).stem,
)
def test_every_key_is_on_the_page(path):
    assert sorted(keys_read_by(path) - WORDS) == []


def test_the_keys_are_really_found():
    found = {key for path in PARSERS for key in keys_read_by(path)}
    assert {"name", "tiers", "family_rule", "member_pays", "first_visits", "coinsurance", "match"} <= found
    assert len(found) > 55


def test_every_word_that_a_key_may_have_is_on_the_page():
    modules = [import_module(f"tpa.engine.plan.{path.stem}") for path in HERE.glob("terms*.py")]
    enums = {
        one
        for module in modules
        for one in vars(module).values()
        if isinstance(one, type) and issubclass(one, StrEnum) and one is not StrEnum
    }
    words = {str(member) for one in enums for member in one} | {*parse.FORMS, *parse.PARTS, *parse.LINES}
    assert sorted(words - WORDS) == []
    assert sorted(set(METHODS) - MARKED) == []


def test_every_finding_is_on_the_page():
    codes = set()
    for module in (checks_structure, checks_law):
        codes |= set(re.findall(r'Finding\(\s*"([a-z_]+)"', Path(module.__file__).read_text(encoding="utf-8")))
    codes |= {"aca_out_of_pocket", "hdhp_out_of_pocket", "pricing", "example", "example_format"}
    assert len(codes) > 15
    assert sorted(codes - MARKED) == []


def test_the_page_opens_with_a_whole_plan_that_has_nothing_against_it():
    assert findings_of(parse_plan(tomllib.loads(BLOCKS[0])), date(2026, 1, 1)) == []


@pytest.mark.parametrize("block", range(1, len(BLOCKS)))
def test_each_example_of_the_page_parses_in_place_of_the_whole_plans_part(block):
    part = tomllib.loads(BLOCKS[block])
    whole = tomllib.loads(BLOCKS[0])
    document = whole | part
    if "examples" not in part:
        del document["examples"]
    found = findings_of(parse_plan(document), date(2026, 1, 1))
    assert [one for one in found if one.code in ("pricing", "example", "example_format")] == []


def test_there_are_examples_of_every_part():
    parts = {key for block in BLOCKS[1:] for key in tomllib.loads(block)}
    assert {"tiers", "deductibles", "out_of_pocket_maximums", "benefits", "limits", "examples", "other_party"} <= parts


def test_the_ways_of_naming_what_was_used_are_those_of_the_counters():
    source = Path(counter.__file__).read_text(encoding="utf-8")
    for kind in ("deductible.", "oop.", "limit."):
        assert f":{kind}" in source
        assert f'"{kind}code"' in TEXT
