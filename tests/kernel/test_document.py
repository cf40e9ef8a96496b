"""A document is read key by key; what is wrong is named with its path."""

from datetime import date

import pytest

from tpa.kernel.document import DocumentError, Section
from tpa.kernel.periods import Span


def fault(document, read):
    with pytest.raises(DocumentError) as refusal, Section(document) as section:
        read(section)
    return refusal.value.where, refusal.value.message


def test_values_of_every_kind():
    document = {
        "name": "Example",
        "on": True,
        "n": 7,
        "limit_cents": 1_000,
        "rate_bp": 8_000,
        "from": date(2026, 1, 1),
        "to": "2026-12-31",
        "window": {"starts_on": "2026-01-01", "ends_before": date(2027, 1, 1)},
        "kind": "b",
        "lines": ["medical", "drug"],
        "rates": {"EE": 5, "EF": 9},
        "parts": [{"x": 1}, {"x": 2}],
    }
    with Section(document) as s:
        assert (s.text("name"), s.flag("on"), s.whole("n"), s.cents("limit_cents")) == ("Example", True, 7, 1_000)
        assert (s.rate_bp("rate_bp"), s.day("from"), s.day("to")) == (8_000, date(2026, 1, 1), date(2026, 12, 31))
        assert s.span("window") == Span(date(2026, 1, 1), date(2027, 1, 1))
        assert (s.choice("kind", ("a", "b")), s.texts("lines")) == ("b", ("medical", "drug"))
        assert s.cents_by("rates", ("EE", "ES", "EF")) == {"EE": 5, "EF": 9}
        assert [part.whole("x") for part in s.sections("parts")] == [1, 2]


def test_defaults_stand_for_absent_keys():
    with Section({}) as s:
        assert (s.text("a", ""), s.flag("b", False), s.whole("c", None), s.cents("d", 5)) == ("", False, None, 5)
        assert (s.day("e", None), s.span("f", None), s.choice("g", ("x",), "x"), s.texts("h", ())) == (
            None,
            None,
            "x",
            (),
        )
        assert s.sections("i") == []


def test_a_key_that_nobody_reads_is_named_with_the_known_ones():
    document = {"specific": {"deductable_cents": 5}}
    with pytest.raises(DocumentError) as refusal, Section(document) as s, s.section("specific") as inner:
        inner.cents("deductible_cents", None)
    assert refusal.value.where == "/specific/deductable_cents"
    assert refusal.value.remedy == "Known here: deductible_cents."


@pytest.mark.parametrize(
    ("document", "read", "where"),
    [
        ([], lambda s: None, ""),
        ({}, lambda s: s.text("a"), "/a"),
        ({"a": " "}, lambda s: s.text("a"), "/a"),
        ({"a": 1}, lambda s: s.flag("a"), "/a"),
        ({"a": True}, lambda s: s.whole("a"), "/a"),
        ({"a": 1.0}, lambda s: s.cents("a"), "/a"),
        ({"a": -1}, lambda s: s.cents("a"), "/a"),
        ({"a": 10**15 + 1}, lambda s: s.cents("a"), "/a"),
        ({"a": 10_001}, lambda s: s.rate_bp("a"), "/a"),
        ({"a": "20260101"}, lambda s: s.day("a"), "/a"),
        ({"a": "2025-02-30"}, lambda s: s.day("a"), "/a"),
        ({"a": {"starts_on": "2026-01-01", "ends_before": "2026-01-01"}}, lambda s: s.span("a"), "/a"),
        ({"a": "z"}, lambda s: s.choice("a", ("x", "y")), "/a"),
        ({"a": ["x", "x"]}, lambda s: s.texts("a"), "/a/1"),
        ({"a": ["x", "z"]}, lambda s: s.texts("a", options=("x",)), "/a/1"),
        ({"a": []}, lambda s: s.texts("a"), "/a"),
        ({"a": ["x\0"]}, lambda s: s.texts("a"), "/a"),
        ({"a": "\0x"}, lambda s: s.text("a"), "/a"),
        ({"a": {"b": 1}}, lambda s: s.sections("a"), "/a"),
        ({"a": [1]}, lambda s: s.sections("a"), "/a/0"),
        ({"a": {}}, lambda s: s.cents_by("a", ("EE",)), "/a"),
        ({"a": {"EX": 1}}, lambda s: s.cents_by("a", ("EE",)), "/a/EX"),
    ],
)
def test_a_faulty_value_is_named_with_its_path(document, read, where):
    assert fault(document, read)[0] == where


def test_a_fault_inside_hides_no_other_behind_an_unknown_key():
    assert fault({"a": "x", "zz": 1}, lambda s: s.cents("a"))[0] == "/a"
