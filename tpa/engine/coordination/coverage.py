"""A coverage as the order of benefits sees it: how one patient is covered by one plan, and who holds it."""

from __future__ import annotations

from datetime import date
from typing import NamedTuple

from tpa.kernel.errors import DomainError

KINDS = ("plan", "medicare", "medicaid", "tricare", "auto", "workers_compensation")
"""`plan`: a group or individual health or dental plan; `auto`: no-fault or medical payments cover of a motor policy."""
RELATIONSHIPS = ("self", "spouse", "child", "other")
STATUSES = ("active", "retired", "laid_off", "continuation")
"""What the holder's employment is to the coverage; `continuation`: COBRA or a state's law."""
HOURS = ("full_time", "part_time")
ROLES = ("parent", "custodial_parent", "custodial_spouse", "noncustodial_parent", "noncustodial_spouse")
"""Whose plan it is to a child: `parent` where the parents live together, or share custody without more being said;
else the parent with custody, the spouse of that parent, the other parent, the spouse of the other parent."""
ENTITLEMENTS = ("age", "disability", "esrd")


class OrderError(DomainError):
    """The order of benefits cannot be told: a fact is missing. `where` names the coverage."""

    code = "order_of_benefits"


class HeldCoverage(NamedTuple):
    """How the patient is covered by one plan.

    `relationship` is the patient's to the holder under that plan: `self` covers him other than as a dependent.
    `starts_on` is the day since which the plan has covered the person (a child: since which the parent's plan has).
    """

    name: str
    kind: str = "plan"
    relationship: str = "self"
    status: str = "active"
    hours: str = "full_time"
    starts_on: date | None = None
    coordinates: bool = True
    """The plan has rules of coordination; one without is always primary."""
    holder: str = ""
    """Given name of who holds the coverage."""
    holder_birth_on: date | None = None
    role: str = "parent"
    decree: bool = False
    """A court decree makes the holder responsible for the child's health care (or for having it covered)."""
    employees: int | None = None
    """Of the employer, for Medicare's rules."""
    entitlement: str = ""
    """Medicare: age, disability or esrd."""
    esrd_on: date | None = None
    """Medicare: since when the patient could have it because of end-stage renal disease."""


class Patient(NamedTuple):
    """Whose coverages are put in order."""

    birth_on: date | None = None


class Verdict(NamedTuple):
    """Of two coverages, whether the first one comes first, and by which rule. `first` None: they share equally."""

    first: bool | None
    rule: str


def need_birthday(one: HeldCoverage) -> tuple[int, int]:
    """Month and day of the holder's birth, never the year. Raises OrderError where it is not known."""
    if one.holder_birth_on is None:
        raise OrderError(
            f"The birthday of who holds {one.name!r} is not known.", where=one.name, remedy="Write holder_birth_on."
        )
    return one.holder_birth_on.month, one.holder_birth_on.day


def by_rank(a: int, b: int, rule: str) -> Verdict | None:
    """The lower rank first; None where they are equal."""
    return None if a == b else Verdict(a < b, rule)


def by_longer(a: HeldCoverage, b: HeldCoverage) -> Verdict | None:
    """The coverage that has been in force longer; None where both began on one day, or either day is not known."""
    if a.starts_on is None or b.starts_on is None or a.starts_on == b.starts_on:
        return None
    return Verdict(a.starts_on < b.starts_on, "longer")


def by_custody(a: HeldCoverage, b: HeldCoverage) -> Verdict | None:
    """Parents who live apart: the parent with custody, that parent's spouse, the other parent, the spouse of that one."""
    if "parent" in (a.role, b.role):
        if a.role == b.role:
            return None
        one = a if a.role == "parent" else b
        raise OrderError(
            f"Whose plan {one.name!r} is must be said for all plans of parents who live apart.",
            where=one.name,
            remedy=f"Write role as one of {', '.join(ROLES[1:])}.",
        )
    return by_rank(ROLES.index(a.role), ROLES.index(b.role), "custody")
