"""Positive pay: which checks a bank is to pay, and which no more, in the form that the bank wants.

A layout is data, a TOML document; the samples in `layouts/` are generic, a bank's own is loaded by who has it::

    form = "csv"                    # values between delimiters; or "fixed": each in its width, nothing between them
    delimiter = ","                 # of csv: , ; | or a tab
    line_end = "lf"                 # or crlf
    issue = "I"                     # the bank's marks, in the column `kind`
    void = "V"
    header = []                     # columns of one row before the checks, and
    trailer = []                    # of one after them: account, routing, made_on, count, cents, amount (totals), text
    columns = [                     # of each check: account, routing, number, cents, amount, issued_on, kind, payee, text
        { value = "number", width = 10, fill = "0" },
    ]

A column has a `width` (needed in a fixed form), a `fill` (blanks in a fixed form, else nothing) and an `align` (to the
right where it is filled with zeros, else to the left); a day a `format` of %Y %y %m %d; a `text` its `text`. Payees are
cut to the width, what else is longer is refused.
"""

from __future__ import annotations

import csv
import io
import re
import tomllib
from collections.abc import Sequence
from datetime import date
from importlib.resources import files
from typing import NamedTuple

from tpa.kernel.document import DocumentError, Section
from tpa.kernel.errors import DomainError
from tpa.kernel.money import format_amount

OF_CHECKS = ("account", "routing", "number", "cents", "amount", "issued_on", "kind", "payee", "text")
OF_FILES = ("account", "routing", "made_on", "count", "cents", "amount", "text")
_DAYS, _LINE_ENDS = ("issued_on", "made_on"), {"lf": "\n", "crlf": "\r\n"}
_DAY_FORMAT = re.compile(r"(%[Yymd]|[-/. ])+")
_MOST_COLUMNS, _MOST_WIDTH = 60, 200


class Check(NamedTuple):
    """A check that was issued, or is stopped."""

    account: str
    number: str
    cents: int
    issued_on: date
    payee: str
    is_void: bool = False
    routing: str = ""


class Column(NamedTuple):
    """One value of a row."""

    value: str
    width: int | None
    fill: str
    is_right: bool
    format: str
    text: str


class Layout(NamedTuple):
    """A bank's form."""

    is_fixed: bool
    delimiter: str
    line_end: str
    issue: str
    void: str
    columns: tuple[Column, ...]
    header: tuple[Column, ...] = ()
    trailer: tuple[Column, ...] = ()


class LayoutError(DomainError):
    """There is no such layout, it has a fault, or a check does not fit into it."""

    code = "positive_pay_layout"


def samples() -> dict[str, Layout]:
    """The generic layouts, by their names."""
    folder = files("tpa.engine.paying") / "layouts"
    names = sorted(one.name for one in folder.iterdir() if one.name.endswith(".toml"))
    return {name.removesuffix(".toml"): read_layout((folder / name).read_text(encoding="utf-8")) for name in names}


def read_layout(text: str) -> Layout:
    """The layout of a TOML document. Raises LayoutError with the place of the first fault."""
    try:
        with Section(tomllib.loads(text)) as told:
            return _layout(told)
    except tomllib.TOMLDecodeError as error:
        raise LayoutError(f"It is no TOML: {error}.") from error
    except DocumentError as error:
        raise LayoutError(error.message, where=error.where, remedy=error.remedy) from error


def _layout(told: Section) -> Layout:
    is_fixed = told.choice("form", ("csv", "fixed")) == "fixed"
    layout = Layout(
        is_fixed,
        "" if is_fixed else told.choice("delimiter", (",", ";", "|", "\t"), ","),
        _LINE_ENDS[told.choice("line_end", tuple(_LINE_ENDS), "lf")],
        _mark(told, "issue"),
        _mark(told, "void"),
        *(
            tuple(_column(one, values, is_fixed) for one in told.sections(name))
            for name, values in (("columns", OF_CHECKS), ("header", OF_FILES), ("trailer", OF_FILES))
        ),
    )
    found = [one.value for one in layout.columns]
    for wanted in (("number",), ("cents", "amount"), ("kind",)):
        if not set(wanted) & set(found):
            raise DocumentError(f"No column has the {' or the '.join(wanted)}.", where="/columns")
    if len(found) > _MOST_COLUMNS:
        raise DocumentError(f"There are more than {_MOST_COLUMNS} columns.", where="/columns")
    if layout.issue == layout.void:
        raise DocumentError("Issued and voided checks have the same mark.", where="/void")
    room = next((one.width for one in layout.columns if one.value == "kind" and one.width), None)
    if room and max(len(layout.issue), len(layout.void)) > room:
        raise DocumentError(f"A mark is longer than the {room} characters of its column.", where="/void")
    return layout


