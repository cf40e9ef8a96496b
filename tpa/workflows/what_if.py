"""What would a year of claims have cost under other terms? Claims are decided again in memory; nothing of it is stored.

The claims are those that began in the days asked for and have a live decision, each family's in the order in which they
were decided. They start from the accumulators as they stood before the first of them. Both sides go by what is known today:
where something else was known when a claim was decided, its present is what the terms in force would make of it now, and it
is counted, so that the difference is that of the terms alone. Families are taken in batches, so
that memory does not grow with the employer; what is kept is the sums.
"""

from collections.abc import Callable, Iterator, Mapping
from datetime import date, timedelta
from typing import NamedTuple

from django.db import transaction

from tenants.scope import employer_scope
from tpa.books.claims import past, selecting
from tpa.books.claims.selecting import Selection
from tpa.books.plans import selectors as plans
from tpa.books.plans.models import WhatIf
from tpa.engine.adjudication.again import begun, decide_again, with_version
from tpa.engine.adjudication.comparison import ComparedLine, Comparison, lines_of
from tpa.engine.adjudication.compiled import compile_plan
from tpa.engine.adjudication.decision import Decision, Pend
from tpa.engine.adjudication.facts import Claim, DatedPlan
from tpa.engine.plan.parse import parse_plan
from tpa.infra import clock, jobs
from tpa.infra.garbage import collection_paused
from tpa.infra.models import Job
from tpa.kernel.errors import DomainError
from tpa.kernel.ids import public_id
from tpa.kernel.periods import Span, add_months
from tpa.workflows.wake_ups import wake

KIND = "what_if"
FAMILIES = 100
"""Families decided again at once."""
LONGEST_MONTHS = 36
_Plans = Mapping[int, tuple[DatedPlan, ...]]
_LOST_AFTER = timedelta(minutes=30)
"""An open job that old has lost its message, or its worker died."""


class SpanError(DomainError):
    """The days cannot be compared."""

    code = "what_if_span"
    remedy = f"Ask for at least one day and at most {LONGEST_MONTHS} months."


class NothingToCompareError(DomainError):
    """No claim of these days was decided by the plan: under another version of it nothing would come out otherwise."""

    code = "what_if_nothing"
    remedy = "Ask about a version of the plan that decided the claims, or about other days."


class Redecided(NamedTuple):
    """A claim beside itself: what the terms in force and what the other terms make of it, by what is known today."""

    claim_id: int
    member_id: int
    recorded: tuple[ComparedLine, ...]
    present: tuple[ComparedLine, ...]
    """The recorded lines, unless more is known today; they stand, too, where the claim would wait for a person."""
    outcome: Decision | Pend
    proposed: tuple[ComparedLine, ...]
    """The new decision's lines; none where the claim would wait for a person."""


def ask(*, employer_id: int, version_id: int, span: Span, by: str) -> WhatIf:
    """Ask what the claims that began in `span` would have cost under a version, draft or published; a job answers.

    Raises NotFoundError, SpanError, PlanError where the document cannot be read, and NothingToCompareError.
    """
    if span.starts_on >= span.ends_before or span.ends_before > add_months(span.starts_on, LONGEST_MONTHS):
        raise SpanError("These days cannot be compared.", where="/starts_on")
    with employer_scope(employer_id), transaction.atomic():
        version = plans.version(version_id)
        compile_plan(parse_plan(version.document))
        if not selecting.claims_by_family(Selection(*span, version.plan_id), after=0, limit=1):
            raise NothingToCompareError(
                f"No claim of these days was decided by the plan {version.plan.code}.", where="/version"
            )
        asked = WhatIf.objects.create(
            version=version,
            document=version.document,
            starts_on=span.starts_on,
            ends_before=span.ends_before,
            asked_at=clock.now(),
            asked_by=by[:200],
        )
        job = jobs.start_job(kind=KIND, key=str(asked.pk), requested_by=by[:100])
        asked.job_id = job.pk
        asked.save(update_fields=["job_id"])
        wake("answer_what_if", employer_id=employer_id, job_id=job.pk)
        return asked


