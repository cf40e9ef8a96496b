"""The demo's look ahead: each medical plan is drafted with deductibles a quarter higher, and the year is decided again."""

from copy import deepcopy
from datetime import date
from typing import Any

from django.db import transaction

from tpa.books.plans import services as plans
from tpa.books.plans.documents import canonical_text
from tpa.books.plans.models import Plan, WhatIf
from tpa.infra import clock
from tpa.infra.employers import bound_employer
from tpa.kernel.periods import Span, add_months
from tpa.workflows.what_if import ask


def compare_next_year(starts_on: date, *, by: str) -> None:
    """Draft the plans for the year after the one that begins on `starts_on`, and ask. Done twice it is done once."""
    next_on = add_months(starts_on, 12)
    for plan in Plan.objects.filter(line="medical"):
        if plan.versions.filter(effective_on=next_on).exists():
            continue
        with transaction.atomic():
            draft = plans.draft_version(
                plan_id=plan.pk,
                text=canonical_text(_raised(plan.versions.get().document)),
                effective_on=next_on,
                by=by,
                at=clock.now(),
                note="What if the deductibles were a quarter higher?",
            )
            ask(employer_id=bound_employer().pk, version_id=draft.pk, span=Span(starts_on, next_on), by=by)


def is_compared() -> bool:
    """Whether every question has its answer."""
    return not WhatIf.objects.filter(result__isnull=True).exists()


def _raised(document: dict[str, Any]) -> dict[str, Any]:
    changed = deepcopy(document)
    for deductible in changed.get("deductibles", ()):
        for whose in {"individual", "family"} & deductible.keys():
            deductible[whose] += deductible[whose] // 4
    return changed
