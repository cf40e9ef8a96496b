"""Enrolment as CSV: a header of known names, one row per person and line of coverage. Columns: books/members/README.md.

A cell is text: one that looks like a formula is kept as it stands, and made harmless where it is written out again
(`safe_cell`).
"""

import csv
import io
from collections.abc import Callable, Iterator
from datetime import date

from tpa.books.members.rows import ACTIONS, Problem, Row
from tpa.kernel.errors import DomainError

COLUMNS = tuple(name for name in Row._fields if name not in ("n", "where", "others", "problems"))
NEEDED = (
    "subscriber_number",
    "relationship",
    "last_name",
    "birth_on",
    "line",
    "plan",
    "starts_on",
)
DELIMITERS = ",;\t|"


class CsvError(DomainError):
    """The file as a whole cannot be read as enrolment."""

    code = "csv_unreadable"
    remedy = "See the list of columns; save the file as CSV in UTF-8."


def read_csv(data: bytes) -> Iterator[Row]:
    """The rows of a file, each with what is wrong with it. Raises CsvError where header or encoding is wrong."""
    text = _text(data)
    delimiter = _delimiter(text)
    lines = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    rows = _cells(lines)
    names = _header(next(rows))
    for n, cells in enumerate(rows, start=1):
        where = f"row {lines.line_num}"
        if len(cells) != len(names):
            message = f"The row has {len(cells)} cells, the header {len(names)}."
            yield Row(n, where, problems=(Problem("cell_count", message),))
        else:
            yield read_row(n, where, dict(zip(names, cells, strict=True)))


def read_row(n: int, where: str, cells: dict[str, str]) -> Row:
    """One row from texts by column name, as CSV and the desk give them; what cannot be read is a problem of the row."""
    values: dict[str, object] = {}
    problems = []
    for name, text in cells.items():
        try:
            values[name] = _READERS.get(name, str)(text.strip())
        except ValueError as error:
            problems.append(Problem(_CODES[name], f"{name}: {error}"))
    return Row(n, where, **values, problems=tuple(problems)).fitting()  # type: ignore[arg-type]


def safe_cell(value: object) -> str:
    """A text for a CSV or spreadsheet cell: what a spreadsheet would run as a formula gets a quote before it."""
    text = "" if value is None else str(value)
    return f"'{text}" if text.startswith(("=", "+", "-", "@", "\t", "\r")) else text


def _text(data: bytes) -> str:
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise CsvError("The file is not UTF-8 text.", where=f"byte {error.start}") from error
    if not text.strip():
        raise CsvError("The file is empty.")
    return text


def _delimiter(text: str) -> str:
    """The one delimiter that splits the header into known names."""
    header = text.lstrip().splitlines()[0]
    fitting = [one for one in DELIMITERS if {name.strip(' "').lower() for name in header.split(one)} >= {*NEEDED[:2]}]
    if len(fitting) != 1:
        raise CsvError("The first line does not name the columns.", where="row 1")
    return fitting[0]


def _header(cells: list[str]) -> list[str]:
    names = [cell.strip().lower() for cell in cells]
    faults = {
        "unknown": [name for name in names if name not in COLUMNS],
        "named twice": sorted({name for name in names if names.count(name) > 1}),
        "missing": [name for name in NEEDED if name not in names],
    }
    for fault, found in faults.items():
        if found:
            raise CsvError(
                f"Columns {fault}: {', '.join(repr(name[:40]) for name in found)}.",
                where="row 1",
            )
    return names


def _cells(lines: Iterator[list[str]]) -> Iterator[list[str]]:
    """The rows that hold something. A quote never closed is the file's fault, not a row's."""
    try:
        for cells in lines:
            if any(cell.strip() for cell in cells):
                yield cells
    except csv.Error as error:
        raise CsvError(f"The text cannot be split into cells ({error}).") from error


def _date(text: str) -> date | None:
    """A day as 2025-01-31 or 20250131; nothing else is guessed at."""
    if not text:
        return None
    digits = text.replace("-", "") if len(text) == 10 and text[4] == text[7] == "-" else text
    if len(digits) != 8 or not (digits.isascii() and digits.isdigit()):
        raise ValueError(f"{text[:40]!r} is not a date; write it as 2025-01-31")
    try:
        return date(int(digits[:4]), int(digits[4:6]), int(digits[6:]))
    except ValueError:
        raise ValueError(f"{text!r} is no day of the calendar") from None


def _one_of(allowed: dict[str, str]) -> Callable[[str], str]:
    def read(text: str) -> str:
        if text.lower() not in allowed:
            raise ValueError(f"{text[:40]!r} is none of {', '.join(sorted({*allowed.values()} - {''}))}")
        return allowed[text.lower()]

    return read


_RELATIONSHIPS = {one: one for one in ("", "self", "spouse", "child", "other")}
_SEXES = {"": "", "f": "F", "m": "M", "u": "U"}
_LINES = {one: one for one in ("", "medical", "dental", "vision", "drug", "std")}
_TIERS = {"": "", "ee": "EE", "es": "ES", "ec": "EC", "ef": "EF"}
_ACTIONS = {"": "state", **{one: one for one in ACTIONS}}
_YES = {"": "", "no": "", "yes": "yes"}


def _is_yes(text: str) -> bool:
    return bool(_one_of(_YES)(text))


_READERS: dict[str, Callable[[str], object]] = {
    "birth_on": _date,
    "prior_birth_on": _date,
    "starts_on": _date,
    "last_on": _date,
    "relationship": _one_of(_RELATIONSHIPS),
    "sex": _one_of(_SEXES),
    "line": _one_of(_LINES),
    "tier": _one_of(_TIERS),
    "action": _one_of(_ACTIONS),
    "disabled": _is_yes,
}
_CODES = {
    "birth_on": "date_invalid",
    "prior_birth_on": "date_invalid",
    "starts_on": "date_invalid",
    "last_on": "date_invalid",
    "relationship": "relationship_unknown",
    "sex": "sex_unknown",
    "line": "line_unknown",
    "tier": "tier_unknown",
    "action": "action_unknown",
    "disabled": "yes_or_no",
}
