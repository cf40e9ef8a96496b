"""Public ids say their type and their employer: `clm_` and thirteen characters of Crockford base 32.

The number inside packs the employer (22 bits) and the row's bigint key (42 bits), so an id of one employer can never
name a row of another: reading it for the wrong employer finds nothing. Ids sort by employer, then by age.
"""

from __future__ import annotations

from typing import NamedTuple

from tpa.kernel.errors import NotFoundError

_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_VALUE = {char: value for value, char in enumerate(_ALPHABET)}
_KEY_BITS = 42
_EMPLOYER_BITS = 22
_LENGTH = 13


class PublicId(NamedTuple):
    """What a public id holds. `employer` is 0 for the TPA's own rows."""

    kind: str
    employer: int
    key: int


def public_id(kind: str, employer: int, key: int) -> str:
    """`public_id("clm", 7, 42)`: the text to show for row `key` of employer 7."""
    if not (0 <= key < 1 << _KEY_BITS and 0 <= employer < 1 << _EMPLOYER_BITS):
        raise ValueError("key or employer out of range")
    number, chars = employer << _KEY_BITS | key, []
    for _ in range(_LENGTH):
        chars.append(_ALPHABET[number & 31])
        number >>= 5
    return f"{kind}_{''.join(reversed(chars))}"


def read_public_id(text: str, kind: str) -> PublicId:
    """The parts of a public id. Raises NotFoundError for every text that is no id of this kind."""
    head, _, body = text.partition("_")
    if head != kind or len(body) != _LENGTH:
        raise NotFoundError(f"There is no such {kind}.")
    number = 0
    for char in body.upper():
        value = _VALUE.get(char)
        if value is None:
            raise NotFoundError(f"There is no such {kind}.")
        number = number << 5 | value
    if number >> (_KEY_BITS + _EMPLOYER_BITS):
        raise NotFoundError(f"There is no such {kind}.")
    return PublicId(head, number >> _KEY_BITS, number & ((1 << _KEY_BITS) - 1))


def key_of(text: str, kind: str, employer: int) -> int:
    """The row key inside a public id of `employer`. Another employer's id raises NotFoundError."""
    parts = read_public_id(text, kind)
    if parts.employer != employer:
        raise NotFoundError(f"There is no such {kind}.")
    return parts.key


def plain_number(text: str) -> str:
    """A number that people write in several ways, by its letters and digits alone: `ABC-12 3` and `abc123` are one."""
    return "".join(char for char in text.upper() if char.isalnum())
