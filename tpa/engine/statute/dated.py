"""Dated legal numbers, one TOML file each.

A file has `label`, `unit` and any number of `[[value]]`: `starts_on`, `ends_before` (without it: until further notice),
`source`, and the figures under names of their own. Where a source could not be confirmed, its text says so.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.resources import files
from typing import Any, NamedTuple

from tpa.kernel.errors import DomainError, NotFoundError, must
from tpa.kernel.periods import FOREVER, Span

_OWN_KEYS = {"starts_on", "ends_before", "source"}


class MissingValueError(DomainError):
    """The law's number for that day is not in the file."""

    code = "statute_missing"


@dataclass(frozen=True, slots=True)
class Value:
    """The figures that hold in `span`. `value["family_cents"]` reads one."""

    span: Span
    figures: dict[str, Any]
    source: str

    def __getitem__(self, name: str) -> Any:
        return self.figures[name]

    def get(self, name: str, default: Any = None) -> Any:
        """The figure, or `default` where this value does not set it."""
        return self.figures.get(name, default)


class Statute(NamedTuple):
    """One file: what the number is, its unit, and its values."""

    name: str
    label: str
    unit: str
    values: tuple[Value, ...]

    def values_on(self, day: date) -> list[Value]:
        """Every value that holds on `day`, in the file's order (several where they differ by jurisdiction or size)."""
        return [value for value in self.values if day in value.span]

    def on(self, day: date) -> Value:
        """The value that holds on `day`. Raises MissingValueError, saying what to add, where there is none."""
        found = self.values_on(day)
        if not found:
            raise MissingValueError(
                f"The {self.label} for {day} is not known.",
                where=self.name,
                remedy=f"Add a [[value]] that holds on {day}, with its source, to tpa/engine/statute/{self.name}.toml.",
            )
        must(len(found) == 1, f"{self.name} has {len(found)} values on {day}")
        return found[0]


def parse_statute(name: str, text: str) -> Statute:
    """A statute from the text of its file. Raises DomainError with the place of the fault."""
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError as fault:
        raise DomainError(f"This is not TOML: {fault}", where=name) from fault
    unknown = set(document) - {"label", "unit", "value"}
    if unknown or not {"label", "unit", "value"} <= set(document):
        raise DomainError("A statute has label, unit and [[value]], nothing else.", where=name)
    values = tuple(_value(f"{name}/value/{n}", row) for n, row in enumerate(document["value"]))
    return Statute(name, document["label"], document["unit"], values)


def _value(where: str, row: dict[str, Any]) -> Value:
    starts_on, ends_before, source = (
        row.get("starts_on"),
        row.get("ends_before", FOREVER),
        row.get("source"),
    )
    if type(starts_on) is not date or type(ends_before) is not date or starts_on >= ends_before:
        raise DomainError("starts_on must be a date before ends_before.", where=where)
    if not isinstance(source, str) or not source:
        raise DomainError("A legal number needs its source.", where=where)
    figures = {name: figure for name, figure in row.items() if name not in _OWN_KEYS}
    for name, figure in figures.items():
        if not isinstance(figure, int | str):
            raise DomainError(
                "A figure is a whole number, true or false, or a word.",
                where=f"{where}/{name}",
            )
    return Value(Span(starts_on, ends_before), figures, source)


@cache
def statute(name: str) -> Statute:
    """The statute of a file below this folder, for example "us/hdhp". Raises NotFoundError for an unknown name."""
    country, _, rest = name.partition("/")
    if not (country.isalpha() and rest.replace("_", "").isalnum()):
        raise NotFoundError("There is no such statute.", where=name)
    file = files(__package__).joinpath(country, f"{rest}.toml")
    if not file.is_file():
        raise NotFoundError(
            "There is no such statute.",
            where=name,
            remedy=f"Add the file tpa/engine/statute/{name}.toml.",
        )
    return parse_statute(name, file.read_text(encoding="utf-8"))
