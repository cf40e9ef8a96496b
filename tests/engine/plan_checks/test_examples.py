"""A plan's own example claims: every kind of answer is compared, every fault is named with its place."""

from datetime import date

import pytest

from tests.engine.plan_checks.documents import small_plan
from tpa.engine.adjudication.examples.play import findings_of, run_examples
from tpa.engine.plan.parse import parse_plan


def told(example, **changes):
    """What the example run says: path and message."""
    return [(one.path, one.message) for one in run_examples(parse_plan(small_plan(examples=[example], **changes)))]


def example(lines, **more):
    claim = {"on": "2026-01-05", "network": "network", "lines": lines}
    return {"name": "E", "prices": {"B1": 100, "A1": 50}, "claims": [claim | more.pop("claim", {})], **more}


VISIT = {"code": "B1", "charge": 120}


def test_a_right_answer_of_every_kind_says_nothing():
    line = VISIT | {
        "expect": {
            "allowed": 100,
            "paid": 0,
            "member": 100,
            "deductible": 100,
            "copay": 0,
            "coinsurance": 0,
            "denied": False,
            "benefit": "visit",
            "moves": ["CO-45 20.00", "PR-1 100.00"],
        }
    }
    whole = {"allowed": 100, "paid": 0, "member": 100, "deductible": 100, "outcome": "paid"}
    used = {"employee": {"deductible.main": 100, "oop.main": 100}, "family": {"deductible.main": 100}}
    assert told(example([line], claim={"expect": whole}, expect_used=used)) == []


@pytest.mark.parametrize(
    ("key", "value", "message"),
    [
        ("paid", "0.01", "expected 0.01, decided 0.00"),
        ("deductible", 99, "expected 99.00, decided 100.00"),
        ("denied", True, "expected true, decided false"),
        ("benefit", "well", "expected well, decided visit"),
        ("moves", ["PR-1 100.00"], "expected PR-1 100.00, decided CO-45 20.00, PR-1 100.00"),
    ],
)
def test_a_wrong_answer_of_a_line_shows_the_moves(key, value, message):
    (found,) = told(example([VISIT | {"expect": {key: value}}]))
    assert found == (
        f"/examples/0/claims/0/lines/0/expect/{key}",
        f"Example 'E': {message}. Moves: CO-45 20.00, PR-1 100.00.",
    )


def test_a_wrong_answer_of_the_claim_and_of_what_was_used():
    wrong = example([VISIT], claim={"expect": {"outcome": "denied"}}, expect_used={"employee": {"deductible.main": 99}})
    assert told(wrong) == [
        ("/examples/0/claims/0/expect/outcome", "Example 'E': expected denied, decided paid."),
        ("/examples/0/expect_used/employee/deductible.main", "Example 'E': expected 99.00, decided 100.00."),
    ]


def test_what_was_used_before_counts():
    used = {"employee": {"deductible.main": "3450.00"}}
    line = VISIT | {"expect": {"deductible": 50, "coinsurance": 10, "paid": 40}}
    assert told(example([line], used=used)) == []


def test_a_claim_that_waits_is_an_answer_too():
    unpriced = {"code": "B2", "charge": 120}
    assert told(example([unpriced], claim={"expect": {"outcome": "pended"}})) == []
    ((path, message),) = told(example([unpriced], claim={"expect": {"outcome": "paid"}}))
    assert path == "/examples/0/claims/0/expect/outcome"
    assert message.startswith("Example 'E': expected paid, decided pended.")
    ((path, message),) = told(example([unpriced], claim={"expect": {"pends": ["accident"]}}))
    assert (path, message.startswith("Example 'E': expected accident, decided ")) == (
        "/examples/0/claims/0/expect/pends",
        True,
    )


@pytest.mark.parametrize(
    ("bent", "path"),
    [
        (example([VISIT | {"expect": {"payed": 1}}]), "/claims/0/lines/0/expect/payed"),
        (example([VISIT | {"chrage": 1}]), "/claims/0/lines/0/chrage"),
        (example([{"code": "B1"}]), "/claims/0/lines/0/charge"),
        (example([VISIT], claim={"on": "2026-02-30"}), "/claims/0/on"),
        (example([VISIT], claim={"network": "outside"}), "/claims/0/network"),
        (example([VISIT], claim={"person": "bob"}), "/claims/0/person"),
        (example([]), "/claims/0/lines"),
        ({"name": "E"}, "/claims"),
        (example([VISIT], used={"bob": {}}), "/used/bob"),
        (example([VISIT], used={"employee": {"deductible.other": 1}}), "/used/employee/deductible.other"),
        (example([VISIT], people=[{"name": "a"}, {"name": "a"}]), "/people/1/name"),
        (example([VISIT], prices={"B1": "x"}), "/prices/B1"),
        (example([VISIT], story="x"), "/story"),
    ],
)
def test_an_example_that_cannot_be_read_is_named_with_its_place(bent, path):
    (found,) = findings_of(parse_plan(small_plan(examples=[bent])), date(2026, 1, 1))
    assert (found.code, found.severity, found.path) == ("example_format", "error", f"/examples/0{path}")


def test_a_pricing_method_that_does_not_exist_is_a_finding():
    tiers = small_plan()["tiers"]
    bent = [dict(tiers[0], prices=[{"method": "magic"}]), tiers[1]]
    (found,) = findings_of(parse_plan(small_plan(tiers=bent)), date(2026, 1, 1))
    assert (found.code, found.path) == ("pricing", "/tiers/0/prices/0/method")
