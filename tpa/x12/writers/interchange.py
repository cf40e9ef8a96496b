"""Segments to bytes: composing a segment, and the envelope around transaction sets.

Every control number, date and id is an argument; nothing here looks at a clock. Delimiters are `*`, `:`, `^`, `~`; a
value that holds one of them cannot be written in X12 and is refused, never altered.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import NamedTuple
from unicodedata import normalize

from tpa.kernel.errors import DomainError
from tpa.kernel.money import format_amount
from tpa.x12.claims import Address, Contact, Dated, Party, Reference

ELEMENT, COMPONENT, REPETITION, TERMINATOR = "*", ":", "^", "~"
_DELIMITERS = frozenset(ELEMENT + COMPONENT + REPETITION + TERMINATOR)
_MAY_STAND = frozenset(map(chr, range(0x20, 0x7F))) - _DELIMITERS
"""Basic and extended character set (guides, appendix B.1.1.2): what ASCII can print, and nothing else."""
_SPELLED = str.maketrans(
    {
        "Æ": "AE", "æ": "ae", "Œ": "OE", "œ": "oe", "Ø": "O", "ø": "o", "Đ": "D", "đ": "d", "Ð": "D", "ð": "d",
        "Ł": "L", "ł": "l", "Þ": "TH", "þ": "th", "ß": "ss", "\u0131": "i",
        "\u2018": "'", "\u2019": "'", "\u02bc": "'", "\u2013": "-", "\u2014": "-",
    }
)  # fmt: skip
"""Letters and marks of names that have no plain letter below an accent."""
_ACCENTS = dict.fromkeys(range(0x300, 0x370))


class TextError(DomainError):
    """A value cannot be written as X12: it holds a delimiter or a control character, or is too long for its place."""

    code = "x12_text"
    remedy = "Take the characters * : ^ ~ and line ends out of the value."


class Envelope(NamedTuple):
    """Who sends to whom, when, under which numbers: what ISA and GS need beside their content."""

    sender_id: str
    receiver_id: str
    written_at: datetime
    control_number: int
    """ISA13, 1 to 999999999; also GS06."""
    sender_qualifier: str = "ZZ"
    receiver_qualifier: str = "ZZ"
    sender_code: str = ""
    """GS02; the sender id where empty."""
    receiver_code: str = ""
    usage: str = "P"
    """`P` production, `T` test."""
    answer_wanted: bool = False
    """ISA14: ask the receiver for a TA1."""


class Repeated(NamedTuple):
    """An element that repeats."""

    values: tuple[str, ...]


def segment(name: str, *values: str | Sequence[str] | Repeated) -> str:
    """One segment without its terminator: `segment("HI", ("ABK", "Z00"))`. A sequence is a composite."""
    parts = [name]
    for value in values:
        if isinstance(value, str):
            parts.append(_checked(value))
        elif isinstance(value, Repeated):
            parts.append(REPETITION.join([_checked(one) for one in value.values]))
        else:
            parts.append(COMPONENT.join([_checked(one) for one in value]).rstrip(COMPONENT))
    while len(parts) > 1 and not parts[-1]:
        parts.pop()
    return ELEMENT.join(parts)


def _checked(value: str) -> str:
    if value.isalnum():
        return value
    if not _DELIMITERS.isdisjoint(value) or not value.isprintable():
        raise TextError(f"{value[:40]!r} holds a delimiter or control character")
    return value


def sendable(text: str, most: int) -> str:
    """Somebody else's text, fit to be sent back: what is none of the characters that may stand there becomes a blank."""
    return "".join([char if char in _MAY_STAND else " " for char in text[:most]]).strip()


def spelled(name: str, most: int) -> str:
    """A name in the letters that X12 has: accents are left off, ligatures taken apart."""
    return sendable(normalize("NFKD", name.translate(_SPELLED)).translate(_ACCENTS), most)


def money(cents: int | None) -> str:
    """Shortest form: `150`, `12.5`."""
    if cents is None:
        return ""
    return format_amount(cents).rstrip("0").rstrip(".")


