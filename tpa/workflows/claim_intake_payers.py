"""What other payers have done with a claim on its way in: from an 837 (loops 2320, 2330B, 2430), from JSON, to JSON."""

from collections.abc import Iterable
from typing import Any

from tpa.engine.coordination.answers import Adjustment, LineAnswer, OtherPayer
from tpa.kernel.document import Section
from tpa.x12.claims import Adjustment as Adjustment837
from tpa.x12.claims import Claim837, LinePayment
from tpa.x12.claims import OtherPayer as OtherPayer837

GROUPS = ("CO", "PR", "OA", "PI")
_ORDER = tuple("PSTABCDEFGHU")
_MOST_NAME = 80
_MOST_LINES = 999


def payers_of(came: Claim837) -> tuple[OtherPayer, ...]:
    """The other payers of an accepted claim. One that says nowhere what it paid has not answered yet."""
    return tuple(_payer_of(came, one) for one in came.other_payers)


def _payer_of(came: Claim837, one: OtherPayer837) -> OtherPayer:
    lines = []
    for line in came.lines:
        payments = [payment for payment in line.other_payments if _is_of(came, one, payment)]
        if payments:
            paid_cents = max(0, sum(payment.paid_cents for payment in payments))
            taken = [taken for payment in payments for taken in payment.adjustments]
            lines.append(LineAnswer(line.number, paid_cents, None, _adjustments(taken)))
    paid = one.paid_cents
    if paid is None and lines:
        paid = sum(line.paid_cents for line in lines)
    return OtherPayer(
        "".join(char for char in one.payer.name if char.isprintable())[:_MOST_NAME],
        None if paid is None else max(0, paid),
        one.payer_order if one.payer_order in _ORDER else "",
        None,
        () if lines else _adjustments(one.adjustments),
        tuple(lines),
        one.paid_on,
    )


def _is_of(came: Claim837, one: OtherPayer837, payment: LinePayment) -> bool:
    """SVD01 names the payer by its number in loop 2330B; where there is but one payer it is meant whatever it says."""
    return payment.payer_id == one.payer.id or len(came.other_payers) == 1


def _adjustments(taken: Iterable[Adjustment837]) -> tuple[Adjustment, ...]:
    return tuple(Adjustment(one.group, one.carc, one.cents) for one in taken)


def payer_from(told: Section) -> OtherPayer:
    """A payer of a claim by REST. Raises DocumentError. Without `paid_cents` it has not answered, unless its lines say so."""
    with told as one:
        lines = tuple(_line_from(row) for row in one.sections("lines"))
        paid: int | None = one.cents("paid_cents", None)
        if paid is None and lines:
            paid = sum(line.paid_cents for line in lines)
        return OtherPayer(
            one.text("name", "")[:_MOST_NAME],
            paid,
            one.choice("responsibility", _ORDER, ""),
            one.cents("allowed_cents", None),
            _adjustments_from(one),
            lines,
            one.day("answered_on", None),
        )


def _line_from(told: Section) -> LineAnswer:
    with told as one:
        return LineAnswer(
            one.whole("number", least=1, most=_MOST_LINES),
            one.cents("paid_cents"),
            one.cents("allowed_cents", None),
            _adjustments_from(one),
        )


def _adjustments_from(told: Section) -> tuple[Adjustment, ...]:
    found = []
    for row in told.sections("adjustments"):
        with row as one:
            found.append(Adjustment(one.choice("group", GROUPS), one.text("carc")[:5], one.cents("cents")))
    return tuple(found)


def payer_to_json(payer: OtherPayer) -> dict[str, Any]:
    """The document from which `payer_from` makes the same payer; what is empty is left out."""
    document = {
        "name": payer.name,
        "paid_cents": payer.paid_cents,
        "responsibility": payer.responsibility,
        "allowed_cents": payer.allowed_cents,
        "adjustments": [one._asdict() for one in payer.adjustments],
        "lines": [_line_to_json(line) for line in payer.lines],
        "answered_on": payer.answered_on.isoformat() if payer.answered_on else None,
    }
    return {key: value for key, value in document.items() if value not in ("", None, [])}


def _line_to_json(line: LineAnswer) -> dict[str, Any]:
    document = {**line._asdict(), "adjustments": [one._asdict() for one in line.adjustments]}
    return {key: value for key, value in document.items() if value not in (None, [])}
