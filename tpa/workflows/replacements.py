"""Replacement (frequency 7) and void (8) claims: the earlier claim's decision goes together with them, or nothing does."""

from collections.abc import Sequence
from datetime import date, datetime
from zoneinfo import ZoneInfo

from tenants.models import Employer
from tpa.books.claims import facts
from tpa.books.claims import services as claims
from tpa.books.claims.models import Closing
from tpa.books.claims.originals import Original, find_original
from tpa.engine.adjudication import decision as engine
from tpa.engine.adjudication.rules.claim.replacement import REPLACES
from tpa.infra import clock
from tpa.workflows.booking import Chunk, Counts, record
from tpa.workflows.claim_clocks import close_pend_items
from tpa.workflows.corrections import keep_ripple
from tpa.workflows.ripple import Ask, redecided, written

QUEUE = "adjustments"
_VOID = "8"


def corrects_another(claim: facts.Waiting) -> bool:
    """Whether the claim is decided together with an earlier one.

    A replacement of a claim that was never decided, or that a person lets stand by itself, is a claim like any other.
    """
    frequency, cleared = claim.claim.frequency, claim.claim.cleared
    return frequency in REPLACES and (frequency == _VOID or REPLACES[frequency] not in cleared)


def before_corrections(waiting: Sequence[facts.Waiting]) -> tuple[list[facts.Waiting], list[facts.Waiting]]:
    """Of every family the claims up to its first correction; and the corrections that are their family's first claim."""
    plain: list[facts.Waiting] = []
    first: list[facts.Waiting] = []
    begun: set[int] = set()
    stopped: set[int] = set()
    for one in waiting:
        if one.family_id in stopped:
            continue
        if corrects_another(one):
            stopped.add(one.family_id)
            if one.family_id not in begun:
                first.append(one)
            continue
        begun.add(one.family_id)
        plain.append(one)
    return plain, first


def settle(employer: Employer, one: facts.Waiting, next_seqs: dict[int, int]) -> Counts:
    """Decide a replacement or void with the claim that it corrects, in the family's turn and the caller's transaction.

    Where the earlier claim is not found, or cannot be taken, the claim waits for a person who names it. What the
    correction changes for the family's later claims is kept as a preview, to be looked at and applied.
    """
    decided_at, claim_id = clock.now(), one.claim.claim_id
    kind = REPLACES[one.claim.frequency]
    if kind in one.claim.cleared:
        _close(Closing(claim_id=claim_id, why=Closing.Why.VOID, closed_at=decided_at))
        return Counts(closed=1)
    original = find_original(employer_id=employer.pk, claim_id=claim_id)
    if original.problem:
        reason = engine.PendReason(kind, QUEUE, 0, original.problem)
        return _pend(employer, one, reason, decided_at=decided_at)
    if not original.is_decided:
        _close_original(one, original, decided_at)
        return Counts(closed=1)
    return _together(employer, one, original, next_seqs, decided_at)


def _together(
    employer: Employer, one: facts.Waiting, original: Original, next_seqs: dict[int, int], decided_at: datetime
) -> Counts:
    is_void = one.claim.frequency == _VOID
    if is_void:
        ask = Ask(one.family_id, back=[original.claim_id])
    else:
        claim = one.claim._replace(cleared=(*one.claim.cleared, REPLACES[one.claim.frequency]))
        ask = Ask(one.family_id, instead={original.claim_id: one._replace(claim=claim)})
    found = redecided(employer.pk, [ask])[one.family_id]
    change = next(change for change in found.changes if change.is_named)
    if isinstance(change.outcome, engine.Pend):
        return _pend(employer, one, *change.outcome.reasons, decided_at=decided_at)
    _close_original(one, original, decided_at)
    chunk = written([change], {one.family_id: next_seqs[one.family_id]}, decided_at)
    counts = record(chunk._replace(waiting=[one]), decided_at, _day(employer, decided_at))
    keep_ripple(employer=employer, found=found, why=REPLACES[one.claim.frequency], made_at=decided_at)
    return counts.plus(Counts(closed=1)) if is_void else counts


def _close_original(one: facts.Waiting, original: Original, at: datetime) -> None:
    by = one.claim.claim_id
    if one.claim.frequency == _VOID:
        _close(
            Closing(claim_id=original.claim_id, why=Closing.Why.VOIDED, by_claim_id=by, closed_at=at),
            Closing(claim_id=by, why=Closing.Why.VOID, closed_at=at),
        )
    else:
        _close(Closing(claim_id=original.claim_id, why=Closing.Why.REPLACED, by_claim_id=by, closed_at=at))


def _close(*closings: Closing) -> None:
    claims.close_claims(closings=closings)
    close_pend_items([one.claim_id for one in closings])


def _pend(employer: Employer, one: facts.Waiting, *reasons: engine.PendReason, decided_at: datetime) -> Counts:
    pend = engine.Pend(one.claim.claim_id, reasons)
    return record(Chunk([one], [], [(one, pend)], {}, {}), decided_at, _day(employer, decided_at))


def _day(employer: Employer, at: datetime) -> date:
    return at.astimezone(ZoneInfo(employer.time_zone)).date()
