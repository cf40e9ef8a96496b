"""Every reason for which a claim may wait has its words."""

import re
from pathlib import Path

from tpa.engine import adjudication
from tpa.engine.adjudication.pends import CLAIM, LINE, PENDS, reattached

RAISED = re.compile(r'pend\(\s*"(\w+)"')
ELSEWHERE = {"replacement", "void", "other_coverage", "plan_not_published", "legal_number_missing", "poison"}
"""Raised under a name, or by the workflow that puts a broken claim aside."""


def test_every_code_that_the_rules_raise_has_its_words() -> None:
    folder = Path(adjudication.__file__).parent / "rules"
    raised = {code for file in folder.rglob("*.py") for code in RAISED.findall(file.read_text(encoding="utf-8"))}
    assert raised | ELSEWHERE == set(PENDS)
    assert all(kind.says.endswith(".") and kind.level in (CLAIM, LINE) for kind in PENDS.values())
    # The member hears what to do, and no word of the desk.
    asks = re.compile(r"need not do anything\.$|is decided\.$|\b(Tell|Send|Check|can|need)\b")
    assert all(asks.search(kind.member) for kind in PENDS.values())
    assert not [code for code, kind in PENDS.items() if kind.member == kind.says or "_" in kind.member]


def test_what_is_settled_stays_settled_unless_it_is_to_be_seen_each_time() -> None:
    assert reattached(("accident", "review_amount", "a code of old")) == ("accident", "a code of old")
