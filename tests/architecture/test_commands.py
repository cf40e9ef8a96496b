"""What the machine lacks is said in one sentence, before anything is made."""

import shutil
import subprocess
from pathlib import Path

import pytest

from tests.architecture.sources import ROOT


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A folder with the Makefile and the locks, and nothing installed."""
    shutil.copy(ROOT / "Makefile", tmp_path)
    shutil.copytree(ROOT / "requirements", tmp_path / "requirements")
    return tmp_path


def make(checkout: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = ["make", "--no-print-directory", "-C", str(checkout), *arguments]
    return subprocess.run(command, capture_output=True, text=True, stdin=subprocess.DEVNULL, check=False)


def program(checkout: Path, body: str) -> str:
    """A stand-in for a Python of the machine."""
    path = checkout / "some-python"
    path.write_text(f"#!/bin/sh\n{body}\n")
    path.chmod(0o755)
    return str(path)


@pytest.mark.parametrize("python", ["", "false"])
def test_a_machine_without_a_fitting_python_is_told_which_one_it_needs(checkout: Path, python: str) -> None:
    run = make(checkout, "demo", f"PYTHON={python}")
    assert run.returncode == 2
    assert run.stdout == (
        "Python 3.11, 3.12 or 3.13 is needed: install it, or say where it is with 'make PYTHON=/its/place/python3.11'.\n"
    )
    assert not (checkout / ".venv").exists()


def test_a_python_without_venv_is_told_how_to_get_it(checkout: Path) -> None:
    python = program(checkout, 'case "$2" in *venv*) exit 1;; esac')
    run = make(checkout, "demo", f"PYTHON={python}")
    assert run.returncode == 2
    assert run.stdout == f"{python} has no venv module: install it (Debian, Ubuntu: 'apt-get install python3-venv').\n"


def test_packages_that_cannot_be_had_stop_the_set_up_and_leave_no_mark_of_success(checkout: Path) -> None:
    body = 'mkdir -p .venv/bin\nprintf "#!/bin/sh\\necho no route to the index >&2; exit 1\\n" >.venv/bin/python\n'
    python = program(checkout, f'[ "$1" = -c ] && exit 0\n{body}chmod +x .venv/bin/python')
    run = make(checkout, "demo", f"PYTHON={python}")
    assert run.returncode == 2
    assert "no route to the index" in run.stderr
    assert run.stdout.endswith("pip says why above; behind a mirror, set PIP_INDEX_URL.\n")
    assert not (checkout / ".venv" / ".runtime").exists()


def test_stop_and_help_need_nothing_installed(checkout: Path) -> None:
    assert make(checkout, "stop").stdout == "Nothing was running.\n"
    said = make(checkout, "help").stdout.splitlines()
    assert [line.split()[1] for line in said] == [
        "help",
        "demo",
        "test",
        "lint",
        "bench",
        "compile",
        "plain",
        "stop",
        "clean",
    ]
