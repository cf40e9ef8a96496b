"""Loop 2400 of the 837 guides (005010X222A1, X223A2, X224A2), and the adjustments and repricing of lines and claims."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tpa.kernel.money import parse_amount
from tpa.x12.claims import (
    Adjustment,
    Attachment,
    Drug,
    LinePayment,
    Note,
    Repricing,
    ServiceLine837,
    Tooth,
)
from tpa.x12.headers import at
from tpa.x12.loops import Node
from tpa.x12.readers.parts import cents, components, dated, party, procedure, quantity, references


def adjustments(segments: list[list[str]]) -> tuple[Adjustment, ...]:
    """Every trio of the CAS segments."""
    found = []
    for one in segments:
        for index in range(2, len(one) - 1, 3):
            if one[index]:
                found.append(Adjustment(one[1], one[index], cents(one, index + 1) or 0, quantity(one, index + 2)))
    return tuple(found)


def repricing(segments: list[list[str]]) -> Repricing:
    """The HCP."""
    one = segments[0]
    return Repricing(
        one[1],
        cents(one, 2),
        cents(one, 3),
        at(one, 4),
        quantity(one, 5),
        at(one, 6),
        cents(one, 7),
        at(one, 8),
        at(one, 9),
        at(one, 10),
        at(one, 11),
        quantity(one, 12),
        at(one, 13),
        at(one, 14),
        at(one, 15),
    )


def notes(segments: list[list[str]]) -> tuple[Note, ...]:
    """NTE segments."""
    return tuple([Note(one[1], at(one, 2)) for one in segments])


def attachments(segments: list[list[str]]) -> tuple[Attachment, ...]:
    """PWK segments."""
    return tuple([Attachment(one[1], at(one, 2), at(one, 6)) for one in segments])


def amounts(segments: list[list[str]], fields: dict[str, str]) -> dict[str, int | None]:
    """AMT segments: field by qualifier to field and cents. Of one qualifier the first counts."""
    return {fields[one[1]]: cents(one, 2) for one in reversed(segments) if one[1] in fields}


SHARED: dict[str, tuple[str, Callable[[list[list[str]]], Any]]] = {
    "DTP": ("dates", dated),
    "REF": ("references", references),
    "NTE": ("notes", notes),
    "PWK": ("attachments", attachments),
    "HCP": ("repricing", repricing),
}
"""What a claim and a line have in common: the field for each segment, and how it is read."""


def service_line(node: Node) -> ServiceLine837:
    """A line of any of the three kinds of claim."""
    start, _, number, offset = node.segments[0]
    fields: dict[str, Any] = {}
    for name, segments in node.found().items():
        if name in SHARED:
            field, read = SHARED[name]
            fields[field] = read(segments)
        elif name in _SERVICES:
            fields.update(_SERVICES[name]([*segments[0], *_PADDING]))
        elif name == "TOO":
            fields["teeth"] = tuple([Tooth(tooth[2], _nonempty(at(tooth, 3))) for tooth in segments])
        elif name == "AMT":
            fields.update(amounts(segments, {"T": "sales_tax_cents"}))
    if node.children:
        fields["drug"] = _drug(node)
        fields["providers"] = tuple([party(one) for one in node.below("2420")])
        fields["other_payments"] = tuple([_line_payment(one) for one in node.below("2430")])
    return ServiceLine837(int(start[1]), segment_number=number, byte_offset=offset, **fields)


def _professional(one: list[str]) -> dict[str, Any]:
    return {
        "procedure": procedure(one[1]),
        "charge_cents": parse_amount(one[2]),
        "unit": one[3],
        "quantity": quantity(one, 4),
        "place_of_service": one[5],
        "diagnosis_pointers": _pointers(one[7]),
        "emergency": one[9] == "Y",
    }


def _institutional(one: list[str]) -> dict[str, Any]:
    return {
        "revenue_code": one[1],
        "procedure": procedure(one[2]),
        "charge_cents": parse_amount(one[3]),
        "unit": one[4],
        "quantity": quantity(one, 5),
        "noncovered_cents": cents(one, 7),
    }


def _dental(one: list[str]) -> dict[str, Any]:
    return {
        "procedure": procedure(one[1]),
        "charge_cents": parse_amount(one[2]),
        "place_of_service": one[3],
        "oral_cavities": _nonempty(one[4]),
        "prosthesis": one[5],
        "quantity": quantity(one, 6),
        "diagnosis_pointers": _pointers(one[11]),
    }


_PADDING = ("",) * 12
_SERVICES = {"SV1": _professional, "SV2": _institutional, "SV3": _dental}


def _nonempty(text: str) -> tuple[str, ...]:
    return tuple([one for one in components(text) if one])


def _pointers(text: str) -> tuple[int, ...]:
    return tuple([int(one) for one in components(text) if one])


def _drug(node: Node) -> Drug | None:
    """Loop 2410: LIN, CTP, REF."""
    loop = node.child("2410")
    if loop is None:
        return None
    item, price = loop.first("LIN") or [], loop.first("CTP") or []
    number = loop.first("REF") or []
    return Drug(at(item, 3), quantity(price, 4), components(at(price, 5))[0], at(number, 2))


def _line_payment(node: Node) -> LinePayment:
    """Loop 2430."""
    found = node.found()
    one = [*node.segments[0][0], *_PADDING]
    paid = next((day for day in dated(found.get("DTP", [])) if day.qualifier == "573"), None)
    return LinePayment(
        one[1],
        parse_amount(one[2]),
        procedure(one[3]),
        one[4],
        quantity(one, 5),
        one[6],
        adjustments(found.get("CAS", [])),
        paid.first_on if paid else None,
        **amounts(found.get("AMT", []), {"EAF": "remaining_cents"}),
    )
