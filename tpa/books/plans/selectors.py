"""Plans and their versions, and the terms by which claims are decided."""

from collections.abc import Collection
from datetime import date, datetime
from importlib.resources import files
from typing import Any

from django.db.models import QuerySet

from tenants.scope import current_employer
from tpa.books.plans.documents import difference
from tpa.books.plans.models import Plan, PlanVersion, WhatIf
from tpa.engine.adjudication.facts import DatedPlan
from tpa.engine.plan.parse import parse_plan
from tpa.engine.plan.terms import PlanTerms
from tpa.infra.postgres.prepared import prepared
from tpa.kernel.errors import InvariantError, NotFoundError

_terms: dict[tuple[int, int], PlanTerms] = {}
"""Parsed terms by employer and version. A published version never changes, so what is here is right for ever."""
_DESIGNS = files("tpa.books.plans").joinpath("templates")
_MOST_CACHED = 2_000
_PUBLISHED = """
    SELECT id, plan_id, effective_on FROM plans_planversion
    WHERE plan_id = ANY(%s) AND state = 'published' AND (%s::timestamptz IS NULL OR published_at <= %s)
    ORDER BY number"""


def plans() -> QuerySet[Plan]:
    """The employer's plans by code."""
    return Plan.objects.all()


def plan(plan_id: int) -> Plan:
    """One plan. Raises NotFoundError."""
    found = Plan.objects.filter(pk=plan_id).first()
    if found is None:
        raise NotFoundError("There is no such plan.")
    return found


def versions(plan_id: int) -> QuerySet[PlanVersion]:
    """All versions of a plan, the latest number first."""
    return PlanVersion.objects.filter(plan=plan_id).select_related("plan").order_by("-number")


def version(version_id: int) -> PlanVersion:
    """One version with its plan. Raises NotFoundError."""
    found = PlanVersion.objects.filter(pk=version_id).select_related("plan").first()
    if found is None:
        raise NotFoundError("There is no such plan version.")
    return found


def plans_of(version_ids: Collection[int]) -> set[int]:
    """The plans that these are versions of. One query."""
    return set(PlanVersion.objects.filter(pk__in=version_ids).values_list("plan_id", flat=True))


def version_in_force(plan_id: int, day: date) -> PlanVersion | None:
    """The published version that governs `day`: the latest effective one, of equals the highest number."""
    found = PlanVersion.objects.filter(plan=plan_id, state=PlanVersion.State.PUBLISHED, effective_on__lte=day)
    return found.select_related("plan").order_by("-effective_on", "-number").first()


def version_before(version: PlanVersion) -> PlanVersion | None:
    """The published version that this one takes, or took, the place of."""
    earlier = PlanVersion.objects.filter(plan=version.plan_id, state=PlanVersion.State.PUBLISHED).exclude(pk=version.pk)
    earlier = earlier.filter(effective_on__lte=version.effective_on, number__lt=version.number)
    return earlier.order_by("-effective_on", "-number").first()


def designs() -> list[str]:
    """Names of the ready designs from which a plan may start."""
    return sorted(one.name.removesuffix(".toml") for one in _DESIGNS.iterdir() if one.name.endswith(".toml"))


def design(name: str) -> str:
    """The document of a ready design, in TOML. Raises NotFoundError."""
    if name not in designs():
        raise NotFoundError("There is no such design.")
    return _DESIGNS.joinpath(f"{name}.toml").read_text(encoding="utf-8")


def versions_difference(old_id: int, new_id: int) -> str:
    """What the second version changes of the first, as text."""
    old, new = version(old_id), version(new_id)
    return difference(old.document, new.document, names=(f"version {old.number}", f"version {new.number}"))


def published_terms(plan_ids: Collection[int], *, known_at: datetime | None = None) -> dict[int, tuple[DatedPlan, ...]]:
    """For each plan its published versions by `effective_on`, parsed; those published by `known_at` (None: now).

    Of several versions that begin on the same day only the highest number counts. A plan without any has no entry. One
    query, and one more for versions that this process has not parsed yet.
    """
    employer = current_employer()
    if employer is None:
        raise InvariantError("Plans are read inside an employer's scope.")
    governing: dict[tuple[int, date], int] = {}
    for key, plan_id, effective_on in prepared(_PUBLISHED, [list(plan_ids), known_at, known_at]):
        governing[plan_id, effective_on] = key
    terms = _parsed(employer.pk, list(governing.values()))
    dated: dict[int, tuple[DatedPlan, ...]] = {}
    for (plan_id, effective_on), key in sorted(governing.items()):
        dated[plan_id] = (*dated.get(plan_id, ()), DatedPlan(key, effective_on, terms[key]))
    return dated


def _parsed(employer_id: int, version_ids: list[int]) -> dict[int, PlanTerms]:
    missing = [key for key in version_ids if (employer_id, key) not in _terms]
    if missing:
        if len(_terms) + len(missing) > _MOST_CACHED:
            _terms.clear()
            missing = version_ids
        for key, document in PlanVersion.objects.filter(pk__in=missing).values_list("pk", "document"):
            _terms[employer_id, key] = parse_plan(document)
    return {key: _terms[employer_id, key] for key in version_ids}


def what_ifs() -> QuerySet[WhatIf]:
    """The questions that were asked, the latest first."""
    return WhatIf.objects.select_related("version__plan").order_by("-id")


def what_if(what_if_id: int) -> WhatIf:
    """One question with its version and plan. Raises NotFoundError."""
    found = what_ifs().filter(pk=what_if_id).first()
    if found is None:
        raise NotFoundError("There is no such comparison.")
    return found


def child_age_limits(day: date) -> dict[int, int]:
    """By plan, the age up to which the version in force on `day` covers children, where it says so."""
    limits: dict[int, Any] = {}
    found = PlanVersion.objects.filter(state=PlanVersion.State.PUBLISHED, effective_on__lte=day)
    for plan_id, limit in found.order_by("effective_on", "number").values_list(
        "plan_id", "document__dependent_age_limit"
    ):
        limits[plan_id] = limit
    return {plan_id: limit for plan_id, limit in limits.items() if limit is not None}
