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


def references(segments: list[list[str]]) -> tuple[Reference, ...]:
    """REF segments."""
    return tuple([Reference(one[1], one[2]) for one in segments])


def dated(segments: list[list[str]]) -> tuple[Dated, ...]:
    """DTP segments."""
    found = []
    for one in segments:
        period = dates.period(one[2], one[3])
        if period is not None:
            found.append(Dated(one[1], *period))
    return tuple(found)


def contacts(segments: list[list[str]]) -> tuple[Contact, ...]:
    """PER segments."""
    return tuple(
        [
            Contact(
                at(one, 2), tuple([Reference(one[i], one[i + 1]) for i in (3, 5, 7) if i + 1 < len(one) and one[i]])
            )
            for one in segments
        ]
    )


def procedure(text: str) -> Procedure:
    """A composite medical procedure identifier (C003): qualifier, code, four modifiers, description."""
    if not text:
        return Procedure()
    parts = [*components(text), "", "", "", "", "", "", ""]
    return Procedure(parts[0], parts[1], tuple([one for one in parts[2:6] if one]), parts[6])


def party(node: Node) -> Party:
    """Whoever the loop's NM1 or N1 names, with all that the loop says about them."""
    found = node.found()
    if "NM1" not in found:
        short = [*found["N1"][0], "", "", ""] if "N1" in found else [""] * 5
        return Party(short[1], name=short[2], id_qualifier=short[3], id=short[4])
    name = [*found["NM1"][0], "", "", "", "", "", "", ""]
    who = Party(name[1], name[2] == "1", name[3], name[4], name[5], name[7], name[8], name[9])
    if len(node.segments) == 1:
        return who
    street, city = found.get("N3", [[]])[0], found.get("N4", [[]])[0]
    return who._replace(
        address=Address(at(street, 1), at(street, 2), at(city, 1), at(city, 2), at(city, 3), at(city, 4)),
        references=references(found.get("REF", [])),
        contacts=contacts(found.get("PER", [])),
        taxonomy=found["PRV"][0][3] if "PRV" in found else "",
    )