def run_job(*, employer_id: int, job_id: int) -> None:
    """Answer the question that the job asks. A job that has ended is left alone; run twice, it answers the same."""
    with employer_scope(employer_id):
        job = Job.objects.get(pk=job_id, kind=KIND)
        if job.state not in jobs.OPEN:
            return
        asked = plans.what_if(int(job.key or 0))

        def progress(done: int, total: int) -> None:
            told = f"Deciding again under {asked.version}"
            jobs.advance_job(job_id=job_id, done=done, total=total, message=told)

        try:
            found = compare(employer_id=employer_id, asked=asked, on_progress=progress)
        except DomainError as refusal:
            jobs.fail_job(job_id=job_id, error=f"{refusal} {refusal.remedy}".strip())
            return
        with transaction.atomic():
            WhatIf.objects.filter(pk=asked.pk).update(result=found.as_json(), members=found.members_json())
            told = {"what_if": public_id("wif", employer_id, asked.pk)}
            jobs.finish_job(job_id=job_id, result=told, message=f"{found.claims_count:,} claims compared")


def wake_lost(*, employer_id: int) -> None:
    """Wake a worker for questions that nobody has answered in a long time."""
    with employer_scope(employer_id):
        for job_id in jobs.lost_jobs(kind=KIND, after=_LOST_AFTER):
            wake("answer_what_if", employer_id=employer_id, job_id=job_id)


def compare(
    *, employer_id: int, asked: WhatIf, on_progress: Callable[[int, int], None] = lambda done, total: None
) -> Comparison:
    """The comparison itself. Reads, changes nothing. `on_progress(families done, all)`, and it may stop the work."""
    found, span, draft = Comparison(), _span(asked), _draft(asked)
    total, _ = past.families_count(span)
    done = after = 0
    while families := past.families_in(span, after=after, limit=FAMILIES):
        on_progress(done, total)
        with collection_paused():
            for one in _redecided(employer_id, families, span, draft, asked.version.plan_id):
                found.add(one.member_id, one.present, one.outcome if isinstance(one.outcome, Pend) else one.proposed)
                if one.present != one.recorded:
                    found.restate(one.recorded, one.present)
        done, after = done + len(families), families[-1]
    return found


def claims_of_family(*, employer_id: int, asked: WhatIf, family_id: int) -> list[Redecided]:
    """Each claim of one family beside itself, decided again for this answer alone."""
    return list(_redecided(employer_id, [family_id], _span(asked), _draft(asked), asked.version.plan_id))


def all_claims(*, employer_id: int, asked: WhatIf) -> Iterator[Redecided]:
    """Every claim beside itself, family by family."""
    span, draft, after = _span(asked), _draft(asked), 0
    while families := past.families_in(span, after=after, limit=FAMILIES):
        yield from _redecided(employer_id, families, span, draft, asked.version.plan_id)
        after = families[-1]


def _span(asked: WhatIf) -> Span:
    return Span(asked.starts_on, asked.ends_before)


def _draft(asked: WhatIf) -> DatedPlan:
    """The document in force from the first day asked for, under the key of its version."""
    return DatedPlan(asked.version_id, asked.starts_on, parse_plan(asked.document))


def _redecided(
    employer_id: int, family_ids: list[int], span: Span, draft: DatedPlan, plan_id: int
) -> Iterator[Redecided]:
    for one in past.recorded(employer_id, family_ids, span):
        family, other = one.family, one.family.plans
        if any(covered.plan_id == plan_id for spans in family.coverages.values() for covered in spans):
            other = {**other, plan_id: with_version(other.get(plan_id, ()), draft, span.ends_before)}
        yield from _beside(one, other)


def _beside(one: past.Recorded, plans: _Plans) -> Iterator[Redecided]:
    """A family's claims under its own plans and under these. The own are asked only where something comes out otherwise."""
    proposed, present = _decided(one, plans), one.lines
    if any(lines != present[claim.claim_id] for claim, _, lines in proposed):
        today = _decided(one, one.family.plans)
        present = present | {claim.claim_id: lines for claim, outcome, lines in today if isinstance(outcome, Decision)}
    for claim, outcome, lines in proposed:
        key = claim.claim_id
        yield Redecided(key, claim.member_id, one.lines[key], present[key], outcome, lines)


def _decided(one: past.Recorded, plans: _Plans) -> list[tuple[Claim, Decision | Pend, tuple[ComparedLine, ...]]]:
    found = []
    for claim, outcome in decide_again(begun(one.family, plans), one.steps):
        days: dict[int, date] = {line.number: line.from_on for line in claim.lines}
        found.append((claim, outcome, lines_of(outcome, days) if isinstance(outcome, Decision) else ()))
    return found
