"""What is compiled is pure and there; machine code that is older than its source is refused."""

import os
import subprocess
import sys

import pytest

from tests.architecture.sources import ROOT
from tpa.infra.compiling import MODULES, sources


def test_every_pattern_means_modules_of_the_pure_storeys_or_the_writing_of_values() -> None:
    assert all(list((ROOT / "tpa").glob(pattern)) for pattern in MODULES)
    rest = set(sources()) - {"tpa/infra/postgres/values.py"}
    assert {name.split("/")[1] for name in rest} == {"kernel", "engine", "x12"}


@pytest.mark.parametrize(("changed_at", "answer"), [(1000, b"fresh"), (1001, b"module.py is newer")])
def test_machine_code_older_than_its_source_is_refused(tmp_path, changed_at, answer):
    package = tmp_path / "tpa"
    package.mkdir()
    (package / "__init__.py").write_bytes((ROOT / "tpa/__init__.py").read_bytes())
    (package / "module.py").touch()
    (package / ".compiled").write_text("tpa/module.py\n")
    os.utime(package / ".compiled", (1000, 1000))
    os.utime(package / "module.py", (changed_at, changed_at))
    run = subprocess.run([sys.executable, "-c", "import tpa; print('fresh')"], cwd=tmp_path, capture_output=True)
    assert answer in run.stdout + run.stderr
