"""The files that are under version control, and our Python as syntax trees."""

import ast
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PURE = ("tpa/kernel/", "tpa/engine/", "tpa/x12/")


@cache
def tracked() -> tuple[str, ...]:
    """Every file of the repository, new ones included, as a path from its root."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    return tuple(sorted(name for name in listed.stdout.splitlines() if (ROOT / name).is_file()))


def modules(*folders: str) -> list[str]:
    """Our own modules below the folders, all if none is named; no migrations, which are written by a program."""
    starts = folders or ("tpa/", "tenants/", "bench/")
    return [
        name for name in tracked() if name.endswith(".py") and name.startswith(starts) and "/migrations/" not in name
    ]


@cache
def tree_of(name: str) -> ast.Module:
    """The syntax tree of a module."""
    return ast.parse((ROOT / name).read_text(), filename=name)


def functions(name: str) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    """Every function of a module, methods and inner ones included."""
    for node in ast.walk(tree_of(name)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node
