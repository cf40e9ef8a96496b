"""A pricing method: from a line and its claim to an allowed amount, or None where it has no price."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any, Protocol

from tpa.engine.pricing.price import PriceBook
from tpa.kernel.document import Section


class PricedLine(Protocol):
    """What a method reads of a service line."""

    @property
    def from_on(self) -> date: ...
    @property
    def charge_cents(self) -> int: ...
    @property
    def procedure(self) -> str: ...
    @property
    def modifiers(self) -> tuple[str, ...]: ...
    @property
    def revenue_code(self) -> str: ...
    @property
    def place(self) -> str: ...
    @property
    def units_milli(self) -> int: ...
    @property
    def repriced_cents(self) -> int | None: ...


class PricedClaim(Protocol):
    """What a method reads of a claim."""

    @property
    def price_list_id(self) -> int: ...
    @property
    def instalment(self) -> int: ...


Pricer = Callable[[PricedLine, PricedClaim, PriceBook], int | None]


@dataclass(frozen=True, slots=True)
class Method:
    """`says`: the method in one sentence. `bind` reads the plan's settings once and gives the pricing function.

    `bind` gets the step's table without the key `method`; what it does not read is refused.
    """

    says: str
    bind: Callable[[Section], Pricer]


def no_settings(pricer: Pricer) -> Callable[[Section], Pricer]:
    """The `bind` of a method that has no settings."""

    def bind(_: Any) -> Pricer:
        return pricer

    return bind
