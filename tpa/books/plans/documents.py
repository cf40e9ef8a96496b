"""A plan document as text and as values: TOML or JSON in, JSON kept, one canonical text for comparing versions."""

import difflib
import json
import tomllib
from datetime import date
from typing import Any

from tpa.books.plans.errors import DocumentTextError
from tpa.kernel.document_text import refuse_deep
from tpa.kernel.errors import DomainError

LONGEST = 2_000_000
"""Characters of a document; a rich plan has some fifty thousand."""


def read_document(text: str) -> dict[str, Any]:
    """The values of a TOML or JSON text, days as ISO texts. Raises DocumentTextError with line and column, TooDeepError."""
    if len(text) > LONGEST:
        raise DocumentTextError(f"The document is longer than {LONGEST:,} characters.")
    try:
        document = json.loads(text) if text.lstrip("\ufeff \r\n\t").startswith("{") else tomllib.loads(text)
    except json.JSONDecodeError as error:
        raise DocumentTextError(error.msg, where=f"line {error.lineno}, column {error.colno}") from error
    except RecursionError:
        raise DocumentTextError("The document is nested too deeply.") from None
    except ValueError as error:
        raise DocumentTextError(str(error)) from error
    refuse_deep(document)
    _refuse_unstorable(text)
    return json.loads(json.dumps(document, default=_day))


def _day(value: object) -> str:
    if isinstance(value, date):
        return value.isoformat()
    raise DocumentTextError(f"{value!r} is not a value that a plan document may hold.")


def _refuse_unstorable(text: str) -> None:
    """A NUL cannot be kept, whichever way it is written."""
    if "\x00" in text or "\\u0000" in text or "\\U00000000" in text:
        raise DocumentTextError("The document holds a NUL character.")


def canonical_text(document: dict[str, Any]) -> str:
    """The document as text in which equal documents are equal: JSON with sorted keys, a value a line."""
    return json.dumps(document, indent=2, sort_keys=True, ensure_ascii=False) + "\n"


def difference(old: dict[str, Any], new: dict[str, Any], *, names: tuple[str, str]) -> str:
    """What `new` changes of `old`, as a unified diff; nothing where they say the same."""
    before, after = (canonical_text(document).splitlines(keepends=True) for document in (old, new))
    return "".join(difflib.unified_diff(before, after, names[0], names[1]))


def finding_of(fault: DomainError) -> dict[str, str]:
    """A fault of the document in the shape of a finding of the checks."""
    return {
        "code": fault.code,
        "severity": "error",
        "path": fault.where,
        "message": fault.message,
        "remedy": fault.remedy,
    }
