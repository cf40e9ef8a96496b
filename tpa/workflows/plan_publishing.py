"""A plan document's way into force: drafted, checked with its own example claims, published, and noted in the trail."""

from datetime import date, datetime

from django.db import transaction

from tpa.books.audit import services as audit
from tpa.books.plans import selectors, services
from tpa.books.plans.documents import read_document
from tpa.books.plans.models import PlanVersion
from tpa.infra.employers import open_employer
from tpa.workflows.readjudication import ask_for_plan


def publish_plan(
    *, version_id: int, by: str, at: datetime, reason: str = "", person_id: int | None = None
) -> PlanVersion:
    """Publish a draft. Raises FindingsError, which lists every finding, and then nothing has changed."""
    open_employer()
    with transaction.atomic():
        version = services.publish_version(version_id=version_id, by=by, at=at)
        told = {"plan": version.plan.code, "number": version.number, "effective_on": version.effective_on.isoformat()}
        audit.record_events([audit.Act(by, "plan.published", "plan_version", version.pk, reason, after=told)])
        # Claims that were decided by what it takes the place of: what it would change is shown, nothing is done yet.
        ask_for_plan(
            plan_id=version.plan_id, effective_on=version.effective_on, by=by, note=reason, person_id=person_id
        )
        return version


def put_in_force(
    *, code: str, name: str, line: str, text: str, effective_on: date, by: str, at: datetime
) -> PlanVersion:
    """Make sure that the plan `code` is governed by this document from `effective_on` on.

    The plan is made if there is none. Where the document is already in force on that day nothing happens, so it may be
    said again. Raises what drafting and publishing raise; then nothing has changed.
    """
    with transaction.atomic():
        plan = selectors.plans().filter(code=code).first()
        if plan is None:
            plan = services.create_plan(code=code, name=name, line=line, at=at)
        current = selectors.version_in_force(plan.pk, effective_on)
        if current is not None and current.document == read_document(text):
            return current
        draft = services.draft_version(plan_id=plan.pk, text=text, effective_on=effective_on, by=by, at=at)
        return publish_plan(version_id=draft.pk, by=by, at=at)
