"""Rules about the source itself. Each lists every place that breaks it."""

import ast
import re

from tests.architecture.sources import PURE, ROOT, functions, modules, tracked, tree_of

LONGEST_FUNCTION = 70
LONGEST_MODULE = 400
MONEY = (*PURE, "tpa/books/", "tpa/workflows/")
CHANCE = "tpa/workflows/demo/"
"""The generator of the demo counts people and visits by chances; its amounts are cents like everybody's."""
CLOCKS = {("datetime", "now"), ("datetime", "utcnow"), ("datetime", "today"), ("date", "today"), ("timezone", "now")}
CLOCKLESS = (*PURE, "tpa/books/")
UNFINISHED = re.compile(r"\b(TO" + r"DO|FIX" + r"ME|HA" + r"CK)\b")
# Spelled in parts, so that this file does not break its own rules.
MACHINE_PATHS = re.compile(r"(?<![\w.$}>/-])/(?:work|root|home|tmp)/" + r"\w")
OTHER_HOSTS = (
    "py" + "pi.org",
    "python" + "hosted.org",
    "npm" + "js.org",
    "npm" + "js.com",
    "js" + "delivr",
    "un" + "pkg.com",
)
TEXT = (
    ".py",
    ".md",
    ".toml",
    ".txt",
    ".yaml",
    ".yml",
    ".html",
    ".typ",
    ".js",
    ".css",
    ".sh",
    ".json",
    "Makefile",
    "run",
    "Dockerfile",
)


def money_modules() -> list[str]:
    """Modules that work with amounts."""
    return [name for name in modules(*MONEY) if not name.startswith(CHANCE)]


def test_no_function_is_longer_than_seventy_lines() -> None:
    long = [
        f"{name}:{function.lineno} {function.name}: {function.end_lineno - function.lineno + 1}"
        for name in modules()
        for function in functions(name)
        if function.end_lineno and function.end_lineno - function.lineno + 1 > LONGEST_FUNCTION
    ]
    assert long == []


def test_no_module_is_longer_than_four_hundred_lines() -> None:
    sizes = {name: sum(1 for line in (ROOT / name).read_text().splitlines() if line.strip()) for name in modules()}
    assert {name: size for name, size in sizes.items() if size > LONGEST_MODULE} == {}


def test_no_float_comes_near_money() -> None:
    """Neither `float(...)` nor a literal with a point where amounts are worked with."""
    found = []
    for name in money_modules():
        for node in ast.walk(tree_of(name)):
            is_call = isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "float"
            is_literal = isinstance(node, ast.Constant) and isinstance(node.value, float)
            if is_call or is_literal:
                found.append(f"{name}:{node.lineno}")
    assert found == []


def test_there_is_one_rounding_function() -> None:
    found = [
        f"{name}:{node.lineno}"
        for name in money_modules()
        for node in ast.walk(tree_of(name))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "round"
    ]
    assert found == []


def test_calculations_and_books_are_told_the_time() -> None:
    found = [
        f"{name}:{node.lineno}"
        for name in modules(*CLOCKLESS)
        for node in ast.walk(tree_of(name))
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and (node.value.id, node.attr) in CLOCKS
    ]
    assert found == []


def test_no_import_hides_inside_a_function() -> None:
    """Django's `ready` is the one place where an import has to wait."""
    found = [
        f"{name}:{node.lineno}"
        for name in modules()
        for function in functions(name)
        for node in ast.walk(function)
        if isinstance(node, ast.Import | ast.ImportFrom) and not (name.endswith("apps.py") and function.name == "ready")
    ]
    assert found == []


def test_nothing_is_left_unfinished() -> None:
    notes = [
        f"{name}:{number}"
        for name in tracked()
        if name.endswith(TEXT) and "/vendor/" not in name
        for number, line in enumerate((ROOT / name).read_text().splitlines(), 1)
        if UNFINISHED.search(line)
    ]
    stubs = [
        f"{name}:{node.lineno}"
        for name in modules()
        for node in ast.walk(tree_of(name))
        if isinstance(node, ast.Name) and node.id == "NotImplementedError"
    ]
    assert (notes, stubs) == ([], [])


def test_every_public_function_of_the_pure_storeys_says_what_it_takes_and_gives() -> None:
    found = [
        f"{name}:{node.lineno} {node.name}"
        for name in modules(*PURE)
        for node in tree_of(name).body
        if isinstance(node, ast.FunctionDef | ast.ClassDef)
        and not node.name.startswith("_")
        and not ast.get_docstring(node)
    ]
    assert found == []


def test_every_module_says_what_it_is() -> None:
    """But for a package's empty marker and an app's registration."""
    found = [
        name
        for name in modules()
        if tree_of(name).body and not name.endswith("apps.py") and not ast.get_docstring(tree_of(name))
    ]
    assert found == []


def test_no_file_knows_a_machine_or_another_host() -> None:
    found = []
    for name in tracked():
        if not name.endswith(TEXT) or "/vendor/" in name:
            continue
        for number, line in enumerate((ROOT / name).read_text().splitlines(), 1):
            if MACHINE_PATHS.search(line) or any(host in line for host in OTHER_HOSTS):
                found.append(f"{name}:{number}")
    assert found == []


def test_no_page_loads_anything_from_another_host() -> None:
    loads = re.compile(r"""(?:src|href|action)\s*=\s*["'](?:https?:)?//|url\(\s*["']?(?:https?:)?//|@import""")
    found = [
        f"{name}:{number}"
        for name in tracked()
        if name.endswith((".html", ".css", ".js"))
        for number, line in enumerate((ROOT / name).read_text().splitlines(), 1)
        if loads.search(line)
    ]
    assert found == []
