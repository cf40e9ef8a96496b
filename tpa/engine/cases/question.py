"""Questions that need no claim: a folder of kinds, each a list of its own in a case file."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from tpa.engine.plan.terms_values import amount
from tpa.kernel.document import DocumentError, Section
from tpa.kernel.errors import DomainError
from tpa.kernel.folder import exports
from tpa.kernel.money import format_amount, parse_amount

Answer = int | str | tuple[str, ...] | bool
"""Cents, a word, words in their order, yes or no."""


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of question. `solve` reads the keys of one and gives all its answers by name; it raises DomainError."""

    says: str
    solve: Callable[[Section], Mapping[str, Answer]]


@dataclass(frozen=True, slots=True)
class Question:
    """A question of a case file, its answers, and what was expected of some of them."""

    file: str
    source: str
    name: str
    where: str
    found: Mapping[str, Answer]
    expected: Mapping[str, Answer]

    def differences(self) -> list[tuple[str, str]]:
        """(place, what was expected and found) for every answer that differs."""
        return [
            (f"{self.where}/expect/{key}", f"expected {shown(wanted)}, found {shown(self.found[key])}")
            for key, wanted in self.expected.items()
            if self.found[key] != wanted
        ]


def kinds() -> dict[str, Kind]:
    """Every kind by the key that holds its questions."""
    return exports("tpa.engine.cases.questions", Kind)


def read_question(file: str, source: str, kind: Kind, row: Section) -> Question:
    """One question, answered. Raises DomainError with the place of its first fault."""
    with row:
        name, own_source = row.text("name"), row.text("source", source)
        row.value("expect")
        found = kind.solve(row)
        with row.section("expect") as one:
            expected = {key: _wanted(one, key, found[key]) for key in one.keys() if key in found}  # noqa: SIM118
            for key in found:
                one.value(key, None)
        if not expected:
            raise DocumentError("The case expects nothing, so it could not fail.", where=row.where)
    return Question(file, own_source, name, row.where, found, expected)


def _wanted(one: Section, key: str, found: Answer) -> Answer:
    answer: Answer
    if isinstance(found, bool):
        answer = one.flag(key)
    elif isinstance(found, int):
        answer = _cents(one, key)
    elif isinstance(found, str):
        answer = one.text(key)
    else:
        answer = one.texts(key)
    return answer


def _cents(one: Section, key: str) -> int:
    """An amount, which may be below zero."""
    text = str(one.value(key))
    if not text.startswith("-"):
        return int(amount(one, key))
    try:
        return int(parse_amount(text))
    except DomainError as fault:
        raise DocumentError("An amount is wanted.", where=one.at(key)) from fault


def shown(answer: Any) -> str:
    """An answer as people read it."""
    if isinstance(answer, bool):
        return "true" if answer else "false"
    if isinstance(answer, int):
        return format_amount(answer)
    return ", ".join(answer) if isinstance(answer, tuple) else str(answer)
