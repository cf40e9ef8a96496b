"""Every case file passes, every rule has one, and a case that is wrong says so."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path

import pytest

from tpa.engine.adjudication.order import ORDER
from tpa.engine.cases.__main__ import DIFFERENT, PASSED, UNREADABLE, case_files, main, read_file
from tpa.engine.cases.lines import line_of
from tpa.engine.cases.question import Question
from tpa.engine.cases.read import Case
from tpa.engine.cases.run import run_case, told

HERE = Path(__file__).parent
CASES = [case for file in case_files(HERE) for case in read_file(file)]
GOOD = """
source = "Own"
[plan]
name = "Half"
line = "medical"
tiers = [{ name = "any", network = true, prices = [{ method = "percent_of_charge", percent = "100%" }] }]
benefits = [{ code = "all", shares = { all = { member_pays = ["coinsurance"], coinsurance = "50%" } } }]
[[cases]]
name = "Half of 100"
[[cases.claims]]
on = 2026-03-02
network = "any"
lines = [{ charge = 100, expect = { paid = 50 } }]
"""


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{Path(case.file).stem}: {case.name}")
def test_case(case: Case | Question) -> None:
    result = run_case(case)
    assert result.passed, "\n".join(told(result, explained=True))


@pytest.mark.parametrize("rule", ORDER)
def test_every_rule_has_a_scenario_of_its_name(rule: str) -> None:
    stage, _, name = rule.partition(".")
    assert (HERE / "rules" / stage / f"{name}.toml").is_file()


def run(tmp_path: Path, text: str, *options: str) -> int:
    """The exit code for a file of this text."""
    file = tmp_path / "case_x.toml"
    file.write_text(text, encoding="utf-8")
    return main([str(file), *options])


def test_a_case_that_passes(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(tmp_path, GOOD, "--explain") == PASSED
    shown = capsys.readouterr().out
    assert "1 of 1 cases pass" in shown
    assert (
        "PR-2 50.00, open 50.00  cost_share.coinsurance [/benefits/0/shares/all] Coinsurance of 50% on 100.00." in shown
    )


def test_a_case_that_differs_says_where(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(tmp_path, GOOD.replace("paid = 50", 'paid = "50.01"')) == DIFFERENT
    assert "line 13, /cases/0/claims/0/lines/0/expect/paid: expected 50.01, decided 50.00." in capsys.readouterr().out


def test_a_result_for_machines(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(tmp_path, GOOD.replace("paid = 50", "paid = 51"), "--json") == DIFFERENT
    told_json = json.loads(capsys.readouterr().out)
    (case,) = told_json["cases"]
    assert (case["case"], case["passed"], case["source"]) == ("Half of 100", False, "Own")
    (step,) = case["claims"][0]["lines"][0]["steps"]
    assert (step["rule"], step["cents"], step["open_before_cents"]) == ("cost_share.coinsurance", 5000, 10000)
    assert step["inputs"] == {"rate_bp": 5000, "subject_cents": 10000}


@pytest.mark.parametrize(
    ("right", "wrong", "named"),
    [
        ("charge = 100", "chrage = 100", "chrage"),
        ("on = 2026-03-02", "on = 2026-02-30", "line 11"),
        ("on = 2026-03-02", 'on = "2026-02-30"', "/cases/0/claims/0/on"),
        ('name = "Half of 100"', 'name = "Half of 100"\nuses = 1', "/cases/0/uses"),
        ("charge = 100", "charge = -100", "/cases/0/claims/0/lines/0/charge"),
        ("charge = 100", 'charge = "1OO"', "/cases/0/claims/0/lines/0/charge"),
        ('network = "any"', 'network = "none"', "/cases/0/claims/0/network"),
        ("expect = { paid = 50 }", "expect = { pays = 50 }", "/cases/0/claims/0/lines/0/expect/pays"),
        ("expect = { paid = 50 }", "expect = {}", "could not fail"),
        ('coinsurance = "50%"', 'coinsurence = "50%"', "/benefits/0/shares/all"),
        ('percent = "100%"', 'percnt = "100%"', "/tiers/0/prices/0"),
        ('line = "medical"', 'line = "life"', "/line"),
        ("[plan]", "[paln]", "/plan"),
        ("expect = { paid = 50 }", 'expect = { benefit = "half" }', "One of all is wanted"),
        ("expect = { paid = 50 }", 'expect = { moves = ["PR2 50"] }', "/cases/0/claims/0/lines/0/expect/moves/0"),
        ("charge = 100", 'charge = 100 }]\nexpect = { pends = ["acident"] }\n#', "/cases/0/claims/0/expect/pends/0"),
        ("charge = 100", 'charge = 100 }]\nexpect = { outcome = "paid", pends = ["accident"] }\n#', "expect/pends"),
        ("charge = 100", 'charge = 100 }]\nexpect = { outcome = "pended", paid = 1 }\n#', "comes to no amounts"),
        ("lines = [", 'expect.outcome = "pended"\nlines = [', "lines of a claim that waits"),
        ("lines = [", 'cleared = ["acident"]\nlines = [', "/cases/0/claims/0/cleared/0"),
        ("lines = [", "replaces = 1\nlines = [", "Only a claim of frequency 7 or 8"),
        ("lines = [", 'frequency = "7"\nreplaces = 1\nlines = [', "no claim 1 before"),
        ("[[cases.claims]]", "tables = { medicare = { 99213 = 5 } }\n[[cases.claims]]", "/cases/0/tables/medicare"),
        ("[[cases.claims]]", "[[cases.claims]]\nlearned = {}\n[[cases.claims]]", "has become known"),
        (
            "[[cases.claims]]",
            "[[cases.claims]]\nlearned = { plan = { lines = 1 } }\n[[cases.claims]]",
            "learned/plan/lines",
        ),
        (
            "[[cases.claims]]",
            "[[cases.claims]]\nlearned = { plan = 1 }\n[[cases.claims]]",
            "keys of the case's own plan",
        ),
        (
            "[[cases.claims]]",
            "[[cases.claims]]\nlearned = { person = 'employee', effective_on = 2026-01-01 }\n[[cases.claims]]",
            "learned/effective_on: It is the day of a plan",
        ),
        ("[[cases.claims]]", "[[cases.claims]]\nripple = [{ claim = 2 }]\n[[cases.claims]]", "no claim 2 before"),
        ("[[cases.claims]]", "[[cases.claims]]\noutside = { used = {} }\n[[cases.claims]]", "outside/on"),
        ('source = "Own"', "", "source"),
        ('source = "Own"', 'source = "Own"\nplan_file = "x.toml"', "plan_file"),
        ("[[cases]]", "[[case]]", "/cases"),
    ],
)
def test_what_is_wrong_in_a_case_is_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], right: str, wrong: str, named: str
) -> None:
    assert right in GOOD
    assert run(tmp_path, GOOD.replace(right, wrong, 1)) == UNREADABLE
    told_fault = capsys.readouterr().err
    assert "case_x.toml" in told_fault
    assert named in told_fault


VOIDED = "[[cases.claims]]\nfrequency = '8'\nreplaces = 1\n"


@pytest.mark.parametrize(
    ("more", "told_where"),
    [
        (
            "[[cases.claims]]\ninstalment = { of = 1, number = 3 }",
            "line 15, /cases/0/claims/1/instalment: Claim 1 has no",
        ),
        (
            VOIDED + "[[cases.claims]]\ninstalment = { of = 1, number = 3 }",
            "line 18, /cases/0/claims/2/instalment: Claim 1 is not decided",
        ),
        (VOIDED + VOIDED, "line 19, /cases/0/claims/2/replaces: Claim 1 was taken back"),
        (
            VOIDED + "[[cases.claims]]\nripple = [{ claim = 1, expect.paid = 0 }]",
            "line 18, /cases/0/claims/2/ripple/0/claim: Claim 1 was",
        ),
    ],
)
def test_what_is_not_there_when_it_is_asked_for_is_told_with_its_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], more: str, told_where: str
) -> None:
    assert run(tmp_path, GOOD + more) == UNREADABLE
    assert told_where in capsys.readouterr().err


def test_a_mark_of_the_editor_before_the_text_is_passed_over(tmp_path: Path) -> None:
    assert run(tmp_path, "\ufeff" + GOOD) == PASSED


def test_what_is_decided_again_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = GOOD + "[[cases.claims]]\nripple = []\n" + VOIDED
    assert run(tmp_path, text, "--explain") == PASSED
    shown = capsys.readouterr().out
    assert shown.index("claim 1 of member 1, decided again") < shown.index("claim 3 of member 1\n        voided")
    assert run(tmp_path, text, "--json") == PASSED
    claims = json.loads(capsys.readouterr().out)["cases"][0]["claims"]
    told_claims = [(one["claim"], one["again"], one["outcome"]) for one in claims]
    assert told_claims == [(1, False, "paid"), (1, True, "paid"), (3, False, "voided")]


def test_a_plan_by_path(tmp_path: Path) -> None:
    plan, _, cases = GOOD.partition("[[cases]]")
    (tmp_path / "plan_half.toml").write_text(plan.replace('source = "Own"', "").replace("[plan]", ""), encoding="utf-8")
    text = 'source = "Own"\nplan_file = "plan_half.toml"\n[[cases]]' + cases
    assert run(tmp_path, text) == PASSED
    assert run(tmp_path, text.replace("plan_half", "plan_other")) == UNREADABLE


def test_a_folder_and_a_file_that_is_not_there(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep" / "case_1.toml").write_text(GOOD, encoding="utf-8")
    (tmp_path / "plan_x.toml").write_text("no case", encoding="utf-8")
    assert main([str(tmp_path)]) == PASSED
    assert main([str(tmp_path / "none.toml")]) == UNREADABLE
    (tmp_path / "empty").mkdir()
    assert main([str(tmp_path / "empty")]) == UNREADABLE
    assert "no case file" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("right", "wrong", "line"),
    [
        ('name = "Half of 100"', 'name = "Half of 100"\nuses = 1', 10),
        ("on = 2026-03-02", 'on = "2026-02-30"', 11),
        ("lines = [{ charge = 100,", "lines = [\n  # one\n  { chrage = 100,", 15),
        ("lines = [{ charge = 100,", "lines = [\n{ charge = 100, expect.paid = 50 }, {", 14),
        ('percent = "100%"', 'percnt = "100%"', 6),
        ('coinsurance = "50%"', 'coinsurence = "50%"', 7),
        ('line = "medical"', 'line = "medical"\ncolour = """\ntwo [[lines]]\n"""', 6),
        ('source = "Own"', 'source = "Own"\nsauce = "x"', 3),
        ("[[cases]]", '[[cases]]\nname = "one"\n[[cases.claims]]\non = 1\n[[cases]]', 11),
    ],
)
def test_a_wrong_key_or_value_is_told_with_its_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], right: str, wrong: str, line: int
) -> None:
    assert right in GOOD
    assert run(tmp_path, GOOD.replace(right, wrong, 1)) == UNREADABLE
    assert f"line {line}, /" in capsys.readouterr().err


def test_faults_of_a_plan_by_path_name_its_file_and_lines(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    plan, _, cases = GOOD.partition("[[cases]]")
    text = plan.replace('source = "Own"', "").replace("[plan]", "").replace("covered", "").replace("code =", "kode =")
    (tmp_path / "plan_half.toml").write_text(text, encoding="utf-8")
    assert run(tmp_path, 'source = "Own"\nplan_file = "plan_half.toml"\n[[cases]]' + cases) == UNREADABLE
    told_fault = capsys.readouterr().err
    assert "line 2, /plan_file: plan_half.toml: line 7, /benefits/0/code" in told_fault


def test_every_line_of_every_case_file_is_known() -> None:
    for file in case_files(HERE):
        text = file.read_text(encoding="utf-8")
        rows = text.splitlines()
        for key, value in tomllib.loads(text).items():
            line = line_of(text, f"/{key}")
            assert key in rows[line - 1]
            for n, row in enumerate(value if isinstance(value, list) else []):
                assert row["name"] in rows[line_of(text, f"/{key}/{n}/name") - 1]
