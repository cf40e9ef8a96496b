"""The pieces that every guide shares: parties, dates, references, amounts. Segments are known to be well formed."""

from __future__ import annotations

from decimal import Decimal

from tpa.kernel.money import parse_amount
from tpa.x12 import dates
from tpa.x12.claims import Address, Contact, Dated, Party, Procedure, Reference
from tpa.x12.headers import at
from tpa.x12.loops import Node
from tpa.x12.tokenizer import COMPONENT, REPETITION


def components(text: str) -> list[str]:
    """The components of a composite element."""
    return text.split(COMPONENT)


def repetitions(text: str) -> tuple[str, ...]:
    """The values of a repeating element."""
    return tuple(text.split(REPETITION)) if text else ()


def cents(elements: list[str], index: int) -> int | None:
    """An amount of money, or None where none was sent."""
    text = at(elements, index)
    return parse_amount(text) if text else None


def quantity(elements: list[str], index: int) -> Decimal | None:
    """A decimal, exactly, or None where none was sent."""
    text = at(elements, index)
    return Decimal(text) if text else None


def amount_of(node: Node, qualifier: str) -> int | None:
    """The AMT of a qualifier."""
    return next((cents(one, 2) for one in node.every("AMT") if one[1] == qualifier), None)


def references(node: Node) -> tuple[Reference, ...]:
    """Every REF of the loop."""
    return tuple([Reference(one[1], at(one, 2)) for one in node.every("REF")])


def dated(node: Node) -> tuple[Dated, ...]:
    """Every DTP of the loop."""
    found = []
    for one in node.every("DTP"):
        period = dates.period(one[2], one[3])
        if period is not None:
            found.append(Dated(one[1], *period))
    return tuple(found)


def procedure(text: str) -> Procedure:
    """A composite medical procedure identifier (C003): qualifier, code, four modifiers, description."""
    if not text:
        return Procedure()
    parts = [*components(text), "", "", "", "", "", "", ""]
    return Procedure(parts[0], parts[1], tuple([one for one in parts[2:6] if one]), parts[6])


def address(node: Node) -> Address:
    """N3 and N4 of the loop."""
    street, city = node.first("N3"), node.first("N4")
    if street is None and city is None:
        return Address()
    street, city = street or [], city or []
    return Address(at(street, 1), at(street, 2), at(city, 1), at(city, 2), at(city, 3), at(city, 4))


def contacts(node: Node) -> tuple[Contact, ...]:
    """Every PER of the loop."""
    return tuple(
        [
            Contact(
                at(one, 2), tuple([Reference(one[i], one[i + 1]) for i in (3, 5, 7) if i + 1 < len(one) and one[i]])
            )
            for one in node.every("PER")
        ]
    )


def party(node: Node) -> Party:
    """Whoever the loop's NM1 or N1 names, with all that the loop says about them."""
    name = node.first("NM1")
    if name is None:
        short = node.first("N1") or []
        return Party(at(short, 1), name=at(short, 2), id_qualifier=at(short, 3), id=at(short, 4))
    taxonomy = node.first("PRV")
    return Party(
        at(name, 1),
        at(name, 2) == "1",
        at(name, 3),
        at(name, 4),
        at(name, 5),
        at(name, 7),
        at(name, 8),
        at(name, 9),
        address(node),
        references(node),
        contacts(node),
        at(taxonomy, 3) if taxonomy else "",
    )
