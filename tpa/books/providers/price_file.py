"""A price list as a CSV file, its columns in any order: `code` (needed), `modifier`, `place`, `per`, `area`, `percentile`,
and of `amount`, `percent_of_charge` and `weight` one a row.

`amount` is money (`125.00`) per what `per` says: `unit` (without it), `day`, `case`, or `weight` (a DRG's base rate, of
the code `DRG` for all of them). `percent_of_charge` is a percentage with at most two decimals (`62.5`), `weight` a DRG's
relative weight with at most four. `area` is the first three to five digits of a ZIP code. Empty modifier, place or area
match any.
"""

import csv
import io
import re
from collections.abc import Iterator
from typing import NamedTuple

from tpa.books.providers.errors import PriceFileError
from tpa.engine.pricing.price import PER, UNIT
from tpa.engine.pricing.rows import WEIGHT_PATTERN
from tpa.kernel.money import AmountError, parse_amount

_VALUES = ("amount", "percent_of_charge", "weight")
_COLUMNS = ("code", "modifier", "place", "per", "area", "percentile", *_VALUES)
_CODE = re.compile(r"[0-9A-Z]{3,8}\Z", re.ASCII)
_PART = re.compile(r"[0-9A-Z]{0,2}\Z", re.ASCII)
_AREA = re.compile(r"(?:\d{3,5})?\Z", re.ASCII)
_PERCENTILE = re.compile(r"\d{1,2}\Z", re.ASCII)
_KEY = 6
"""The fields of a row that tell it apart."""
_LONGEST_FIELD = 200


class PriceRow(NamedTuple):
    """One price: exactly one of `amount_cents`, `percent_of_charge_bp` and `weight_e4` (else 0) is set."""

    code: str
    modifier: str
    place: str
    per: str
    area: str
    percentile: int
    amount_cents: int | None
    percent_of_charge_bp: int | None
    weight_e4: int


def read_prices(data: bytes) -> list[PriceRow]:
    """The prices in a file. Raises PriceFileError with the row of the first fault."""
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as fault:
        raise PriceFileError("The file is not UTF-8.", where=f"byte {fault.start}") from None
    rows: dict[tuple[object, ...], PriceRow] = {}
    for where, cells in _cells(text):
        row = _price(cells, where)
        key = row[:_KEY]
        if key in rows:
            raise PriceFileError(f"{row.code} stands twice for the same modifier, place and kind.", where=where)
        rows[key] = row
    if not rows:
        raise PriceFileError("The file holds no price.")
    return list(rows.values())


def _cells(text: str) -> Iterator[tuple[str, dict[str, str]]]:
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        header = [name.strip().lower() for name in next(reader, [])]
        if "code" not in header or not set(header) <= set(_COLUMNS) or len(set(header)) != len(header):
            raise PriceFileError("The header does not name these columns.", where="row 1")
        for cells in reader:
            where = f"row {reader.line_num}"
            if not any(cell.strip() for cell in cells):
                continue
            if len(cells) != len(header):
                raise PriceFileError(f"{len(cells)} cells under {len(header)} columns.", where=where)
            if max(map(len, cells)) > _LONGEST_FIELD:
                raise PriceFileError("A cell is far too long.", where=where)
            yield where, {name: cell.strip() for name, cell in zip(header, cells, strict=True)}
    except csv.Error as fault:
        raise PriceFileError(f"The file is not CSV: {fault}.", where=f"row {reader.line_num}") from None


def _price(cells: dict[str, str], where: str) -> PriceRow:
    code, modifier, place = (cells.get(name, "").upper() for name in ("code", "modifier", "place"))
    per, area, percentile = cells.get("per", "") or UNIT, cells.get("area", ""), cells.get("percentile", "") or "0"
    if not _CODE.match(code) or not _PART.match(modifier) or not _PART.match(place):
        raise PriceFileError("Code, modifier or place has a wrong form.", where=where)
    if per not in PER or not _AREA.match(area) or not _PERCENTILE.match(percentile):
        raise PriceFileError("What the price is for, its area or percentile has a wrong form.", where=where)
    found = [name for name in _VALUES if cells.get(name)]
    if len(found) != 1:
        raise PriceFileError("A row has either an amount, a percentage or a weight.", where=where)
    (kind,) = found
    if kind != "amount" and (per != UNIT or percentile != "0"):
        raise PriceFileError("A row per day, case or weight, or of a percentile, is an amount.", where=where)
    amount, percent, weight = (_value(cells[kind], kind, where) if name == kind else None for name in _VALUES)
    return PriceRow(code, modifier, place, per, area, int(percentile), amount, percent, weight or 0)


def _value(text: str, kind: str, where: str) -> int:
    if kind == "weight":
        match = WEIGHT_PATTERN.match(text)
        if match is None:
            raise PriceFileError("A weight is a number with at most four decimals.", where=where)
        return int(match[1]) * 10_000 + int((match[2] or "").ljust(4, "0"))
    try:
        # A percentage with two decimals and an amount in cents are the same whole number: 62.5 % is 6250 basis points.
        value = parse_amount(text)
    except AmountError as fault:
        raise PriceFileError(f"{fault.message}.", where=where) from None
    if value < 0:
        raise PriceFileError("A price is not negative.", where=where)
    return value
