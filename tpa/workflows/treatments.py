"""Instalments of orthodontic treatments: each becomes a claim of its own on its due day, while the person is covered.

A claim is named by its treatment and number, so that it is registered once however often this runs. A treatment ends with
its last instalment, with the coverage, or when its decision is reversed (the provider voids or replaces the claim).
"""

from collections.abc import Iterable
from datetime import date, datetime
from typing import NamedTuple

from django.db import transaction

from tenants.models import Employer
from tenants.scope import employer_scope
from tpa.books.claims import facts, treatments
from tpa.books.claims import services as claims
from tpa.books.claims.models import Claim
from tpa.books.claims.recording import Decided
from tpa.books.claims.registration import NewClaim
from tpa.books.claims.treatments import Begun, Due
from tpa.engine.adjudication.treatments import deferred_in, instalment_claim
from tpa.infra import clock
from tpa.infra.employers import require_open
from tpa.workflows.wake_ups import wake

BATCH = 500
DENTAL = "dental"


def begun_by(decided: Iterable[Decided]) -> list[Begun]:
    """The treatments that decisions have begun, each with the day of its next instalment."""
    found = []
    for one in decided:
        if one.claim.form != DENTAL or one.decision.is_estimate:
            continue
        days = {line.number: line.from_on for line in one.claim.lines}
        for line in one.decision.lines:
            deferred = deferred_in(line.number, line.moves)
            later = deferred.after(days[line.number]) if deferred else ()
            if later:
                found.append(Begun(one.claim.claim_id, line.number, one.family_id, later[0].due_on))
    return found


class _Issued(NamedTuple):
    """What becomes of a treatment: the claims that are due, and when the next one is."""

    claims: list[NewClaim]
    next_due_on: date | None


def issue_instalments(*, employer_id: int, as_of: date | None = None) -> int:
    """Register every instalment that is due by today (`as_of`), and have them decided. Returns how many there were."""
    count = 0
    while True:
        with employer_scope(employer_id) as employer, transaction.atomic():
            require_open(employer)
            day = as_of or clock.today(employer.time_zone)
            due = treatments.due_treatments(day, BATCH)
            if not due:
                return count
            issued = _issued(employer, due, day)
            new = [claim for one in issued for claim in one.claims]
            if new:
                count += claims.register_claims(claims=new, now=clock.now()).new_count
                wake("decide_claims", employer_id=employer_id)
            treatments.move_on(nexts=[(one.id, then.next_due_on) for one, then in zip(due, issued, strict=True)])


def _issued(employer: Employer, due: list[Due], day: date) -> list[_Issued]:
    chosen = {one.claim.claim_id: one for one in facts.chosen_claims(employer.pk, {one.claim_id for one in due})}
    families = facts.families_of(list(chosen.values()))
    now = clock.now()
    return [_of_treatment(one, chosen[one.claim_id], families[chosen[one.claim_id].family_id], day, now) for one in due]


def _of_treatment(one: Due, waiting: facts.Waiting, known: facts.FamilyFacts, day: date, now: datetime) -> _Issued:
    claim = waiting.claim
    line = next(line for line in claim.lines if line.number == one.line_number)
    deferred = deferred_in(one.line_number, one.moves)
    new: list[NewClaim] = []
    for part in deferred.after(line.from_on) if deferred else ():
        if part.due_on < one.next_due_on:
            continue
        if part.due_on > day:
            return _Issued(new, part.due_on)
        if not _is_covered(known, claim.member_id, one.line_of_coverage, part.due_on):
            return _Issued(new, None)
        issued = instalment_claim(claim, line, part, 0)
        ref = f"treatment {claim.claim_id} line {line.number} instalment {part.number}"
        new.append(NewClaim(Claim.Source.PLAN, ref, waiting.family_id, now, issued))
    return _Issued(new, None)


def _is_covered(known: facts.FamilyFacts, member_id: int, line_of_coverage: str, day: date) -> bool:
    spans = known.family.coverages.get(member_id, ())
    return any(one.line == line_of_coverage and one.starts_on <= day < one.ends_before for one in spans)
