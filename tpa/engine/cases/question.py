"""Questions that need no claim: a folder of kinds, each a list of its own in a case file."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any, NamedTuple

from tpa.engine.cases.words import PERCENT, Words
from tpa.engine.plan.terms_values import amount
from tpa.kernel.document import DocumentError, Section
from tpa.kernel.errors import DomainError
from tpa.kernel.folder import exports
from tpa.kernel.money import divide_rounded, format_amount, parse_amount

_NUMBER = re.compile(r"(-?\d{1,9})(?:\.(\d{1,8}))?\Z", re.ASCII)
_SHOWN_DECIMALS = 4


@dataclass(frozen=True, slots=True)
class Number:
    """A count or a factor, exact. What a case expects of it is compared at as many decimals as it writes."""

    value: Fraction
    decimals: int = _SHOWN_DECIMALS
    unit = ""
    scale = 1

    def __str__(self) -> str:
        at = 10**self.decimals
        whole = divide_rounded(self.value.numerator * self.scale * at, self.value.denominator)
        digits, decimals = divmod(abs(whole), at)
        return (
            f"{'-' if whole < 0 else ''}{digits}{f'.{decimals:0{self.decimals}d}' if self.decimals else ''}{self.unit}"
        )


class Percent(Number):
    """A part of a whole, as an exact fraction; written as a percentage."""

    __slots__ = ()
    unit = "%"
    scale = 100


def count_of(things: int) -> Number:
    """A whole number of things."""
    return Number(Fraction(things), 0)


@dataclass(frozen=True, slots=True)
class Day:
    """A day, or none; a case expects none as an empty text."""

    on: date | None

    def __str__(self) -> str:
        return str(self.on or "")


Named = Mapping[str, int] | Mapping[str, str] | Mapping[str, tuple[str, ...]]
Answer = int | str | tuple[str, ...] | bool | date | Day | Number | Named
"""Cents, a word, words in their order, yes or no, a day, a number or percentage; amounts or words by name."""


class Solved(NamedTuple):
    """The answers of a question by name, and how they came about, line by line in plain words."""

    answers: Mapping[str, Answer]
    explained: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of question. `solve` reads the keys of one and gives all its answers by name; it raises DomainError."""

    says: str
    solve: Callable[[Words], Mapping[str, Answer] | Solved]


@dataclass(frozen=True, slots=True)
class Question:
    """A question of a case file, its answers, and what was expected of some of them."""

    file: str
    source: str
    name: str
    where: str
    found: Mapping[str, Answer]
    expected: Mapping[str, Answer]
    explained: tuple[str, ...] = ()

    def differences(self) -> list[tuple[str, str]]:
        """(place, what was expected and found) for every answer that differs."""
        return [
            (f"{self.where}/expect/{key}", f"expected {shown(wanted)}, found {shown(self.found[key])}")
            for key, wanted in self.expected.items()
            if not agree(wanted, self.found[key])
        ]


def kinds() -> dict[str, Kind]:
    """Every kind by the key that holds its questions."""
    return exports("tpa.engine.cases.questions", Kind)


def read_question(file: str, source: str, kind: Kind, row: Section) -> Question:
    """One question, answered. Raises DomainError with the place of its first fault."""
    with Words.of(row) as words:
        name, own_source = words.text("name"), words.text("source", source)
        words.value("expect")
        solved = kind.solve(words)
        found, explained = solved if isinstance(solved, Solved) else (solved, ())
        with words.section("expect") as one:
            expected = {key: _wanted(one, key, found[key]) for key in one.keys() if key in found}  # noqa: SIM118
            for key in found:
                one.value(key, None)
        if not expected:
            raise DocumentError("The case expects nothing, so it could not fail.", where=row.where)
    return Question(file, own_source, name, row.where, found, expected, explained)


def _wanted(one: Section, key: str, found: Answer) -> Answer:
    answer: Answer
    if isinstance(found, bool):
        answer = one.flag(key)
    elif isinstance(found, Number):
        answer = _number(one, key, type(found))
    elif isinstance(found, date):
        answer = one.day(key)
    elif isinstance(found, Day):
        answer = Day(None if one.value(key) == "" else one.day(key))
    elif isinstance(found, Mapping):
        answer = _named(one.section(key), found)
    elif isinstance(found, int):
        answer = _cents(one, key)
    elif isinstance(found, str):
        answer = "" if one.value(key) == "" else one.text(key)
    else:
        answer = () if one.value(key) == [] else one.texts(key)
    return answer


def _named(table: Section, found: Mapping[str, Any]) -> Any:
    """What is expected by name; a name that the answer does not have is read as its other names are."""
    like = next(iter(found.values()), 0)
    with table:
        return {name: _wanted(table, name, found.get(name, like)) for name in table.keys()}  # noqa: SIM118


def _cents(one: Section, key: str) -> int:
    """An amount, which may be below zero."""
    text = str(one.value(key))
    if not text.startswith("-"):
        return int(amount(one, key))
    try:
        return int(parse_amount(text))
    except DomainError as fault:
        raise DocumentError("An amount is wanted.", where=one.at(key)) from fault


def _number(one: Section, key: str, kind: type[Number]) -> Number:
    """A number as it is written: `1.25`, `"12.5%"`."""
    found = one.value(key)
    percent = PERCENT.match(str(found)) if kind is Percent else None
    text = percent[1] if percent else str(found)
    match = _NUMBER.match(text)
    if isinstance(found, bool) or match is None or (kind is Percent and percent is None):
        wanted = 'percentage, in quotes: "12.5%",' if kind is Percent else "number"
        raise DocumentError(f"A {wanted} is wanted.", where=one.at(key))
    return kind(Fraction(Decimal(text)) / kind.scale, len(match[2] or ""))


def agree(wanted: Answer, found: Answer) -> bool:
    """Whether an answer is what was expected: a number at the decimals written, by name what was named."""
    if isinstance(wanted, Number) and isinstance(found, Number):
        return str(wanted) == str(type(found)(found.value, wanted.decimals))
    if isinstance(wanted, Mapping) and isinstance(found, Mapping):
        return all(found.get(name) == one for name, one in wanted.items())
    return wanted == found


def plain(answer: Answer) -> Any:
    """An answer as a JSON value: amounts in cents, numbers and days as texts."""
    if isinstance(answer, Number | date | Day):
        return str(answer)
    return dict(answer) if isinstance(answer, Mapping) else answer


def shown(answer: Any) -> str:
    """An answer as people read it."""
    if isinstance(answer, bool):
        return "true" if answer else "false"
    if isinstance(answer, Mapping):
        return ", ".join(f"{name} {shown(one)}".rstrip() for name, one in answer.items()) or "nothing"
    if isinstance(answer, int):
        return format_amount(answer)
    return ", ".join(answer) if isinstance(answer, tuple) else str(answer)
