"""What other payers have answered to a claim, as the claim carries it, and what that comes to by line."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from datetime import date
from typing import NamedTuple

from tpa.kernel.money import split

_ORDER = "PSTABCDEFGHU"
"""SBR01: primary, secondary, tertiary, and so on."""


class Adjustment(NamedTuple):
    """What a payer took off: group (CO, PR, OA, PI), reason code (CARC), cents."""

    group: str
    carc: str
    cents: int


class LineAnswer(NamedTuple):
    """What a payer has done with one line (837 loop 2430). `allowed_cents` None: it was not said."""

    number: int
    paid_cents: int
    allowed_cents: int | None = None
    adjustments: tuple[Adjustment, ...] = ()


class OtherPayer(NamedTuple):
    """Another payer on the claim (837 loop 2320). `paid_cents` None: it has not answered yet.

    `lines` are its answers by line; where there are none, those for the whole claim are spread over the lines by charge.
    """

    name: str
    paid_cents: int | None
    responsibility: str = ""
    """SBR01: P primary, S secondary, T tertiary; "" not said."""
    allowed_cents: int | None = None
    adjustments: tuple[Adjustment, ...] = ()
    lines: tuple[LineAnswer, ...] = ()
    answered_on: date | None = None


class Prior(NamedTuple):
    """What those before us have done with a line.

    `allowed_cents`: the highest amount that one of them allowed; `left_cents`: what the last of them left to the member
    (its adjustments of group PR). None where their answers do not say.
    """

    paid_cents: int
    allowed_cents: int | None
    left_cents: int | None


def comes_before(payer: OtherPayer, payers: Iterable[OtherPayer]) -> bool:
    """Whether the claim says that a payer is before us: our place is the first that no other payer has."""
    if payer.responsibility not in _ORDER or not payer.responsibility:
        return True
    taken = {one.responsibility for one in payers}
    ours = next(place for place, letter in enumerate(_ORDER) if letter not in taken)
    return _ORDER.index(payer.responsibility) < ours


def place_of_ours(payers: Sequence[OtherPayer]) -> int:
    """As which payer we decide a claim, 1 for the first: after whoever comes before us and has answered."""
    return 1 + sum(1 for one in payers if one.paid_cents is not None and comes_before(one, payers))


def prior_by_line(payers: Sequence[OtherPayer], charges: Sequence[tuple[int, int]]) -> dict[int, Prior]:
    """By line number, what the payers before us have done. `charges` are (number, cents); who has not answered is left out."""
    found: dict[int, Prior] = {}
    for payer in payers:
        if payer.paid_cents is None:
            continue
        answers = payer.lines or _spread(payer, charges)
        for answer in answers:
            one = _prior(answer)
            former = found.get(answer.number)
            found[answer.number] = one if former is None else _together(former, one)
    return found


def _prior(answer: LineAnswer) -> Prior:
    left = sum(one.cents for one in answer.adjustments if one.group == "PR") if answer.adjustments else None
    allowed = answer.allowed_cents
    if allowed is None and left is not None:
        allowed = answer.paid_cents + left
    return Prior(answer.paid_cents, allowed, left)


def _together(a: Prior, b: Prior) -> Prior:
    allowed = [one for one in (a.allowed_cents, b.allowed_cents) if one is not None]
    left = [one for one in (a.left_cents, b.left_cents) if one is not None]
    return Prior(a.paid_cents + b.paid_cents, max(allowed, default=None), min(left, default=None))


def _spread(payer: OtherPayer, charges: Sequence[tuple[int, int]]) -> list[LineAnswer]:
    weights = [max(0, cents) for _, cents in charges]
    paid = split(payer.paid_cents or 0, weights)
    allowed = None if payer.allowed_cents is None else split(payer.allowed_cents, weights)
    taken = [split(one.cents, weights) for one in payer.adjustments]
    return [
        LineAnswer(
            number,
            paid[place],
            None if allowed is None else allowed[place],
            tuple(one._replace(cents=parts[place]) for one, parts in zip(payer.adjustments, taken, strict=True)),
        )
        for place, (number, _) in enumerate(charges)
    ]


def plain_name(name: str) -> str:
    """A payer's name as it is compared: whatever the capitals and spaces."""
    return " ".join(name.casefold().split())


def with_answers(payers: Sequence[OtherPayer], answers: Iterable[OtherPayer]) -> tuple[OtherPayer, ...]:
    """The claim's payers with answers that came later: each in the place of the payer of its name, else after them.

    What an answer does not say of the payer's place, the claim does.
    """
    found = list(payers)
    for answer in answers:
        name = plain_name(answer.name)
        place = next((n for n, one in enumerate(found) if plain_name(one.name) == name), None)
        if place is None:
            found.append(answer)
        else:
            found[place] = answer._replace(responsibility=answer.responsibility or found[place].responsibility)
    return tuple(found)


def payers_to_json(payers: Sequence[OtherPayer]) -> str:
    """The text that the books keep: a list of lists, in the order of the fields."""
    if not payers:
        return "[]"
    rows = [one._replace(answered_on=one.answered_on and one.answered_on.isoformat()) for one in payers]  # type: ignore[arg-type]
    return json.dumps(rows)


def payers_from_json(text: str) -> tuple[OtherPayer, ...]:
    """What `payers_to_json` has written; rows of older claims are shorter."""
    if text == "[]":
        return ()
    return tuple(_payer(*row) for row in json.loads(text))


def _payer(
    name: str,
    paid_cents: int | None,
    responsibility: str = "",
    allowed_cents: int | None = None,
    adjustments: Iterable[Sequence[str | int]] = (),
    lines: Iterable[Sequence[object]] = (),
    answered_on: str | None = None,
) -> OtherPayer:
    return OtherPayer(
        name,
        paid_cents,
        responsibility,
        allowed_cents,
        _adjustments(adjustments),
        tuple(LineAnswer(number, paid, allowed, _adjustments(taken)) for number, paid, allowed, taken in lines),  # type: ignore[arg-type]
        date.fromisoformat(answered_on) if answered_on else None,
    )


def _adjustments(rows: Iterable[Sequence[str | int]]) -> tuple[Adjustment, ...]:
    return tuple(Adjustment(str(group), str(carc), int(cents)) for group, carc, cents in rows)
