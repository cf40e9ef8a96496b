"""`python -m tpa.infra.compiling`: machine code of what every line of a claim passes through, beside its source.

The same modules, the same answers, in half the time. mypyc makes it; that takes a C compiler and Python's headers.
Python imports a compiled module where there is one. The package refuses to start with one that is older than its source.
"""

import shutil
import sys
import sysconfig
from pathlib import Path

from mypyc.build import mypycify
from setuptools import Distribution

ROOT = Path(__file__).resolve().parents[2]
MODULES = (
    "kernel/money.py",
    "kernel/periods.py",
    "engine/accumulators/*.py",
    "engine/adjudication/adjudicate.py",
    "engine/adjudication/compiled*.py",
    "engine/adjudication/decision.py",
    "engine/adjudication/facts.py",
    "engine/adjudication/line.py",
    "engine/adjudication/overrides.py",
    "engine/adjudication/prices.py",
    "engine/adjudication/reduction.py",
    "engine/adjudication/relief.py",
    "engine/adjudication/rules/*/*.py",
    "engine/plan/terms_values.py",
    "engine/pricing/*.py",
    "engine/pricing/methods/*.py",
    "infra/postgres/values.py",
    "x12/elements.py",
    "x12/loops.py",
    "x12/readers/claim_837.py",
    "x12/readers/claim_lines.py",
    "x12/tokenizer.py",
)
"""Below `tpa/`: what is asked once a plan, or by a person, is not worth the wait for the compiler."""
MARK = ROOT / "tpa" / ".compiled"
"""Lists what is compiled, and is as old as that."""
_WORK = ROOT / "var" / "compiled"


def sources() -> list[str]:
    """The modules to be compiled, from the root of the repository. A package's own module is never one."""
    found = {path for pattern in MODULES for path in (ROOT / "tpa").glob(pattern) if path.name != "__init__.py"}
    return sorted(str(path.relative_to(ROOT)) for path in found)


def main() -> str | None:
    """Compile them all; what is missing for that, as a sentence with its cure."""
    if shutil.which("cc") is None:
        return "No C compiler: install one (Debian, Ubuntu: 'apt-get install gcc libc6-dev')."
    if not Path(sysconfig.get_path("include"), "Python.h").exists():
        return "Python's headers are missing: install them (Debian, Ubuntu: 'apt-get install python3-dev')."
    modules = sources()
    _build(modules)
    MARK.write_text("\n".join(modules) + "\n")
    print(f"{len(modules)} modules are compiled.")
    return None


def _build(modules: list[str]) -> None:
    _WORK.mkdir(parents=True, exist_ok=True)
    settings = ["--config-file=", f"--cache-dir={_WORK / 'mypy'}"]
    # Low optimization: more of it takes ten times as long to compile, and what is left is work of the interpreter's own.
    extensions = mypycify([*settings, *modules], opt_level="1", debug_level="0", multi_file=True, target_dir=str(_WORK))
    build = Distribution({"name": "tpa", "ext_modules": extensions}).get_command_obj("build_ext")
    build.inplace, build.build_temp, build.build_lib = True, str(_WORK), str(_WORK)
    build.ensure_finalized()
    build.run()


if __name__ == "__main__":
    sys.exit(main())
