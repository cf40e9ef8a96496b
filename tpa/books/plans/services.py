"""Drafting, checking and publishing plan versions."""

from collections.abc import Callable, Iterable
from datetime import date, datetime

from django.db import IntegrityError, transaction
from django.db.models import Max

from tpa.books.plans.documents import finding_of, read_document
from tpa.books.plans.errors import FindingsError, PlanCodeError, PublishedError
from tpa.books.plans.models import Plan, PlanVersion
from tpa.engine.adjudication.examples.play import findings_of
from tpa.engine.plan.checks import Finding
from tpa.engine.plan.parse import parse_plan
from tpa.engine.plan.terms import PlanError, PlanTerms
from tpa.kernel.errors import NotFoundError

ERROR = "error"


def create_plan(*, code: str, name: str, line: str, at: datetime) -> Plan:
    """A plan without terms yet. Enrolment files name it by `code`. Raises PlanCodeError where the code is taken."""
    try:
        with transaction.atomic():
            return Plan.objects.create(code=code, name=name, line=line, created_at=at)
    except IntegrityError as error:
        raise PlanCodeError(f"There is a plan {code!r} already.") from error


def draft_version(*, plan_id: int, text: str, effective_on: date, by: str, at: datetime, note: str = "") -> PlanVersion:
    """The next version of a plan from a TOML or JSON text, in force from `effective_on` once it is published.

    The text has to be a document; what the document says is examined by `check_version` and at publishing.
    """
    document = read_document(text)
    with transaction.atomic():
        plan = Plan.objects.select_for_update().filter(pk=plan_id).first()
        if plan is None:
            raise NotFoundError("There is no such plan.")
        last = plan.versions.aggregate(last=Max("number"))["last"] or 0
        return PlanVersion.objects.create(
            plan=plan,
            number=last + 1,
            effective_on=effective_on,
            document=document,
            note=note,
            drafted_at=at,
            drafted_by=by,
        )


def revise_draft(
    *, version_id: int, text: str, by: str, at: datetime, unless: Callable[[], None] = lambda: None
) -> PlanVersion:
    """Another text for a draft. Raises PublishedError for a published version.

    `unless` looks at the draft while nobody else can change it, and raises what speaks against the change.
    """
    document = read_document(text)
    with transaction.atomic():
        version = _draft(version_id)
        unless()
        version.document, version.drafted_by, version.drafted_at = document, by, at
        version.save(update_fields=["document", "drafted_by", "drafted_at"])
        return version


def discard_draft(*, version_id: int) -> None:
    """Delete a draft. Raises PublishedError for a published version."""
    with transaction.atomic():
        _draft(version_id).delete()


def check_version(version: PlanVersion) -> list[dict[str, str]]:
    """What is wrong with a version, errors first: each {code, severity, path, message, remedy}.

    Faults of the document, the checks of `tpa.engine.plan.checks`, and each of the plan's own example claims whose
    answer is not the one that the plan states.
    """
    try:
        terms = parse_plan(version.document)
    except PlanError as error:
        return [finding_of(fault) for fault in error.faults]
    found = [*_line_matches(terms, version.plan), *findings_of(terms, version.effective_on)]
    return [one._asdict() for one in sorted(found, key=lambda one: one.severity != ERROR)]


def publish_version(*, version_id: int, by: str, at: datetime) -> PlanVersion:
    """Let claims be decided by a draft, from its `effective_on`. From then on it never changes.

    Raises FindingsError with every finding where one is an error; warnings are kept with the version.
    """
    with transaction.atomic():
        version = _draft(version_id)
        findings = check_version(version)
        errors = [one for one in findings if one["severity"] == ERROR]
        if errors:
            rest = f" ({len(errors)} faults in all)" if len(errors) > 1 else ""
            raise FindingsError(errors[0]["message"] + rest, where=errors[0]["path"], findings=findings)
        version.state, version.findings = PlanVersion.State.PUBLISHED, findings
        version.published_at, version.published_by = at, by
        version.save(update_fields=["state", "findings", "published_at", "published_by"])
        return version


def _draft(version_id: int) -> PlanVersion:
    version = PlanVersion.objects.select_for_update(of=("self",)).select_related("plan").filter(pk=version_id).first()
    if version is None:
        raise NotFoundError("There is no such plan version.")
    if version.is_published:
        raise PublishedError(f"{version} is published.")
    return version


def _line_matches(terms: PlanTerms, plan: Plan) -> Iterable[Finding]:
    if terms.line != plan.line:
        message = f"The document is of a {terms.line} plan, {plan.code} covers {plan.line}."
        yield Finding("line_of_plan", "error", "/line", message, "Draft it for a plan of its own line.")
