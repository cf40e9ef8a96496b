"""Who pays first: the coverages of one patient in the order in which they pay, each with the rule that put it there."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from functools import cmp_to_key
from typing import NamedTuple

from tpa.engine.coordination import clhia, naic
from tpa.engine.coordination.coverage import HeldCoverage, Patient, Verdict
from tpa.engine.coordination.medicare import medicare_first

COUNTRIES: dict[str, Callable[[HeldCoverage, HeldCoverage], Verdict]] = {"US": naic.compare, "CA": clhia.compare}
_PUBLIC = {"workers_compensation": 0, "auto": 1, "plan": 2, "medicare": 2, "tricare": 3, "medicaid": 4}


class Ranked(NamedTuple):
    """A coverage at its place. `rule` put it before the next one (`last`; `only` where it is alone).

    Those that share equally have one `rank`.
    """

    coverage: HeldCoverage
    rank: int
    """1 is primary."""
    rule: str


def order_benefits(
    coverages: Sequence[HeldCoverage], patient: Patient, *, on: date, country: str = "US"
) -> tuple[Ranked, ...]:
    """The coverages in the order in which they pay on a day.

    `country` US: NAIC Model Regulation 120 and Medicare's rules as a secondary payer; CA: the CLHIA guideline. The rules
    are no_coordination, non_dependent, decree, custody, birthday, given_name (CA), active, continuation, full_time (CA),
    longer, equal; medicare_working_aged, medicare_disability, medicare_small_employer, medicare_not_working,
    medicare_esrd, medicare_esrd_over; non_dependent_medicare; workers_compensation, auto, tricare, medicaid.
    Raises OrderError where a fact that decides is missing.
    """

    def compare(a: HeldCoverage, b: HeldCoverage) -> Verdict:
        return _compare(a, b, coverages, patient, on, country)

    def sign(a: HeldCoverage, b: HeldCoverage) -> int:
        first = compare(a, b).first
        return 0 if first is None else -1 if first else 1

    ordered = sorted(coverages, key=cmp_to_key(sign))
    ranked: list[Ranked] = []
    rank = 1
    for place, one in enumerate(ordered):
        following = ordered[place + 1] if place + 1 < len(ordered) else None
        verdict = compare(one, following) if following is not None else Verdict(True, "only" if place == 0 else "last")
        ranked.append(Ranked(one, rank, verdict.rule))
        rank += verdict.first is not None
    return tuple(ranked)


def _compare(
    a: HeldCoverage, b: HeldCoverage, all_of: Sequence[HeldCoverage], patient: Patient, on: date, country: str
) -> Verdict:
    if _PUBLIC[a.kind] != _PUBLIC[b.kind]:
        first = _PUBLIC[a.kind] < _PUBLIC[b.kind]
        early, late = (a, b) if first else (b, a)
        return Verdict(first, early.kind if early.kind in ("workers_compensation", "auto") else late.kind)
    if a.kind == b.kind != "plan":
        return Verdict(None, "equal")
    if b.kind == "medicare":
        verdict = medicare_first(b, a, patient, on)
        return verdict._replace(first=not verdict.first)
    if a.kind == "medicare":
        return medicare_first(a, b, patient, on)
    verdict = COUNTRIES[country](a, b)
    if verdict.rule == "non_dependent" and verdict.first is not None:
        own, dependent = (a, b) if verdict.first else (b, a)
        if _between(own, dependent, all_of, patient, on):
            return Verdict(not verdict.first, "non_dependent_medicare")
    return verdict


def _between(
    own: HeldCoverage, dependent: HeldCoverage, all_of: Sequence[HeldCoverage], patient: Patient, on: date
) -> bool:
    """Medicare pays after the plan of the spouse and before the own one: then the spouse's comes first, the own one last."""
    return any(
        medicare_first(one, own, patient, on).first is True
        and medicare_first(one, dependent, patient, on).first is False
        for one in all_of
        if one.kind == "medicare"
    )
