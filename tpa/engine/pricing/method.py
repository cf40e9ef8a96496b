"""A pricing method: from a line and its claim to an allowed amount, or None where it has no price."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple, Protocol

from tpa.engine.pricing.price import PriceBook
from tpa.kernel.document import Section


class PricedLine(Protocol):
    """What a method reads of a service line."""

    @property
    def number(self) -> int: ...
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
    @property
    def form(self) -> str: ...
    @property
    def drg(self) -> str: ...
    @property
    def zip_code(self) -> str: ...
    @property
    def repriced_cents(self) -> int | None: ...
    @property
    def lines(self) -> Sequence[PricedLine]: ...


class Fee(NamedTuple):
    """A price with what its modifiers have to do with it: `included` are already in it, `is_final` leaves none to apply."""

    cents: int
    included: str = ""
    is_final: bool = False


class Package(NamedTuple):
    """One price for several lines of the claim: a case rate, a stay by days, a DRG.

    `wishes` (line number, cents) are the lines on which it lies as far as their charges reach; without wishes it lies
    on all of its lines in proportion to their charges. It is at most `most_bp` of their charges together.
    """

    cents: int
    wishes: tuple[tuple[int, int], ...] = ()
    most_bp: int | None = None


Found = int | Fee | Package
"""What a method answers: the cents of the line (modifiers apply where the method is a fee), or one of the above."""
Pricer = Callable[[PricedLine, PricedClaim, PriceBook], Found | None]
Binder = Callable[[Section], "Step"]


class Step(NamedTuple):
    """A step of a tier's `prices`, bound: `classes` are the benefit classes it is for (none: all)."""

    method: str
    pricer: Pricer
    is_fee: bool
    is_package: bool
    classes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Method:
    """`says`: the method in one sentence. `bind` reads the plan's settings once and gives the pricing function.

    `bind` gets the step's table without the key `method` (what it does not read is refused) and what binds a step
    inside it. Modifiers change the price of a method that `is_fee`; a method with `is_package` may price a whole claim.
    """

    says: str
    bind: Callable[[Section, Binder], Pricer]
    is_fee: bool = False
    is_package: bool = False


def no_settings(pricer: Pricer) -> Callable[[Section, Binder], Pricer]:
    """The `bind` of a method that has no settings."""

    def bind(_: Any, __: Any) -> Pricer:
        return pricer

    return bind
