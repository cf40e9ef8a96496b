"""The order of benefits in the United States: NAIC Model Regulation 120, section 6, as the states have adopted it.

Of several rules the first that decides holds. The year of a birth never counts. A continuation (COBRA) comes
after every other plan of the person, a retiree's too (6D(4)).
"""

from __future__ import annotations

from tpa.engine.coordination.coverage import HeldCoverage, Verdict, by_custody, by_longer, by_rank, need_birthday

_LAID_OFF = ("retired", "laid_off")


def compare(a: HeldCoverage, b: HeldCoverage) -> Verdict:
    """Which of two plans comes first. Raises OrderError where a fact that decides is missing."""
    return (
        by_rank(a.coordinates, b.coordinates, "no_coordination")
        or by_rank(a.relationship != "self", b.relationship != "self", "non_dependent")
        or _dependent(a, b)
        or by_rank(a.status == "continuation", b.status == "continuation", "continuation")
        or by_rank(a.status in _LAID_OFF, b.status in _LAID_OFF, "active")
        or by_longer(a, b)
        or Verdict(None, "equal")
    )


def _dependent(a: HeldCoverage, b: HeldCoverage) -> Verdict | None:
    """A child under two plans. A married child's spouse and parents compete by length of coverage, then by birthday."""
    if a.relationship == "self" or (a.relationship == "spouse" and b.relationship == "spouse"):
        return None
    if "spouse" in (a.relationship, b.relationship):
        return by_longer(a, b) or _birthday(a, b)
    if a.decree != b.decree:
        return Verdict(a.decree, "decree")
    if a.decree:
        # A decree that names both parents leaves it to their birthdays.
        return _birthday(a, b)
    return by_custody(a, b) or (_birthday(a, b) if a.role == "parent" else None)


def _birthday(a: HeldCoverage, b: HeldCoverage) -> Verdict | None:
    first, second = need_birthday(a), need_birthday(b)
    return Verdict(first < second, "birthday") if first != second else by_longer(a, b)
