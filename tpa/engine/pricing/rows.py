"""Rows of a price list as a plan document or a case writes them: `code = amount`, or `code = [rows]`."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal

from tpa.engine.plan.terms_values import amount, percent_bp
from tpa.engine.pricing.price import PER, UNIT, Price
from tpa.kernel.document import DocumentError, Section
from tpa.kernel.periods import FOREVER

WEIGHT_PATTERN = re.compile(r"(\d{1,4})(?:\.(\d{1,4})0*)?\Z", re.ASCII)
_AREA = re.compile(r"\d{3,5}\Z", re.ASCII)
_VALUES = ("amount", "percent_of_charge", "weight")


def read_rows(section: Section, key: str) -> dict[str, tuple[Price, ...]]:
    """The price list under `key`, by code; empty where it is not written. Raises DocumentError with the place."""
    if key not in section:
        section.value(key, None)
        return {}
    with section.section(key) as table:
        return {code: _rows(table, code) for code in table.keys()}  # noqa: SIM118


def _rows(table: Section, code: str) -> tuple[Price, ...]:
    if isinstance(table.value(code), list):
        return tuple(_row(one, code) for one in table.sections(code))
    if isinstance(table.value(code), dict):
        return (_row(table.section(code), code),)
    return (Price(code, amount(table, code)),)


def _row(section: Section, code: str) -> Price:
    with section as one:
        if sum(key in one for key in _VALUES) != 1:
            raise DocumentError(f"One of {', '.join(_VALUES)} is wanted.", where=one.where)
        starts_on, ends_before = one.day("starts_on", date(1, 1, 1)), one.day("ends_before", FOREVER)
        if starts_on >= ends_before:
            raise DocumentError("starts_on must be before ends_before.", where=one.at("ends_before"))
        area = one.text("area", "")
        if area and not _AREA.match(area):
            raise DocumentError("The first 3 to 5 digits of a ZIP code are wanted.", where=one.at("area"))
        row = Price(
            code,
            amount(one, "amount", None),
            percent_bp(one, "percent_of_charge", 0),
            one.text("modifier", ""),
            one.text("place", ""),
            starts_on,
            ends_before,
            one.choice("per", PER, UNIT),
            area,
            one.whole("percentile", 0, least=1, most=99),
            weight_e4(one, "weight") if "weight" in one else one.value("weight", 0),
        )
        if row.cents is None and (row.per != UNIT or row.percentile):
            raise DocumentError("A row per day, case or weight, or of a percentile, is an amount.", where=one.where)
        return row


def weight_e4(section: Section, key: str) -> int:
    """A DRG's relative weight in ten-thousandths: `"1.9052"`, or a number."""
    found = section.value(key)
    if isinstance(found, str | int | Decimal) and not isinstance(found, bool):
        match = WEIGHT_PATTERN.match(str(found))
        if match is not None and (weight := int(match[1]) * 10_000 + int((match[2] or "").ljust(4, "0"))):
            return weight
    raise DocumentError('A weight above zero with up to four decimals is wanted: "1.9052".', where=section.at(key))
