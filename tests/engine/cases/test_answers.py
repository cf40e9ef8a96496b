"""Answers of questions: how each kind is compared with what a case expects, and how it is told."""

from datetime import date
from fractions import Fraction

import pytest

from tpa.engine.cases.question import Answer, Kind, Number, Percent, plain, read_question, shown
from tpa.kernel.document import DocumentError, Section

FOUND: dict[str, Answer] = {
    "rate": Percent(Fraction(1, 8)),
    "third": Percent(Fraction(1, 3)),
    "factor": Number(Fraction(21, 20)),
    "on": date(2026, 3, 1),
    "charges": {"Administration": 131_200, "Minimum": -5},
    "total": 131_195,
}


def differences(**expect: object) -> list[tuple[str, str]]:
    row = Section({"name": "x", "expect": expect}, "/kind/0")
    return read_question("f", "Own", Kind("x", lambda _: FOUND), row).differences()


@pytest.mark.parametrize(
    "expect",
    [
        {"rate": "12.5%"},
        {"rate": "12.50%"},
        {"third": "33%"},
        {"third": "33.3333 %"},
        {"factor": "1.05"},
        {"factor": 1},
        {"on": "2026-03-01"},
        {"charges": {"Administration": 1312}},
        {"charges": {"Administration": "1312.00", "Minimum": "-0.05"}},
    ],
)
def test_an_answer_that_agrees(expect: dict[str, object]) -> None:
    assert differences(**expect) == []


@pytest.mark.parametrize(
    ("expect", "told"),
    [
        ({"rate": "12.4%"}, "expected 12.4%, found 12.5000%"),
        ({"third": "33.4%"}, "expected 33.4%, found 33.3333%"),
        ({"factor": "1.06"}, "expected 1.06, found 1.0500"),
        ({"on": "2026-03-02"}, "expected 2026-03-02, found 2026-03-01"),
        (
            {"charges": {"Minimum": 0}},
            "expected Minimum 0.00, found Administration 1312.00, Minimum -0.05",
        ),
        ({"charges": {"Other": 1}}, "expected Other 1.00, found Administration 1312.00, Minimum -0.05"),
    ],
)
def test_an_answer_that_differs_is_told(expect: dict[str, object], told: str) -> None:
    (key,) = expect
    assert differences(**expect) == [(f"/kind/0/expect/{key}", told)]


@pytest.mark.parametrize(
    "expect", [{"rate": "0.125"}, {"rate": 12}, {"factor": "5%"}, {"factor": True}, {"on": "March"}, {"charges": 5}]
)
def test_an_expectation_of_the_wrong_form_is_refused(expect: dict[str, object]) -> None:
    (key,) = expect
    with pytest.raises(DocumentError) as refusal:
        differences(**expect)
    assert refusal.value.where == f"/kind/0/expect/{key}"


def test_answers_for_people_and_machines() -> None:
    assert [shown(FOUND[key]) for key in ("rate", "factor", "on", "total")] == [
        "12.5000%",
        "1.0500",
        "2026-03-01",
        "1311.95",
    ]
    assert [plain(FOUND[key]) for key in ("rate", "on", "charges", "total")] == [
        "12.5000%",
        "2026-03-01",
        {"Administration": 131_200, "Minimum": -5},
        131_195,
    ]
