"""Change of mind: shown first, then applied as it was shown, or parked with a reason. Nothing decided is edited.

    correction = preview_claims(claim_ids=[4], why="wrong_provider", note="...", by="ana")
    apply_correction(correction_id=correction.pk, signature=correction.signature, by="ana", alone_up_to_cents=50_000)

A preview lists claim, old, new and payee effect, the accumulators that move and what it does to the stop-loss. It is
signed. Applying decides everything again under the families' locks: what comes out must be what was shown, else nothing
is done and the refusal says which family has moved on.
"""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime

from django.db import transaction

from tenants.models import Employer
from tpa.books.audit import services as audit
from tpa.books.claims import corrections as book
from tpa.books.claims import services as claims
from tpa.books.claims.models import Closing, CorrectedFamily, Correction
from tpa.books.members import turns
from tpa.infra import clock, work_items
from tpa.infra.employers import open_employer
from tpa.kernel.errors import ConflictError, DomainError
from tpa.workflows.booking import record
from tpa.workflows.correction_effects import shown
from tpa.workflows.eligibility_load_effects import work_list
from tpa.workflows.ripple import Ask, Change, Redecided, redecided, written

WORK, QUEUE = "correction", "adjustments"
RETRO = "retro_coverage"
"""Kind of the work items that a late change of coverage opens."""
LATE = "ripple"
"""Kind of the work items that amounts from outside open, by family, where claims of their days are decided."""
MOST_CLAIMS = 1_000
"""Claims that are named in one correction; more are a selection, which a job decides."""
PARK_CENTS = 1_000
"""What a change may come to for a payee, each claim's without its sign, to be left as it was decided."""

REASONS = {
    "entry_error": "A claim was read or entered wrongly",
    "wrong_provider": "The provider, its network or its prices were wrong",
    "retro_coverage": "Coverage was changed for days in the past",
    "plan_correction": "The plan was corrected for days in the past",
    "outside_amounts": "Amounts of another carrier or of the pharmacy came late",
    "appeal": "An appeal was decided",
    "override": "An examiner decided otherwise",
    "provider_request": "The provider asked for it",
    "replacement": "A replacement claim came",
    "void": "A void claim came",
    "audit": "An audit found it",
}
"""Code of a reason -> what it says."""


class PreviewMovedError(ConflictError):
    """The books are no longer as the preview shows them."""

    code = "preview_moved"
    remedy = "Look at the correction anew, and apply that."


class SecondPersonError(DomainError):
    """The amount is over what one person may change alone."""

    code = "second_person_needed"
    status = 403
    remedy = "Let somebody else apply it."


class NotDecidedError(ConflictError):
    """The claim has no decision that stands."""

    code = "claim_not_decided"
    remedy = "A claim that waits is corrected by its replacement, or released."


class ReasonError(DomainError):
    """A reason that is none."""

    code = "correction_reason"


def check_reason(why: str) -> None:
    """Raises ReasonError for a code that is no reason."""
    if why not in REASONS:
        raise ReasonError(f"{why!r} is no reason.", where="/why", remedy=f"One of {', '.join(REASONS)}.")


@transaction.atomic
def preview_claims(
    *,
    claim_ids: Collection[int],
    why: str,
    note: str,
    by: str,
    take_back: bool = False,
    person_id: int | None = None,
) -> Correction:
    """What it would come to if these claims were decided again now, or taken back for good.

    `person_id`: the human being behind `by`, whatever the login: four eyes are two persons.

    Raises NotDecidedError for a claim without a live decision, ReasonError, ConflictError for too many.
    """
    employer = open_employer()
    check_reason(why)
    if len(claim_ids) > MOST_CLAIMS:
        raise ConflictError(f"More than {MOST_CLAIMS} claims.", remedy="Make it a selection.")
    by_family = book.families_of_decided(claim_ids)
    missing = set(claim_ids) - {key for keys in by_family.values() for key in keys}
    if missing or not by_family:
        raise NotDecidedError("There is no decision to correct.", where="/claims")
    kind = Correction.Kind.VOID if take_back else Correction.Kind.CLAIM
    named = {"claims": sorted(claim_ids)}
    now = clock.now()
    correction = book.start(kind=kind, why=why, note=note, by=by, at=now, selection=named, person_id=person_id)
    found = redecided(employer.pk, [ask_of(kind, family, keys) for family, keys in sorted(by_family.items())])
    keep(correction, employer, found.values(), by_family)
    return book.sign(correction.pk)


