"""The page about enrolment files says what the code does: every column, action and code of a problem."""

import re
from pathlib import Path

from tpa.books.members.rows import ACTIONS
from tpa.workflows.eligibility_load_csv import COLUMNS

ROOT = Path(__file__).parents[3]
PAGE = (ROOT / "tpa/books/members/README.md").read_text(encoding="utf-8")


def first_cells(title):
    section = PAGE.split(f"## {title}\n")[1].split("\n## ")[0]
    cells = [line.split("|")[1] for line in section.splitlines() if line.startswith("| `")]
    return [name for cell in cells for name in re.findall(r"`(\w+)`", cell)]


def test_columns():
    assert sorted(first_cells("CSV")) == sorted(COLUMNS)


def test_actions():
    assert first_cells("Actions") == list(ACTIONS)


def test_codes_of_problems():
    sources = [
        (ROOT / "tpa" / path).read_text(encoding="utf-8")
        for path in (
            "books/members/rows.py",
            "workflows/eligibility_load_csv.py",
            "workflows/eligibility_load_834.py",
            "workflows/eligibility_load_others.py",
            "workflows/eligibility_load_matching.py",
            "workflows/group_numbers.py",
        )
    ]
    used = set()
    for source in sources:
        used |= set(re.findall(r'(?:with_problem|Problem)\(\s*"(\w+)"', source))
        used |= set(re.findall(r'"\w+": "(\w+_(?:invalid|unknown)|yes_or_no)"', source))
        used |= set(re.findall(r'\("\w+", "(\w+_missing)"\)', source))
    assert used == set(first_cells("What can be wrong with a row"))
