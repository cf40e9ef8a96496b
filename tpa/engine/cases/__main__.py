"""`python -m tpa.engine.cases FILE_OR_FOLDER ...`: run cases; 0 all pass, 1 an answer differs, 2 a file cannot be read."""

from __future__ import annotations

import argparse
import json
import re
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from tpa.engine.cases.question import Question
from tpa.engine.cases.read import Case, CaseError, read_cases
from tpa.engine.cases.run import Result, as_json, run_case, told

_SOURCE = re.compile(rb"^[ \t]*source[ \t]*=", re.MULTILINE)
PASSED, DIFFERENT, UNREADABLE = 0, 1, 2


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the cases of the files and folders named; the exit code."""
    parser = argparse.ArgumentParser(prog="python -m tpa.engine.cases", description="Run cases without a database.")
    parser.add_argument("paths", nargs="+", type=Path, metavar="FILE_OR_FOLDER")
    parser.add_argument("--json", action="store_true", help="one JSON document instead of lines")
    parser.add_argument("--explain", action="store_true", help="print the moves of every claim")
    asked = parser.parse_args(arguments)
    results: list[Result] = []
    faults: list[CaseError] = []
    for path in asked.paths:
        for file in case_files(path):
            try:
                text = _text(file)
                results += [run_case(case, text) for case in _cases(file, text)]
            except CaseError as fault:
                faults.append(fault)
    if not results and not faults:
        faults.append(CaseError("There is no case file.", where=", ".join(map(str, asked.paths))))
    if asked.json:
        unread = [{"file": fault.where, "message": fault.message} for fault in faults]
        print(json.dumps({"cases": [as_json(result) for result in results], "faults": unread}, indent=2))
    else:
        _print(results, faults, explained=asked.explain)
    if faults:
        return UNREADABLE
    return PASSED if all(result.passed for result in results) else DIFFERENT


def case_files(path: Path) -> Iterator[Path]:
    """The case files of a path: itself, or all TOML files below a folder but plans, in order of name."""
    if path.is_dir():
        yield from sorted(file for file in path.rglob("*.toml") if not _is_plan(file))
    else:
        yield path


def _is_plan(file: Path) -> bool:
    """Named plan_* and without the `source` that every case file has and no plan."""
    return file.name.startswith("plan_") and _SOURCE.search(file.read_bytes()) is None


def read_file(file: Path) -> list[Case | Question]:
    """The cases of one file. Raises CaseError."""
    return _cases(file, _text(file))


def _cases(file: Path, text: str) -> list[Case | Question]:
    return read_cases(str(file), text, lambda name: _text(file.parent / name))


def _text(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8-sig")
    except (OSError, ValueError) as fault:
        raise CaseError(f"The file cannot be read: {fault}", where=str(file)) from fault


def _print(results: list[Result], faults: list[CaseError], *, explained: bool) -> None:
    for result in results:
        print("\n".join(told(result, explained=explained)))
    for fault in faults:
        print(f"ERROR {fault}", file=sys.stderr)
    passed = sum(result.passed for result in results)
    print(f"{passed} of {len(results)} cases pass" + (f", {len(faults)} files cannot be read" if faults else ""))


if __name__ == "__main__":
    try:
        sys.exit(main())
    except BrokenPipeError:
        # Whoever reads (`| head`) has seen enough; closed, nobody is told at the end that something was left.
        sys.stderr.close()
        sys.exit(DIFFERENT)
