"""The import law, as pyproject.toml states it for import-linter."""

import subprocess
import sys
from pathlib import Path

from tests.architecture.sources import ROOT

LINTER = Path(sys.executable).with_name("lint-imports")


def test_imports_go_down_only() -> None:
    run = subprocess.run([LINTER, "--no-logo", "--no-cache"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stdout + run.stderr
    assert ", 0 broken." in run.stdout
