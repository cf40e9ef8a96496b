"""Does a segment hold what its elements allow? One compiled pattern a segment says yes; only a no is looked into.

Codes are those of IK403 (005010X231A1): 1 required element missing, 3 too many elements, 4 too short, 5 too long,
6 invalid character, 7 invalid code, 8 invalid date, 9 invalid time, 12 too many repetitions, 13 too many components.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import cache
from typing import NamedTuple

from tpa.kernel.errors import DomainError
from tpa.kernel.money import parse_amount
from tpa.x12 import dates
from tpa.x12.guides.segments import ELEMENTS
from tpa.x12.tokenizer import COMPONENT, ELEMENT, REPETITION

_BAD_CHARACTERS = "\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2066-\u2069\ufeff"
_TEXT = f"[^{_BAD_CHARACTERS}]"
_BAD = re.compile(f"[{_BAD_CHARACTERS}]")
_TOKEN = re.compile(r"\((?P<parts>[^)]*)\)|(?P<kind>[AINRMDTFX])(?:(?P<low>\d+)-(?P<high>\d+)|=(?P<codes>[\w|]+))?")
_PATTERNS = {
    "N": r"-?[0-9]{1,9}",
    "R": r"-?(?:[0-9]{1,15}(?:\.[0-9]{0,10})?|\.[0-9]{1,10})",
    "M": r"-?(?:[0-9]{1,8}(?:\.[0-9]{0,2}0{0,6})?|\.[0-9]{1,2}0{0,6})",
    "D": r"[0-9]{8}",
    "T": r"[0-9]{4,8}",
    "F": _TEXT + "{1,35}",
    "X": f"[^\\x00-\\x1d\\x7f-\\x9f{_BAD_CHARACTERS[8:]}]*",
}
_FIRST_DATED_COMPONENT = 2
"""No composite has a day before its third component."""
_WORDS = {"N": "a whole number", "R": "a number", "M": "an amount of money"}


class Fault(NamedTuple):
    """What is wrong with an element. `code` is IK403; `name` ours."""

    element: int
    component: int
    code: str
    name: str
    message: str
    value: str


class Spec(NamedTuple):
    """One element or component of a segment."""

    kind: str
    low: int
    high: int
    required: bool
    repeats: bool
    codes: tuple[str, ...]
    parts: tuple[Spec, ...]


def _parse(text: str) -> tuple[Spec, ...]:
    """The specs of a line of `guides.segments`."""
    specs = []
    for match in _TOKEN.finditer(text):
        tail = text[match.end() : match.end() + 1]
        parts = _parse(match["parts"]) if match["parts"] else ()
        codes = tuple((match["codes"] or "").split("|")) if match["codes"] else ()
        low, high = int(match["low"] or 1), int(match["high"] or 99)
        specs.append(Spec(match["kind"] or "C", low, high, tail == "!", tail == "+", codes, parts))
    return tuple(specs)


def _pattern(spec: Spec) -> str:
    """The pattern of a value that is there."""
    if spec.parts:
        return _sequence(spec.parts, COMPONENT)
    if spec.codes:
        return f"(?:{'|'.join(spec.codes)})"
    if spec.kind in "AI":
        one = f"{_TEXT}{{{spec.low},{spec.high}}}"
        return f"{one}(?:{REPETITION}{one})*" if spec.repeats else one
    return _PATTERNS[spec.kind]


def _sequence(specs: tuple[Spec, ...], separator: str) -> str:
    """Specs one after the other; whatever follows the last required one may be left off."""
    pattern = ""
    for index in range(len(specs) - 1, -1, -1):
        own = _pattern(specs[index])
        one = own if specs[index].required else f"(?:{own})?"
        pattern = (separator if index else "") + one + pattern
        if index and not any(spec.required for spec in specs[index:]):
            pattern = f"(?:{pattern})?"
    return pattern


class Checker(NamedTuple):
    """What a segment must look like at its place in a guide."""

    specs: tuple[Spec, ...]
    accepts: Callable[[str], object]
    """Matches the text of a segment in which nothing is wrong, but perhaps a day that does not exist."""
    periods: tuple[int, ...]
    """Elements that hold a day, a time or a period: the pattern cannot tell whether these exist."""


@cache
def checker(name: str, required: tuple[int, ...] = ()) -> Checker:
    """The rules for a segment. `required`: elements that its place in the guide demands beside the usual ones."""
    specs = tuple(
        spec._replace(required=spec.required or index in required)
        for index, spec in enumerate(_parse(ELEMENTS[name]), 1)
    )
    dated = tuple(
        index
        for index, spec in enumerate(specs, 1)
        if spec.kind in "DTF" or any(part.kind in "DTF" for part in spec.parts)
    )
    pattern = re.compile(re.escape(name) + ELEMENT + _sequence(specs, ELEMENT))
    return Checker(specs, pattern.fullmatch, dated)


def sound(elements: list[str], text: str, rules: Checker) -> bool:
    """Whether a segment has no fault at all."""
    if rules.accepts(text) is None:
        return False
    for index in rules.periods:
        if index < len(elements) and elements[index] and not _holds(elements, index, rules.specs[index - 1]):
            return False
    return True


def _holds(elements: list[str], index: int, spec: Spec) -> bool:
    """Whether the days, times and periods in an element exist."""
    if spec.kind == "F":
        return dates.period(elements[index - 1], elements[index]) is not None
    if spec.parts and elements[index].count(COMPONENT) < _FIRST_DATED_COMPONENT:
        return True
    return not any(_dated(elements, index, spec))


def faults(elements: list[str], text: str, rules: Checker) -> Iterator[Fault]:
    """What is wrong with a segment."""
    if rules.accepts(text) is None:
        yield from _looked_into(elements, rules.specs)
        return
    for index in rules.periods:
        if index < len(elements) and elements[index]:
            yield from _dated(elements, index, rules.specs[index - 1])


def _looked_into(elements: list[str], specs: tuple[Spec, ...]) -> Iterator[Fault]:
    name = elements[0]
    for index, value in enumerate(elements[1:], 1):
        if index > len(specs):
            if any(elements[len(specs) + 1 :]):
                yield Fault(index, 0, "3", "too_many_elements", f"{name} has at most {len(specs)} elements", value[:99])
            return
        spec, label = specs[index - 1], f"{name}{index:02d}"
        if not value:
            if spec.required:
                yield Fault(index, 0, "1", "element_missing", f"{label} is required", "")
        elif spec.parts:
            yield from _components(value, spec, index, label)
        else:
            yield from _one(elements[index - 1], value, spec, index, 0, label)
    for index in range(len(elements), len(specs) + 1):
        if specs[index - 1].required:
            yield Fault(index, 0, "1", "element_missing", f"{name}{index:02d} is required", "")


def _components(value: str, spec: Spec, index: int, label: str) -> Iterator[Fault]:
    if REPETITION in value:
        yield Fault(index, 0, "12", "too_many_repetitions", f"{label} must not repeat", "")
        return
    values = value.split(COMPONENT)
    for number, part in enumerate(spec.parts, 1):
        one = values[number - 1] if number <= len(values) else ""
        if one:
            yield from _one(values[number - 2] if number > 1 else "", one, part, index, number, f"{label}-{number}")
        elif part.required:
            yield Fault(index, number, "1", "element_missing", f"{label}-{number} is required", "")
    if any(values[len(spec.parts) :]):
        yield Fault(index, 0, "13", "too_many_components", f"{label} has at most {len(spec.parts)} components", "")


def _one(before: str, value: str, spec: Spec, index: int, component: int, label: str) -> Iterator[Fault]:
    """The faults of one simple value; `before` names the format of a period."""
    if spec.kind == "X":
        if _BAD.search(value.replace(COMPONENT, "").replace(REPETITION, "")):
            yield Fault(index, component, "6", "character_invalid", f"{label} holds a control character", value[:99])
        return
    for one in value.split(REPETITION) if spec.repeats else [value]:
        found = _simple(before, one, spec, label)
        if found:
            code, name, message = found
            yield Fault(index, component, code, name, message, _BAD.sub(" ", one)[:99])


def _simple(before: str, value: str, spec: Spec, label: str) -> tuple[str, str, str] | None:
    """IK403 code, name and message for a value that is wrong."""
    if COMPONENT in value:
        return "13", "too_many_components", f"{label} is a simple element, no composite"
    if REPETITION in value:
        return "12", "too_many_repetitions", f"{label} must not repeat"
    if _BAD.search(value):
        return "6", "character_invalid", f"{label} holds a control character"
    if spec.codes:
        if value not in spec.codes:
            return ("7", "code_invalid", f"{label} must be one of {', '.join(spec.codes)}")
    elif spec.kind in "AI":
        if len(value) < spec.low:
            return "4", "too_short", f"{label} has fewer than {spec.low} characters"
        if len(value) > spec.high:
            return "5", "too_long", f"{label} has more than {spec.high} characters"
    elif spec.kind in "DTF":
        return _wrong_period(before, value, spec.kind, label)
    elif not re.fullmatch(_PATTERNS[spec.kind], value):
        if re.fullmatch(r"-?[0-9.]+", value) and (spec.kind != "M" or _is_amount(value)):
            return "5", "too_long", f"{label} has too many digits"
        return "6", "number_invalid", f"{label} is not {_WORDS[spec.kind]}"
    return None


def _is_amount(value: str) -> bool:
    try:
        parse_amount(value)
    except DomainError:
        return False
    return True


def _dated(elements: list[str], index: int, spec: Spec) -> Iterator[Fault]:
    """The faults of days, times and periods in an element that is otherwise well formed."""
    value, label = elements[index], f"{elements[0]}{index:02d}"
    if not spec.parts:
        found = _wrong_period(elements[index - 1], value, spec.kind, label)
        if found:
            yield Fault(index, 0, *found, value)
        return
    values = value.split(COMPONENT)
    for number, (part, one) in enumerate(zip(spec.parts, values, strict=False), 1):
        if one and part.kind in "DTF":
            found = _wrong_period(values[number - 2], one, part.kind, f"{label}-{number}")
            if found:
                yield Fault(index, number, *found, one)


def _wrong_period(form: str, value: str, kind: str, label: str) -> tuple[str, str, str] | None:
    """IK403 code, name and message where a day, time or period is none."""
    if kind == "T":
        return None if dates.is_time(value) else ("9", "time_invalid", f"{label} is not a time of day")
    if kind == "D":
        return None if dates.day(value) else ("8", "date_invalid", f"{label} is not a day of the calendar")
    if dates.period(form, value) is None:
        return ("8", "date_invalid", f"{label} is not a date or period in the format {form[:3]!r}")
    return None