def preview_load(*, load_id: int, note: str, by: str, person_id: int | None = None) -> Correction:
    """What it would come to if the claims on the work list of an eligibility load were decided again now.

    Raises NotFoundError, NotDecidedError where none of them has a decision that stands.
    """
    touched = sorted({one.claim_id for one in work_list(load_id)})
    return preview_claims(claim_ids=touched, why=RETRO, note=note, by=by, person_id=person_id)


@transaction.atomic
def preview_family(
    *, family_id: int, start: int = 1, why: str, note: str, by: str, person_id: int | None = None
) -> Correction:
    """What it would come to if a family's decisions from a place in its order on were made again now.

    For amounts from outside that came late: they are counted first.
    """
    employer = open_employer()
    check_reason(why)
    kind, place = Correction.Kind.RIPPLE, {"start": start}
    correction = book.start(kind=kind, why=why, note=note, by=by, at=clock.now(), selection=place, person_id=person_id)
    found = redecided(employer.pk, [Ask(family_id, start=start)])
    keep(correction, employer, found.values(), {})
    return book.sign(correction.pk)


def keep_ripple(*, employer: Employer, found: Redecided, why: str, made_at: datetime) -> Correction | None:
    """Keep what a correction that is made already changes for the family's later claims, for a person; None if nothing."""
    named = [change for change in found.changes if change.is_named]
    if len(named) == len(found.changes):
        return None
    start = min(change.old.place for change in named)
    kind = Correction.Kind.RIPPLE
    correction = book.start(kind=kind, why=why, note="", by=audit.SYSTEM, at=made_at, selection={"start": start})
    found = redecided(employer.pk, [Ask(found.family_id, start=start)])[found.family_id]
    keep(correction, employer, [found], {})
    correction = book.sign(correction.pk)
    work_items.open_items([_item(correction)])
    return correction


def _item(correction: Correction) -> work_items.Item:
    title = f"{REASONS[correction.why]}: {correction.changes_count} later decisions change"
    return work_items.Item(WORK, QUEUE, correction.pk, title, correction.payee_cents)


def ask_of(kind: str, family_id: int, claim_ids: Collection[int], start: int | None = None) -> Ask:
    """What is asked of the engine for one family of a correction."""
    if kind == Correction.Kind.VOID:
        return Ask(family_id, back=claim_ids)
    return Ask(family_id, again=claim_ids, start=start)


def keep(
    correction: Correction,
    employer: Employer,
    found: Iterable[Redecided],
    claim_ids: dict[int, list[int]],
) -> int:
    """Keep what was found as families of the correction; how many there were. Families that stay as they are are not kept."""
    rows = [
        CorrectedFamily(
            correction_id=correction.pk,
            family_id=one.family_id,
            claim_ids=sorted(claim_ids.get(one.family_id, [])),
            shown=shown(employer, one),
        )
        for one in found
        if one.changes
    ]
    CorrectedFamily.objects.bulk_create(rows)
    return len(rows)


@transaction.atomic
def renew(*, correction_id: int, by: str, person_id: int | None = None) -> Correction:
    """The same correction of named claims or of a family, computed anew; it has to be looked at again."""
    employer = open_employer()
    correction = book.take(correction_id, Correction.State.PREVIEWED)
    if correction.kind == Correction.Kind.SELECTION:
        raise ConflictError("A selection is not computed anew.", remedy="Ask for it again.")
    families = {one.family_id: list(one.claim_ids) for one in correction.families.order_by("family_id")}
    correction.families.all().delete()
    start = correction.selection.get("start")
    asks = [ask_of(correction.kind, family_id, keys, start) for family_id, keys in families.items()]
    keep(correction, employer, redecided(employer.pk, asks).values(), families)
    Correction.objects.filter(pk=correction.pk).update(made_by=by, made_by_id=person_id, made_at=clock.now())
    return book.sign(correction.pk)


