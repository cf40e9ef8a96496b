"""The order of benefits in Canada: the guideline of the Canadian Life and Health Insurance Association (CLHIA).

It differs from the United States where two parents share a birthday (the given name first in the alphabet), and where
one person holds two plans (full time before part time before retired, then the one covering longer).
"""

from __future__ import annotations

from tpa.engine.coordination.coverage import (
    HeldCoverage,
    OrderError,
    Verdict,
    by_custody,
    by_longer,
    by_rank,
    need_birthday,
)


def compare(a: HeldCoverage, b: HeldCoverage) -> Verdict:
    """Which of two plans comes first. Raises OrderError where a fact that decides is missing."""
    return (
        by_rank(a.coordinates, b.coordinates, "no_coordination")
        or by_rank(a.relationship != "self", b.relationship != "self", "non_dependent")
        or _child(a, b)
        or by_rank(a.status == "retired", b.status == "retired", "active")
        or by_rank(a.status != "active", b.status != "active", "continuation")
        or by_rank(a.hours == "part_time", b.hours == "part_time", "full_time")
        or by_longer(a, b)
        or Verdict(None, "equal")
    )


def _child(a: HeldCoverage, b: HeldCoverage) -> Verdict | None:
    if "self" in (a.relationship, b.relationship) or "spouse" in (a.relationship, b.relationship):
        return None
    if a.decree != b.decree:
        return Verdict(a.decree, "decree")
    if a.role != "parent" or b.role != "parent":
        return by_custody(a, b)
    first, second = need_birthday(a), need_birthday(b)
    return Verdict(first < second, "birthday") if first != second else _given_name(a, b)


def _given_name(a: HeldCoverage, b: HeldCoverage) -> Verdict | None:
    for one in (a, b):
        if not one.holder:
            raise OrderError(
                f"The given name of who holds {one.name!r} is not known.", where=one.name, remedy="Write holder."
            )
    first, second = a.holder.casefold(), b.holder.casefold()
    return None if first == second else Verdict(first < second, "given_name")
