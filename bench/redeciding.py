"""Deciding again, for a comparison and for a proof: nothing is written, so it has to be cheaper than deciding."""

from __future__ import annotations

from bench.batch import Batch
from bench.meter import Spent, measured
from tenants.models import Employer
from tenants.scope import employer_scope
from tpa.books.plans.models import PlanVersion
from tpa.kernel.periods import year_of
from tpa.workflows.proof import replay
from tpa.workflows.what_if import ask, compare

YEAR_LINES = 150_000
"""Lines of a year of 5,000 people: ten claims a person of three lines each."""


def again(batch: Batch) -> Spent:
    """The batch's claims under their own plan. Raises RuntimeError where a claim comes out otherwise."""
    with employer_scope(batch.employer):
        version = PlanVersion.objects.get()
        asked = ask(
            employer_id=batch.employer.pk, version_id=version.pk, span=year_of(version.effective_on), by="bench"
        )
        with measured() as spent:
            found = compare(employer_id=batch.employer.pk, asked=asked)
    if found.changed_count or found.pended_count or found.claims_count < batch.claims_count:
        raise RuntimeError(
            f"of {found.claims_count} claims {found.changed_count + found.pended_count} came out otherwise"
        )
    return spent


def replayed(employer: Employer) -> tuple[Spent, int]:
    """Every decision of an employer made again, and how many those are. Raises RuntimeError where one comes out otherwise."""
    with employer_scope(employer), measured() as spent:
        proof = replay(employer_id=employer.pk)
    if proof.faults:
        raise RuntimeError(proof.faults[0])
    return spent, proof.decisions_count
