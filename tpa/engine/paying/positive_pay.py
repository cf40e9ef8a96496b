"""Positive pay: which checks a bank is to pay, and which no more, in the form that the bank wants.

A layout is data: a TOML file in `layouts/`. `form` is csv or fixed; `issue` and `void` are the bank's marks; each column
has a `value` (account, number, cents, amount, issued_on, kind, payee), in a fixed form a `width` and a `fill` ("0" aligns
to the right), and for a day a `format`.
"""

from __future__ import annotations

import csv
import io
import tomllib
from collections.abc import Sequence
from datetime import date
from importlib.resources import files
from typing import Any, NamedTuple

from tpa.kernel.errors import DomainError
from tpa.kernel.money import format_amount


class Check(NamedTuple):
    """A check that was issued, or is stopped."""

    account: str
    number: str
    cents: int
    issued_on: date
    payee: str
    is_void: bool = False


class LayoutError(DomainError):
    """There is no such layout, or a check does not fit into it."""

    code = "positive_pay_layout"


def layouts() -> list[str]:
    """The names of the layouts."""
    folder = files("tpa.engine.paying") / "layouts"
    return sorted(one.name.removesuffix(".toml") for one in folder.iterdir() if one.name.endswith(".toml"))


def write_checks(checks: Sequence[Check], layout: str) -> bytes:
    """The file. Raises LayoutError."""
    if layout not in layouts():
        raise LayoutError(f"There is no layout {layout!r}.", where="layout", remedy=f"One of {', '.join(layouts())}.")
    told = tomllib.loads((files("tpa.engine.paying") / "layouts" / f"{layout}.toml").read_text(encoding="utf-8"))
    rows = [[_value(check, column, told) for column in told["columns"]] for check in checks]
    if told["form"] == "fixed":
        return "".join("".join(row) + "\n" for row in rows).encode("ascii", "replace")
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows(rows)
    return out.getvalue().encode()


def _value(check: Check, column: dict[str, Any], layout: dict[str, Any]) -> str:
    name, text = str(column["value"]), ""
    if name == "kind":
        text = str(layout["void"] if check.is_void else layout["issue"])
    elif name == "amount":
        text = format_amount(check.cents)
    elif name == "issued_on":
        text = check.issued_on.strftime(str(column["format"]))
    else:
        text = str(getattr(check, name))
    width: int | None = column.get("width")
    if width is None:
        return text
    if name == "payee":
        text = text[:width]
    if len(text) > width:
        raise LayoutError(f"{name} {text!r} is longer than {width} characters.", where=f"check {check.number}")
    return text.rjust(width, "0") if column.get("fill") == "0" else text.ljust(width)
