"""Invoice lines, and what more than one kind of charge needs to write them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Literal, NamedTuple

Kind = Literal["fee", "premium", "tax", "claims", "credit"]


class Charge(NamedTuple):
    """What a fee or premium comes to: one line of an invoice before it has a name and a month.

    `detail` tells the lines of one fee apart (a tier), or is empty. `quantity` and `rate` (as printed: 32.00, 3.5 %)
    are there where the amount is their product. `basis` says how it came about: `text` for people, and the figures.
    """

    detail: str
    quantity: int | None
    rate: str
    cents: int
    basis: dict[str, Any]


class InvoiceLine(NamedTuple):
    """One line of an invoice. `cents` is negative for a credit or a retroactive reduction.

    `month` is the first day of the month that the line is for; the rest as in Charge.
    """

    kind: Kind
    code: str
    month: date
    description: str
    quantity: int | None
    rate: str
    cents: int
    basis: dict[str, Any]


def invoice_line(kind: Kind, code: str, month: date, label: str, charge: Charge) -> InvoiceLine:
    """The line of a charge."""
    description = f"{label}, {charge.detail}" if charge.detail else label
    return InvoiceLine(kind, code, month, description, charge.quantity, charge.rate, charge.cents, charge.basis)


def format_rate(rate_bp: int) -> str:
    """`3.5 %` for 350."""
    whole, rest = divmod(rate_bp, 100)
    return f"{whole}{f'.{rest:02d}'.rstrip('0') if rest else ''} %"


def difference(then: Sequence[InvoiceLine], now: Sequence[InvoiceLine]) -> list[InvoiceLine]:
    """What has to be added to `then` (as billed) to make it `now`: one line each that changed, naming its month."""
    before, after = _by_name(then), _by_name(now)
    found = []
    for name in dict.fromkeys([*after, *before]):
        old, new = before.get(name), after.get(name)
        kind, code, month, description = name
        cents = (new.cents if new else 0) - (old.cents if old else 0)
        if cents == 0:
            continue
        quantity = ((new.quantity if new else 0) or 0) - ((old.quantity if old else 0) or 0)
        basis: dict[str, Any] = {
            "text": f"now {new.basis['text'] if new else 'nothing'}; billed {old.basis['text'] if old else 'nothing'}",
            "billed": old.basis if old else None,
            "now": new.basis if new else None,
        }
        rates = {line.rate for line in (old, new) if line}
        rate = rates.pop() if len(rates) == 1 and quantity else ""
        text = f"{description}, retroactive for {month:%Y-%m}"
        found.append(InvoiceLine(kind, code, month, text, quantity or None, rate, cents, basis))
    return found


def _by_name(lines: Sequence[InvoiceLine]) -> Mapping[tuple[Kind, str, date, str], InvoiceLine]:
    return {(line.kind, line.code, line.month, line.description): line for line in lines}