def number(value: Decimal | None) -> str:
    """Shortest form of a decimal, without exponent."""
    if value is None:
        return ""
    text = format(value, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def day(value: date | None) -> str:
    """CCYYMMDD."""
    return value.isoformat().replace("-", "") if value is not None else ""


def period(one: Dated, *, as_range: bool = False) -> str:
    """A DTP: D8, RD8, DT or TM as its content asks; `as_range` where the guide allows RD8 only."""
    if one.first_on is None or one.last_on is None:
        return segment("DTP", one.qualifier, "TM", one.time)
    if one.time:
        return segment("DTP", one.qualifier, "DT", day(one.first_on) + one.time)
    if one.first_on == one.last_on and not as_range:
        return segment("DTP", one.qualifier, "D8", day(one.first_on))
    return segment("DTP", one.qualifier, "RD8", f"{day(one.first_on)}-{day(one.last_on)}")


def references(found: Iterable[Reference]) -> Iterator[str]:
    """REF segments."""
    return (segment("REF", one.qualifier, one.value) for one in found)


def address(place: Address) -> Iterator[str]:
    """N3 and N4, where there is anything to say."""
    if place.line_1:
        yield segment("N3", place.line_1, place.line_2)
    if place.city:
        yield segment("N4", place.city, place.state, place.postal_code, place.country)


def contacts(kind: str, found: Iterable[Contact]) -> Iterator[str]:
    """PER segments of a contact function code (IC, IP, ...)."""
    for one in found:
        yield segment("PER", kind, one.name, *[part for pair in one.numbers for part in pair])


def named(party: Party) -> str:
    """The NM1."""
    return segment(
        "NM1",
        party.role,
        "1" if party.is_person else "2",
        party.name,
        party.first_name,
        party.middle_name,
        "",
        party.suffix,
        party.id_qualifier,
        party.id,
    )


def interchange(
    envelope: Envelope,
    functional_id: str,
    transaction: str,
    guide: str,
    sets: Iterable[Iterable[str]],
    *,
    guide_in_st: bool = True,
) -> Iterator[bytes]:
    """ISA to IEA with one group of sets, each given as its segments between ST and SE; in pieces, a set at a time.

    `guide_in_st`: whether ST03 names the guide; the 835's does not.
    """
    yield _encoded([_isa(envelope), _gs(envelope, functional_id, guide)])
    count = 0
    for count, body in enumerate(sets, 1):
        control = f"{count:04d}"
        yield _encoded([segment("ST", transaction, control, guide if guide_in_st else "")])
        length = 2
        for block in _blocks(body):
            length += len(block)
            yield _encoded(block)
        yield _encoded([segment("SE", str(length), control)])
    yield _encoded([segment("GE", str(count), str(envelope.control_number)), _iea(envelope, 1)])


def control_only(envelope: Envelope, segments: Sequence[str]) -> bytes:
    """ISA to IEA without a group: the envelope of a TA1."""
    return _encoded([_isa(envelope), *segments, _iea(envelope, 0)])


def _blocks(body: Iterable[str], size: int = 1_000) -> Iterator[list[str]]:
    block: list[str] = []
    for one in body:
        block.append(one)
        if len(block) == size:
            yield block
            block = []
    if block:
        yield block


def _encoded(segments: Sequence[str]) -> bytes:
    return (f"{TERMINATOR}\n".join(segments) + f"{TERMINATOR}\n").encode()


def _isa(envelope: Envelope) -> str:
    for value, most in ((envelope.sender_id, 15), (envelope.receiver_id, 15)):
        if not 0 < len(value) <= most:
            raise TextError(f"{value[:20]!r} does not fit into an ISA of {most} characters")
    if not 0 < envelope.control_number <= 999_999_999:
        raise TextError("a control number has one to nine digits")
    return ELEMENT.join(
        (
            "ISA",
            "00",
            " " * 10,
            "00",
            " " * 10,
            _checked(envelope.sender_qualifier),
            _checked(envelope.sender_id).ljust(15),
            _checked(envelope.receiver_qualifier),
            _checked(envelope.receiver_id).ljust(15),
            f"{envelope.written_at:%y%m%d}",
            f"{envelope.written_at:%H%M}",
            REPETITION,
            "00501",
            f"{envelope.control_number:09d}",
            "1" if envelope.answer_wanted else "0",
            envelope.usage,
            COMPONENT,
        )
    )


def _gs(envelope: Envelope, functional_id: str, guide: str) -> str:
    return segment(
        "GS",
        functional_id,
        envelope.sender_code or envelope.sender_id,
        envelope.receiver_code or envelope.receiver_id,
        f"{envelope.written_at:%Y%m%d}",
        f"{envelope.written_at:%H%M}",
        str(envelope.control_number),
        "X",
        guide,
    )


def _iea(envelope: Envelope, groups: int) -> str:
    return segment("IEA", str(groups), f"{envelope.control_number:09d}")
