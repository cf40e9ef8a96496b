"""From the text of a document, TOML or JSON, to its values. Whatever the text is, the answer is values or a refusal."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from tpa.kernel.document import DocumentError

DEEPEST = 60
"""Levels of tables and lists inside each other; no document of ours has ten."""


class TooDeepError(DocumentError):
    """Tables and lists stand too deep inside each other to be worked on."""

    code = "nested_too_deeply"
    remedy = f"Nest at most {DEEPEST} levels."


def read_toml(text: str) -> dict[str, Any]:
    """A TOML text as a document, decimals exact. Raises DocumentError with the line of the fault, TooDeepError."""
    document: dict[str, Any] = _read(lambda: tomllib.loads(text, parse_float=Decimal), "TOML")
    return document


def read_json(text: str) -> Any:
    """The value of a JSON text. Raises DocumentError with the line of the fault, TooDeepError."""
    return _read(lambda: json.loads(text), "JSON")


def _read(load: Callable[[], Any], form: str) -> Any:
    try:
        document = load()
    except RecursionError:
        raise TooDeepError(f"The {form} is nested too deeply.") from None
    except ValueError as fault:
        raise DocumentError(f"This is not {form}: {fault}") from fault
    refuse_deep(document)
    return document


def refuse_deep(value: Any) -> None:
    """Raise TooDeepError where tables and lists stand deeper than DEEPEST. Level by level: no depth exhausts the stack."""
    level = [value] if isinstance(value, dict | list) else []
    for _ in range(DEEPEST):
        level = [
            inner
            for one in level
            for inner in (one.values() if isinstance(one, dict) else one)
            if isinstance(inner, dict | list)
        ]
        if not level:
            return
    raise TooDeepError("The document is nested too deeply.")