@transaction.atomic
def apply_correction(
    *, correction_id: int, signature: str, by: str, alone_up_to_cents: int, person_id: int | None = None
) -> Correction:
    """Make it so, all families in one transaction. `signature` is the one of the preview that the caller has seen.

    Who made the preview applies it alone up to `alone_up_to_cents` of changes to payees, each claim's without its sign;
    more needs somebody else. Raises PreviewMovedError, SecondPersonError, ConflictError where it is applied already or a
    family is being decided this moment; nothing is changed then.
    """
    employer = open_employer()
    correction = book.take(correction_id, Correction.State.PREVIEWED)
    check_may_apply(correction, signature, by, alone_up_to_cents, person_id)
    families = list(correction.families.order_by("family_id"))
    moved = apply_families(employer, correction, families)
    if moved:
        raise PreviewMovedError(f"Since the preview {len(moved)} of {len(families)} families have changed.")
    return finish(correction, Correction.State.APPLIED, by)


def check_may_apply(
    correction: Correction, signature: str, by: str, alone_up_to_cents: int, person_id: int | None
) -> None:
    """Raises PreviewMovedError where the signature is not that of the kept preview, SecondPersonError over the amount."""
    if signature != correction.signature or book.signature_of(correction) != correction.signature:
        raise PreviewMovedError("This is not the preview as it was signed.")
    if is_maker(correction, by, person_id) and correction.gross_cents > alone_up_to_cents:
        raise SecondPersonError("The change is larger than one person may make alone.")


def is_maker(correction: Correction, by: str, person_id: int | None) -> bool:
    """Whether it is who made the preview: by the same login, by another one of theirs, or by a key that they issued."""
    return by == correction.made_by or (person_id is not None and person_id == correction.made_by_id)


def apply_families(
    employer: Employer, correction: Correction, families: Sequence[CorrectedFamily]
) -> list[CorrectedFamily]:
    """Apply these families if each is as it was shown; else nothing, and those that have moved. The caller's transaction.

    Raises ConflictError where a worker decides for one of them this moment.
    """
    next_seqs = turns.take_turns(family_ids=[one.family_id for one in families])
    if len(next_seqs) < len(families):
        raise ConflictError("A claim of a family is being decided.", remedy="Try again in a moment.")
    start = correction.selection.get("start")
    found = redecided(employer.pk, [ask_of(correction.kind, one.family_id, one.claim_ids, start) for one in families])
    moved = [one for one in families if shown(employer, found[one.family_id]) != one.shown]
    if moved:
        return moved
    at = clock.now()
    changes = [change for one in families for change in found[one.family_id].changes]
    _close_taken_back(correction, changes, at)
    record(written(changes, next_seqs, at), at, clock.today(employer.time_zone))
    work_items.close_items(RETRO, sorted({change.old.claim_id for change in changes}))
    CorrectedFamily.objects.filter(
        correction_id=correction.pk, family_id__in=[one.family_id for one in families]
    ).update(state=Correction.State.APPLIED)
    return []


def _close_taken_back(correction: Correction, changes: Iterable[Change], at: datetime) -> None:
    closings = [
        Closing(claim_id=one.old.claim_id, why=Closing.Why.VOIDED, reason=correction.note, closed_at=at)
        for one in changes
        if one.outcome is None
    ]
    if closings:
        claims.close_claims(closings=closings)


@transaction.atomic
def park(*, correction_id: int, note: str, by: str) -> Correction:
    """Leave everything as it was decided, because the differences are small. Raises ConflictError where one is not."""
    open_employer()
    correction = book.take(correction_id, Correction.State.PREVIEWED)
    if not note.strip():
        raise ReasonError("Parking needs a reason.", where="/note", remedy="Say why it may stay.")
    largest = max((abs(one["payee_cents"]) for one in book.changes_of(correction)), default=0)
    if largest > PARK_CENTS:
        raise ConflictError(
            f"A payee's change of {largest} cents is more than the {PARK_CENTS} that may be left.",
            remedy="Apply the correction.",
        )
    return finish(correction, Correction.State.PARKED, by, note)


def finish(correction: Correction, state: Correction.State, by: str, note: str = "") -> Correction:
    """Note how a correction ended, in the trail too, and take it off the queue."""
    Correction.objects.filter(pk=correction.pk).update(
        state=state, ended_at=clock.now(), ended_by=by[:200], ended_note=note[:400]
    )
    told = {"why": correction.why, "families": correction.families_count, "payee_cents": correction.payee_cents}
    reason = note or correction.note
    audit.record_events([audit.Act(by, f"correction.{state}", "correction", correction.pk, reason, after=told)])
    work_items.close_items(WORK, [correction.pk])
    work_items.close_items(LATE, list(correction.families.values_list("family_id", flat=True)))
    work_items.close_items(RETRO, correction.selection.get("claims", []))
    return book.correction(correction.pk)
