"""Teeth by the universal numbering, and the places of the mouth that they stand in.

Permanent teeth are 1 to 32, primary ones A to T; supernumerary ones are 51 to 82 and AS to TS and stand beside the tooth
from which their name is made. Areas are those of SV304 in the 837 guide for dental claims (005010X224).
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum

UPPER, LOWER, WHOLE = "01", "02", "00"
QUADRANTS = ("10", "20", "30", "40")
"""Upper right, upper left, lower left, lower right."""
AREAS = (WHOLE, UPPER, LOWER, *QUADRANTS)
_ARCH = {UPPER: UPPER, LOWER: LOWER, "10": UPPER, "20": UPPER, "30": LOWER, "40": LOWER}
SURFACES = "MODBLIF"
_SAME_SURFACE = str.maketrans("IF", "OB")
"""Incisal is the front tooth's occlusal, facial is buccal: one place of the tooth."""


class Site(StrEnum):
    """The place in the mouth of which a limit counts each one for itself."""

    TOOTH = "tooth"
    SURFACE = "surface"
    QUADRANT = "quadrant"
    ARCH = "arch"


def _numbers(first: int, last: int) -> frozenset[str]:
    return frozenset(str(number) for number in range(first, last + 1))


PERMANENT = _numbers(1, 32)
PRIMARY = frozenset("ABCDEFGHIJKLMNOPQRST")
SUPERNUMERARY = _numbers(51, 82) | {f"{letter}S" for letter in PRIMARY}
TEETH = PERMANENT | PRIMARY | SUPERNUMERARY
_FRONT = _numbers(6, 11) | _numbers(22, 27) | frozenset("CDEFGHMNOPQR")
_MOLARS = _numbers(1, 3) | _numbers(14, 19) | _numbers(30, 32) | frozenset("ABIJKLST")
SETS = {
    "permanent": PERMANENT,
    "primary": PRIMARY,
    "anterior": _FRONT,
    "posterior": (PERMANENT | PRIMARY) - _FRONT,
    "molars": _MOLARS,
    "premolars": PERMANENT - _FRONT - _MOLARS,
    "wisdom": frozenset(("1", "16", "17", "32")),
    "permanent_molars": _MOLARS & PERMANENT,
    "first_and_second_molars": (_MOLARS & PERMANENT) - {"1", "16", "17", "32"},
}
"""Groups of teeth that plans speak of."""


def known_tooth(text: str) -> str:
    """A tooth as it is written here: without leading zeros, letters large; "" where it is none."""
    tooth = text.strip().upper().lstrip("0")
    return tooth if tooth in TEETH else ""


def quadrant_of(tooth: str) -> str:
    """The quadrant of a tooth, "" for what is no tooth."""
    tooth = known_tooth(tooth)
    if not tooth:
        return ""
    if tooth[0].isalpha():
        return QUADRANTS["ABCDEFGHIJKLMNOPQRST".index(tooth[0]) // 5]
    number = int(tooth)
    return QUADRANTS[(number - (51 if number > 50 else 1)) // 8]


def sites_of(site: Site, tooth: str, area: str, surfaces: str) -> tuple[str, ...]:
    """The names of the places that a service was on, by tooth or by area; none where the claim does not say.

    >>> sites_of(Site.SURFACE, "14", "", "MO")
    ('14-M', '14-O')
    """
    tooth = known_tooth(tooth)
    if site is Site.TOOTH:
        return (tooth,) if tooth else ()
    if site is Site.SURFACE:
        return tuple(f"{tooth}-{one}" for one in surfaces_of(surfaces)) if tooth else ()
    quadrant = area if area in QUADRANTS else quadrant_of(tooth)
    if site is Site.QUADRANT:
        return (quadrant,) if quadrant else ()
    arch = _ARCH.get(quadrant or area, "")
    return (arch,) if arch else ()


def surfaces_of(text: str) -> tuple[str, ...]:
    """The different surfaces of a text like "MOD", in their order."""
    return tuple(dict.fromkeys(one for one in text.upper().translate(_SAME_SURFACE) if one in SURFACES))


def is_within(tooth: str, area: str) -> bool:
    """Whether a tooth stands in an area; every tooth does in "" and in the whole mouth."""
    quadrant = quadrant_of(tooth)
    return area in ("", WHOLE, quadrant, _ARCH.get(quadrant))


def teeth_of(words: Iterable[str]) -> frozenset[str]:
    """Teeth from what a plan document says: numbers, ranges like "2-5" or "A-J", and the names of SETS.

    Raises ValueError with the word that is none of these.
    """
    found: set[str] = set()
    for word in words:
        first, dash, last = word.partition("-")
        if word in SETS:
            found |= SETS[word]
        elif not dash and known_tooth(word):
            found.add(known_tooth(word))
        elif first.isdecimal() and last.isdecimal() and 1 <= int(first) <= int(last) <= 32:
            found |= _numbers(int(first), int(last))
        elif first in PRIMARY and last in PRIMARY and first <= last:
            found |= {chr(letter) for letter in range(ord(first), ord(last) + 1)}
        else:
            raise ValueError(word)
    return frozenset(found)
