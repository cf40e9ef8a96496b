"""A price list as a CSV file: `code, modifier, place, amount, percent_of_charge`, in any order, the first needed.

`amount` is money per unit (`125.00`), `percent_of_charge` a percentage with at most two decimals (`62.5`); every row
has one of the two. Empty modifier or place match any.
"""

import csv
import io
import re
from collections.abc import Iterator
from typing import NamedTuple

from tpa.books.providers.errors import PriceFileError
from tpa.kernel.money import AmountError, parse_amount

_COLUMNS = ("code", "modifier", "place", "amount", "percent_of_charge")
_CODE = re.compile(r"[0-9A-Z]{3,8}\Z", re.ASCII)
_PART = re.compile(r"[0-9A-Z]{0,2}\Z", re.ASCII)
_LONGEST_FIELD = 200


class PriceRow(NamedTuple):
    """One price: exactly one of `amount_cents` and `percent_of_charge_bp` is set."""

    code: str
    modifier: str
    place: str
    amount_cents: int | None
    percent_of_charge_bp: int | None


def read_prices(data: bytes) -> list[PriceRow]:
    """The prices in a file. Raises PriceFileError with the row of the first fault."""
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as fault:
        raise PriceFileError("The file is not UTF-8.", where=f"byte {fault.start}") from None
    rows: dict[tuple[str, str, str], PriceRow] = {}
    for where, cells in _cells(text):
        row = _price(cells, where)
        if row[:3] in rows:
            raise PriceFileError(f"{row.code} stands twice with the same modifier and place.", where=where)
        rows[row[:3]] = row
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
    if not _CODE.match(code) or not _PART.match(modifier) or not _PART.match(place):
        raise PriceFileError("Code, modifier or place has a wrong form.", where=where)
    amount, percent = cells.get("amount", ""), cells.get("percent_of_charge", "")
    if bool(amount) == bool(percent):
        raise PriceFileError("A row has either an amount or a percentage.", where=where)
    try:
        # A percentage with two decimals and an amount in cents are the same whole number: 62.5 % is 6250 basis points.
        value = parse_amount(amount or percent)
    except AmountError as fault:
        raise PriceFileError(f"{fault.message}.", where=where) from None
    if value < 0:
        raise PriceFileError("A price is not negative.", where=where)
    return PriceRow(code, modifier, place, value if amount else None, value if percent else None)
