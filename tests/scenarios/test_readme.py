"""The page that describes the format says what the code does."""

from pathlib import Path

import pytest

from tests.scenarios.test_scenarios import run
from tpa.engine.cases.__main__ import PASSED

README = (Path(__file__).parent / "README.md").read_text(encoding="utf-8")


def test_the_example_of_the_page_passes(tmp_path: Path) -> None:
    text = README.partition("```toml\n")[2].partition("```")[0]
    assert run(tmp_path, text) == PASSED


@pytest.mark.parametrize(
    "begins",
    [
        'source = "CLHIA guideline"',
        'source = "Own"\n\n[[funding]]',
        'source = "Own: fees, taxes, days',
        'source = "Own: disability"',
    ],
)
def test_the_questions_of_the_page_have_their_answers(tmp_path: Path, begins: str) -> None:
    _, start, rest = README.partition(begins)
    assert run(tmp_path, start + rest.partition("```")[0]) == PASSED


def test_the_stop_loss_questions_of_the_page_have_their_answers(tmp_path: Path) -> None:
    _, start, rest = README.partition('source = "Sun Life')
    assert run(tmp_path, start + rest.partition("```")[0]) == PASSED
