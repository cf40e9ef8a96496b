"""Why an invoice differs from the one before: each cause with its cents and a sentence. They add up to the difference.

Causes: `headcount` (more or fewer lives at the old rate), `rate` (the new rate on those who count now), `usage` (claims,
scripts, amounts that a share is of), `retro` (lines of earlier months, now and then), `new` and `ended` (a line that was
not there, or is no more), `credit`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from tpa.engine.billing.lines import InvoiceLine
from tpa.kernel.money import format_amount

CAUSES = ("headcount", "rate", "usage", "retro", "new", "ended", "credit")
_BY_HEADS = ("roster",)


class Change(NamedTuple):
    """One cause of a difference."""

    cause: str
    name: str
    cents: int
    sentence: str


def changes(before: Sequence[InvoiceLine], now: Sequence[InvoiceLine]) -> list[Change]:
    """What made the invoice another than the one before, the largest first; their cents add up to the difference."""
    found = [*_of_month(before, now), *_retroactive(before, now), *_credits(before, now)]
    return sorted((one for one in found if one.cents), key=lambda one: -abs(one.cents))


def _own(lines: Sequence[InvoiceLine]) -> dict[tuple[str, str], InvoiceLine]:
    """The lines of the invoice's own month, by kind and description."""
    month = max((line.month for line in lines), default=None)
    return {(line.kind, line.description): line for line in lines if line.month == month and line.kind != "credit"}


def _of_month(before: Sequence[InvoiceLine], now: Sequence[InvoiceLine]) -> Iterator[Change]:
    old, new = _own(before), _own(now)
    for name in dict.fromkeys([*new, *old]):
        was, is_now = old.get(name), new.get(name)
        if was is None and is_now is not None:
            yield Change("new", name[1], is_now.cents, f"{name[1]} is new: {_signed(is_now.cents)}.")
        elif is_now is None and was is not None:
            yield Change("ended", name[1], -was.cents, f"{name[1]} is no more: {_signed(-was.cents)}.")
        elif was is not None and is_now is not None:
            yield from _compared(was, is_now)


def _compared(was: InvoiceLine, now: InvoiceLine) -> Iterator[Change]:
    """A line beside the same one of the month before: first by quantity at the old rate, the rest by rate or usage."""
    name, by_quantity = now.description, 0
    old_rate, new_rate = was.basis.get("rate_cents"), now.basis.get("rate_cents")
    by_heads = now.basis.get("rows") in _BY_HEADS
    if old_rate is not None and new_rate is not None and was.quantity is not None and now.quantity is not None:
        more = now.quantity - was.quantity
        by_quantity = more * old_rate if "/" not in now.rate else now.cents - was.cents
        if by_quantity:
            what = "lives " if by_heads else ""
            text = f"{name}: {abs(more)} {what}{'more' if more > 0 else 'fewer'}: {_signed(by_quantity)}."
            yield Change("headcount" if by_heads else "usage", name, by_quantity, text)
    rest = now.cents - was.cents - by_quantity
    if not rest:
        return
    if old_rate != new_rate or was.rate != now.rate:
        yield Change("rate", name, rest, f"{name}: the rate is {now.rate} after {was.rate}: {_signed(rest)}.")
    else:
        yield Change("usage", name, rest, f"{name}: {_now(now)} after {_now(was)}: {_signed(rest)}.")


def _now(line: InvoiceLine) -> str:
    return str(line.basis.get("text") or format_amount(line.cents))


def _retroactive(before: Sequence[InvoiceLine], now: Sequence[InvoiceLine]) -> Iterator[Change]:
    """Corrections of this invoice come, those of the one before are over."""
    for lines, sign, word in ((now, 1, "corrects"), (before, -1, "corrected")):
        month = max((line.month for line in lines), default=None)
        sums: dict[Any, int] = {}
        for line in lines:
            if line.month != month and line.kind != "credit":
                sums[line.month] = sums.get(line.month, 0) + line.cents
        for of, cents in sums.items():
            which = "This invoice" if sign > 0 else "The invoice before"
            text = f"{which} {word} {of:%B %Y} by {_signed(cents)}{'' if sign > 0 else ', which does not come again'}."
            yield Change("retro", f"{of:%Y-%m}", sign * cents, text)


def _credits(before: Sequence[InvoiceLine], now: Sequence[InvoiceLine]) -> Iterator[Change]:
    then, given = (sum(line.cents for line in lines if line.kind == "credit") for lines in (before, now))
    if then != given:
        text = f"Credits are {format_amount(-given)} after {format_amount(-then)}: {_signed(given - then)}."
        yield Change("credit", "credits", given - then, text)


def _signed(cents: int) -> str:
    return f"{'+' if cents > 0 else ''}{format_amount(cents)}"