def _mark(told: Section, name: str) -> str:
    """A mark may be blanks, so it is no text that has to say something."""
    mark = told.value(name)
    if not (isinstance(mark, str) and 0 < len(mark) <= 10 and mark.isascii() and mark.isprintable()):
        raise DocumentError("A mark has one to ten printable characters.", where=told.at(name))
    return mark


def _column(told: Section, values: Sequence[str], is_fixed: bool) -> Column:
    with told:
        value = told.choice("value", values)
        width = told.whole("width", least=1, most=_MOST_WIDTH) if is_fixed or "width" in told else None
        fill = told.value("fill", " " if is_fixed else "")
        if "fill" in told and not (isinstance(fill, str) and len(fill) == 1 and fill.isascii() and fill.isprintable()):
            raise DocumentError("The fill is one printable character.", where=told.at("fill"))
        align = told.choice("align", ("left", "right"), "right" if fill == "0" else "left")
        day = told.text("format") if value in _DAYS else ""
        if day and not _DAY_FORMAT.fullmatch(day):
            raise DocumentError("A day is made of %Y %y %m %d and - / . or a blank.", where=told.at("format"))
        text = told.value("text") if value == "text" else ""
        if not (
            isinstance(text, str) and text.isascii() and text.isprintable() and len(text) <= (width or _MOST_WIDTH)
        ):
            raise DocumentError("The text is printable ASCII and not longer than its column.", where=told.at("text"))
        return Column(value, width, fill, align == "right", day, text)


def write_checks(checks: Sequence[Check], layout: Layout, *, made_on: date) -> bytes:
    """The file. Raises LayoutError for a check that does not fit."""
    rows = [[_of_check(check, column, layout) for column in layout.columns] for check in checks]
    if layout.header:
        rows.insert(0, [_of_file(checks, column, made_on) for column in layout.header])
    if layout.trailer:
        rows.append([_of_file(checks, column, made_on) for column in layout.trailer])
    if layout.is_fixed:
        return "".join("".join(row) + layout.line_end for row in rows).encode("ascii", "replace")
    out = io.StringIO()
    csv.writer(out, delimiter=layout.delimiter, lineterminator=layout.line_end).writerows(rows)
    return out.getvalue().encode()


def _of_check(check: Check, column: Column, layout: Layout) -> str:
    match column.value:
        case "kind":
            text = layout.void if check.is_void else layout.issue
        case "amount":
            text = format_amount(check.cents)
        case "issued_on":
            text = check.issued_on.strftime(column.format)
        case "payee":
            text = check.payee[: column.width]
        case "text":
            text = column.text
        case name:
            text = str(getattr(check, name))
    return _placed(text, column, f"check {check.number}")


def _of_file(checks: Sequence[Check], column: Column, made_on: date) -> str:
    total = sum(one.cents for one in checks)
    told = {
        "account": checks[0].account if checks else "", "routing": checks[0].routing if checks else "",
        "made_on": made_on.strftime(column.format), "count": str(len(checks)), "cents": str(total),
        "amount": format_amount(total), "text": column.text,
    }  # fmt: skip
    return _placed(told[column.value], column, "the file")


def _placed(text: str, column: Column, where: str) -> str:
    if column.width is None:
        return text
    if len(text) > column.width:
        raise LayoutError(f"{column.value} {text!r} is longer than {column.width} characters.", where=where)
    if not column.fill:
        return text
    return text.rjust(column.width, column.fill) if column.is_right else text.ljust(column.width, column.fill)
