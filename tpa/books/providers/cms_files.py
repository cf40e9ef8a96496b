"""CMS's files of coding edits: pairs of codes (PTP edits) and unit limits (MUE), as text with tabs or commas.

A PTP file has the columns column 1, column 2, a mark, effective date, deletion date (`*`: none), modifier indicator and
rationale; an edit deleted on its first day never held. An MUE file has the code, the most units, the adjudication
indicator (1 by line; 2 and 3 by day) and the rationale. Rows before the first one that begins with a code are headings.
"""

import csv
import io
import re
from collections.abc import Iterator
from datetime import date, timedelta

from tpa.books.providers.errors import CodeFileError
from tpa.engine.plan.terms_edits import CodePair, UnitLimit
from tpa.kernel.periods import FOREVER

_CODE = re.compile(r"[0-9A-Z]{5}\Z", re.ASCII)
_DAY = re.compile(r"(\d{4})(\d\d)(\d\d)\Z", re.ASCII)
_UNITS = re.compile(r"\d{1,6}\Z", re.ASCII)
_INDICATORS = {"0": 0, "1": 1, "9": 9}


def read_pairs(data: bytes) -> Iterator[CodePair]:
    """The pairs in a PTP file. Raises CodeFileError with the row of the first fault."""
    for where, cells in _rows(data, codes=2, columns=6):
        starts_on = _day(cells[3], where)
        ends_before = FOREVER if cells[4] in ("*", "") else _day(cells[4], where) + timedelta(days=1)
        if cells[5] not in _INDICATORS:
            raise CodeFileError(f"{cells[5][:20]!r} is no modifier indicator.", where=where)
        if ends_before > starts_on + timedelta(days=1):
            yield CodePair(cells[0], cells[1], _INDICATORS[cells[5]], starts_on, ends_before)


def read_unit_limits(data: bytes) -> Iterator[UnitLimit]:
    """The unit limits in an MUE file. Raises CodeFileError with the row of the first fault."""
    for where, cells in _rows(data, codes=1, columns=3):
        if not _UNITS.match(cells[1]):
            raise CodeFileError(f"{cells[1][:20]!r} is no number of units.", where=where)
        if cells[2][:1] not in ("1", "2", "3"):
            raise CodeFileError(f"{cells[2][:20]!r} is no adjudication indicator.", where=where)
        yield UnitLimit(cells[0], int(cells[1]), per_day=cells[2][:1] != "1")


def _rows(data: bytes, *, codes: int, columns: int) -> Iterator[tuple[str, list[str]]]:
    text = data.decode("utf-8-sig", errors="replace")
    reader = csv.reader(io.StringIO(text, newline=""), delimiter="\t" if "\t" in text else ",")
    begun = False
    try:
        for cells in reader:
            row = [cell.strip() for cell in cells]
            if len(row) >= columns and all(_CODE.match(cell) for cell in row[:codes]):
                begun = True
                yield f"row {reader.line_num}", row
            elif begun and any(row):
                raise CodeFileError("The row is none of this file's kind.", where=f"row {reader.line_num}")
    except csv.Error as fault:
        raise CodeFileError(f"The file cannot be read: {fault}.", where=f"row {reader.line_num}") from None
    if not begun:
        raise CodeFileError("The file holds no row of its kind.")


def _day(text: str, where: str) -> date:
    match = _DAY.match(text)
    try:
        if match is not None:
            return date(int(match[1]), int(match[2]), int(match[3]))
    except ValueError:
        pass
    raise CodeFileError(f"{text[:20]!r} is no date.", where=where)
