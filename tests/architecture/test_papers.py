"""The papers say what is there: the map's paths, the commands, the locks."""

import re
import tomllib

import pytest

from tests.architecture.sources import ROOT, tracked

LOCKS = ("runtime", "embedded", "compile", "dev")
PINNED = re.compile(r"^([a-z0-9._-]+)(?:\[[a-z,]+\])?==([^ ;\\]+)", re.MULTILINE)


def test_every_path_on_the_map_exists() -> None:
    named = re.findall(r"`((?:\.\./)?[\w.-]+/[\w./-]*)`", (ROOT / "tpa" / "ARCHITECTURE.md").read_text())
    assert len(named) > 60
    assert [path for path in named if not (ROOT / "tpa" / path).exists() and not (ROOT / path).exists()] == []


def test_every_storey_and_every_book_is_on_the_map() -> None:
    text = (ROOT / "tpa" / "ARCHITECTURE.md").read_text()
    folders = {name.split("/")[1] for name in tracked() if name.startswith("tpa/") and name.count("/") > 1}
    books = {
        f"books/{name.split('/')[2]}" for name in tracked() if name.startswith("tpa/books/") and name.count("/") > 2
    }
    assert [folder for folder in sorted(folders | books) if f"`{folder}/`" not in text] == []


@pytest.mark.parametrize("paper", [name for name in tracked() if name.endswith(".md") and "/vendor/" not in name])
def test_links_between_papers_lead_somewhere(paper: str) -> None:
    links = re.findall(r"\]\((?!https?:|#|mailto:)([^)#\s]+)", (ROOT / paper).read_text())
    assert [link for link in links if not ((ROOT / paper).parent / link).exists()] == []


def test_the_readme_is_short_and_names_the_two_commands() -> None:
    text = (ROOT / "README.md").read_text()
    assert len(text.splitlines()) < 150
    for command in re.findall(r"\bmake ([a-z]+)\b", text):
        assert re.search(rf"^{command}:", (ROOT / "Makefile").read_text(), re.MULTILINE), command
    assert "make demo " in text
    assert "make test " in text


def test_help_explains_every_command() -> None:
    makefile = (ROOT / "Makefile").read_text()
    phony = re.search(r"^\.PHONY: (.*)$", makefile, re.MULTILINE)
    assert phony
    explained = re.findall(r"^([a-z]+):.*## \w", makefile, re.MULTILINE)
    assert explained == phony[1].split()


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_names_no_host_and_hashes_every_package(lock: str) -> None:
    text = (ROOT / "requirements" / f"{lock}.txt").read_text()
    assert "://" not in text
    assert "--" not in text.replace("--hash=sha256:", "")
    blocks = re.split(r"\n(?=[a-z0-9])", text)
    assert [block.splitlines()[0] for block in blocks if "--hash=sha256:" not in block] == []


def test_the_locks_agree_with_each_other_and_hold_every_named_dependency() -> None:
    versions: dict[str, set[str]] = {}
    for lock in LOCKS:
        for name, version in PINNED.findall((ROOT / "requirements" / f"{lock}.txt").read_text()):
            versions.setdefault(name, set()).add(version)
    assert {name: found for name, found in versions.items() if len(found) > 1} == {}
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    named = [
        *project["project"]["dependencies"],
        *(one for group in project["dependency-groups"].values() for one in group if isinstance(one, str)),
    ]
    names = {re.split(r"[\[=~<> ]", one)[0] for one in named}
    assert sorted(names - versions.keys()) == []


def test_the_licence_is_the_one_that_the_project_names() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    text = (ROOT / "LICENSE").read_text()
    assert project["license"] == "Apache-2.0"
    assert "Version 2.0, January 2004" in text
    assert len(text.splitlines()) == 202
