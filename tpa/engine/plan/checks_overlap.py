"""Whether two benefits can be meant by one service, and whether one is meant by all that the other is."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from tpa.engine.plan.terms import Match
from tpa.engine.plan.terms_values import fits

_OLDEST = 1000


def patterns_meet(one: str, other: str) -> bool:
    """Whether a code exists that both patterns mean."""
    if _is_code(one):
        return fits(other, one)
    if _is_code(other):
        return fits(one, other)
    (low, high), (other_low, other_high) = _ends(one), _ends(other)
    size = min(len(low), len(other_low))
    return low[:size] <= other_high[:size] and other_low[:size] <= high[:size]


def pattern_holds(outer: str, inner: str) -> bool:
    """Whether every code of `inner` is one of `outer`."""
    if _is_code(inner):
        return fits(outer, inner)
    if _is_code(outer):
        return False
    (low, high), (inner_low, inner_high) = _ends(outer), _ends(inner)
    size = len(low)
    return len(inner_low) >= size and low <= inner_low[:size] and inner_high[:size] <= high


def matches_meet(one: Match, other: Match) -> bool:
    """Whether a service can exist that both mean. A service may carry several diagnoses and modifiers at once."""
    return (
        _lists_meet(one.codes, other.codes, patterns_meet)
        and _lists_meet(one.revenue_codes, other.revenue_codes, patterns_meet)
        and _lists_meet(one.main_diagnoses, other.main_diagnoses, patterns_meet)
        and _lists_meet(one.specialties, other.specialties, patterns_meet)
        and _lists_meet(one.places, other.places, str.__eq__)
        and _lists_meet(one.tiers, other.tiers, str.__eq__)
        and _lists_meet(one.forms, other.forms, str.__eq__)
        and _low(one) <= _high(other)
        and _low(other) <= _high(one)
        and (not one.teeth or not other.teeth or not one.teeth.isdisjoint(other.teeth))
        and (one.emergency is None or other.emergency is None or one.emergency == other.emergency)
    )


def match_holds(outer: Match, inner: Match) -> bool:
    """Whether every service that `inner` means is also meant by `outer`."""
    return (
        _list_holds(outer.codes, inner.codes, pattern_holds)
        and _list_holds(outer.revenue_codes, inner.revenue_codes, pattern_holds)
        and _list_holds(outer.diagnoses, inner.diagnoses, pattern_holds)
        and _list_holds(outer.main_diagnoses, inner.main_diagnoses, pattern_holds)
        and _list_holds(outer.specialties, inner.specialties, pattern_holds)
        and _list_holds(outer.places, inner.places, str.__eq__)
        and _list_holds(outer.modifiers, inner.modifiers, str.__eq__)
        and _list_holds(outer.tiers, inner.tiers, str.__eq__)
        and _list_holds(outer.forms, inner.forms, str.__eq__)
        and _low(outer) <= _low(inner)
        and _high(inner) <= _high(outer)
        and (not outer.teeth or (bool(inner.teeth) and inner.teeth <= outer.teeth))
        and (outer.emergency is None or outer.emergency == inner.emergency)
    )


def _is_code(pattern: str) -> bool:
    return "-" not in pattern and not pattern.endswith("*")


def _ends(pattern: str) -> tuple[str, str]:
    """The lowest and highest beginning that a range or a beginning means; both have one length."""
    if pattern.endswith("*"):
        return pattern[:-1], pattern[:-1]
    low, _, high = pattern.partition("-")
    return low, high


def _lists_meet(one: Sequence[str], other: Sequence[str], meet: Callable[[str, str], bool]) -> bool:
    return not one or not other or any(meet(a, b) for a in one for b in other)


def _list_holds(outer: Sequence[str], inner: Sequence[str], holds: Callable[[str, str], bool]) -> bool:
    return not outer or (bool(inner) and all(any(holds(a, b) for a in outer) for b in inner))


def _low(match: Match) -> int:
    return match.age_from or 0


def _high(match: Match) -> int:
    return _OLDEST if match.age_to is None else match.age_to
