"""Loop 2400 of the 837 guides (005010X222A1, X223A2, X224A2), and the adjustments and repricing of lines and claims."""

from __future__ import annotations

from tpa.kernel.errors import InvariantError
from tpa.kernel.money import parse_amount
from tpa.x12 import dates
from tpa.x12.claims import (
    Adjustment,
    Attachment,
    Drug,
    LinePayment,
    Note,
    Procedure,
    Repricing,
    ServiceLine837,
    Tooth,
)
from tpa.x12.headers import at
from tpa.x12.loops import Node
from tpa.x12.readers.parts import amount_of, cents, components, dated, party, procedure, quantity, references


def adjustments(node: Node) -> tuple[Adjustment, ...]:
    """Every trio of every CAS of the loop."""
    found = []
    for one in node.every("CAS"):
        for index in range(2, len(one) - 1, 3):
            if one[index]:
                found.append(Adjustment(one[1], one[index], cents(one, index + 1) or 0, quantity(one, index + 2)))
    return tuple(found)


def repricing(node: Node) -> Repricing | None:
    """The HCP of the loop."""
    one = node.first("HCP")
    if one is None:
        return None
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


def notes(node: Node) -> tuple[Note, ...]:
    """Every NTE of the loop."""
    return tuple([Note(one[1], at(one, 2)) for one in node.every("NTE")])


def attachments(node: Node) -> tuple[Attachment, ...]:
    """Every PWK of the loop."""
    return tuple([Attachment(one[1], at(one, 2), at(one, 6)) for one in node.every("PWK")])


def service_line(node: Node) -> ServiceLine837:
    """A line of any of the three kinds of claim."""
    number_of, number, offset = node.segments[0]
    service = next((one for one, _, _ in node.segments if one[0] in _SERVICES), None)
    if service is None:
        raise InvariantError("a line of an accepted set has an SV1, SV2 or SV3")
    shared = ServiceLine837(
        int(number_of[1]),
        0,
        dates=dated(node),
        references=references(node),
        notes=notes(node),
        attachments=attachments(node),
        providers=tuple([party(one) for one in node.below("2420")]),
        drug=_drug(node),
        repricing=repricing(node),
        other_payments=tuple([_line_payment(one) for one in node.below("2430")]),
        sales_tax_cents=amount_of(node, "T"),
        segment_number=number,
        byte_offset=offset,
    )
    return _SERVICES[service[0]](service, node, shared)


def _professional(one: list[str], node: Node, line: ServiceLine837) -> ServiceLine837:
    return line._replace(
        procedure=procedure(one[1]),
        charge_cents=parse_amount(one[2]),
        unit=at(one, 3),
        quantity=quantity(one, 4),
        place_of_service=at(one, 5),
        diagnosis_pointers=_pointers(at(one, 7)),
        emergency=at(one, 9) == "Y",
    )


def _institutional(one: list[str], node: Node, line: ServiceLine837) -> ServiceLine837:
    return line._replace(
        revenue_code=one[1],
        procedure=procedure(at(one, 2)),
        charge_cents=parse_amount(one[3]),
        unit=at(one, 4),
        quantity=quantity(one, 5),
        noncovered_cents=cents(one, 7),
    )


def _dental(one: list[str], node: Node, line: ServiceLine837) -> ServiceLine837:
    return line._replace(
        procedure=procedure(one[1]),
        charge_cents=parse_amount(one[2]),
        place_of_service=at(one, 3),
        oral_cavities=tuple([code for code in components(at(one, 4)) if code]),
        prosthesis=at(one, 5),
        quantity=quantity(one, 6),
        diagnosis_pointers=_pointers(at(one, 11)),
        teeth=tuple(
            [
                Tooth(tooth[2], tuple([surface for surface in components(at(tooth, 3)) if surface]))
                for tooth in node.every("TOO")
            ]
        ),
    )


_SERVICES = {"SV1": _professional, "SV2": _institutional, "SV3": _dental}


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
    one = node.segments[0][0]
    paid = next((dates.period(date[2], date[3]) for date in node.every("DTP") if date[1] == "573"), None)
    return LinePayment(
        one[1],
        parse_amount(one[2]),
        procedure(at(one, 3)) if at(one, 3) else Procedure(),
        at(one, 4),
        quantity(one, 5),
        at(one, 6),
        adjustments(node),
        paid.first_on if paid else None,
        amount_of(node, "EAF"),
    )
