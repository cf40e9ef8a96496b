"""Other plans in an example: who else covers a person, and what other payers have done with a claim or a line."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date
from typing import Any, NamedTuple

from tpa.engine.adjudication.facts import Elsewhere, OtherCoverage, OwnCoverage
from tpa.engine.coordination.answers import Adjustment, LineAnswer, OtherPayer
from tpa.engine.coordination.coverage import STATUSES
from tpa.engine.coordination.read import read_coverage, read_holding
from tpa.engine.plan.terms import LINES
from tpa.engine.plan.terms_values import amount
from tpa.kernel.document import DocumentError, Section
from tpa.kernel.money import parse_amount
from tpa.kernel.periods import FOREVER

_ADJUSTMENT = re.compile(r"(CO|PR|OA|PI)-([A-Z]?\d{1,3}) (-?\d{1,12}(?:\.\d{1,2})?)\Z", re.ASCII)


class Named(NamedTuple):
    """What one payer says of one line or claim."""

    where: str
    name: str
    paid_cents: int | None
    responsibility: str
    allowed_cents: int | None
    adjustments: tuple[Adjustment, ...]
    answered_on: date | None


def read_elsewhere(one: Section, holder: str, holder_birth_on: date) -> Elsewhere | None:
    """The keys `other_coverages` and `own_coverage` of a person; None where there is no other coverage."""
    others = tuple(_other_coverage(row) for row in one.sections("other_coverages"))
    own = OwnCoverage(holder=holder, holder_birth_on=holder_birth_on)
    if "own_coverage" in one:
        with one.section("own_coverage") as ours:
            status = ours.choice("status", STATUSES, "")
            held = {key: value for key, value in read_holding(ours).items() if value not in ("", None)}
        own = own._replace(**{**held, "status": status})
        if not others:
            raise DocumentError("It is asked for beside other_coverages alone.", where=one.at("own_coverage"))
    one.value("own_coverage", None)
    return Elsewhere(own, others) if others else None


def _other_coverage(row: Section) -> OtherCoverage:
    line = row.choice("line", LINES, "")
    ends_before = row.day("ends_before", FOREVER)
    held = read_coverage(row)
    if held.starts_on is not None and held.starts_on >= ends_before:
        raise DocumentError("starts_on must be before ends_before.", where=row.at("ends_before"))
    return OtherCoverage(held, line, ends_before)


def read_payers(claim: Section, lines: Sequence[Section]) -> tuple[OtherPayer, ...]:
    """The payers that the key `other_payers` of a claim and of its lines names, each once, in the order of the document."""
    whole = _named(claim)
    by_line = [(number, one) for number, row in enumerate(lines, start=1) for one in _named(row)]
    found = {}
    for one in [*whole, *(one for _, one in by_line)]:
        if one.name in found:
            continue
        answers = tuple(
            LineAnswer(number, _paid(answer), answer.allowed_cents, answer.adjustments)
            for number, answer in by_line
            if answer.name == one.name
        )
        head = next((other for other in whole if other.name == one.name), None)
        paid = sum(answer.paid_cents for answer in answers) if answers else None
        if head is not None and head.paid_cents is not None:
            if answers and head.paid_cents != paid:
                raise DocumentError("It is not the sum of what the lines say.", where=f"{head.where}/paid")
            paid = head.paid_cents
        found[one.name] = OtherPayer(
            one.name,
            paid,
            head.responsibility if head else one.responsibility,
            head.allowed_cents if head else None,
            head.adjustments if head and not answers else (),
            answers,
            head.answered_on if head else one.answered_on,
        )
    return tuple(found.values())


def _paid(one: Named) -> int:
    if one.paid_cents is None:
        raise DocumentError("What the payer has paid on the line is wanted.", where=f"{one.where}/paid")
    return one.paid_cents


def _named(section: Section) -> list[Named]:
    found = section.value("other_payers", [])
    if not isinstance(found, list):
        raise DocumentError("A list of names or tables is wanted.", where=section.at("other_payers"))
    read = [_one(row, f"{section.at('other_payers')}/{n}") for n, row in enumerate(found)]
    for n, one in enumerate(read):
        if one.name in [other.name for other in read[:n]]:
            raise DocumentError(f"The payer {one.name[:60]!r} is named twice.", where=one.where)
    return read


def _one(row: Any, where: str) -> Named:
    if isinstance(row, str) and row.strip():
        return Named(where, row, None, "", None, (), None)
    with Section(row, where) as one:
        return Named(
            where,
            one.text("name"),
            amount(one, "paid", None),
            one.choice("responsibility", ("P", "S", "T"), ""),
            amount(one, "allowed", None),
            tuple(read_adjustment(text, one.at("adjustments")) for text in one.texts("adjustments", ())),
            one.day("answered_on", None),
        )


def read_adjustment(text: str, where: str, *, signed: bool = False) -> Adjustment:
    """`PR-2 20.00`: group, reason code, amount (below zero only where `signed`). Raises DocumentError."""
    match = _ADJUSTMENT.match(text)
    if match is None or (match[3].startswith("-") and not signed):
        raise DocumentError(f"{text[:40]!r} is no adjustment.", where=where, remedy='Write "PR-2 20.00".')
    return Adjustment(match[1], match[2], int(parse_amount(match[3])))
