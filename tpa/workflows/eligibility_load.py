"""An eligibility file's way into the books: stage, look, apply (or reject), and undo while nothing builds on it.

    load = stage_file(file_id=7, name="march.834", data=raw, received_at=now, received_by="hris")
    load.preview                                     # figures, problems with their place, a sample of old and new
    apply_load(load_id=load.id, by="ana", at=now)    # refused where rows are in error or too many would end
    undo_load(load_id=load.id, by="ana", at=now)     # refused once a claim was decided by it

Everything happens inside `employer_scope`. What is applied is what was looked at: if the books changed meanwhile the
load has to be previewed again. The same file twice changes nothing.
"""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any, NamedTuple

from django.db import transaction

from tpa.books.audit import services as audit
from tpa.books.events.services import announce
from tpa.books.members import selectors as members
from tpa.books.members import services
from tpa.books.members.errors import LoadErrorsError, StaleLoadError, TerminationsError, UndoError
from tpa.books.members.models import Load
from tpa.books.members.rows import PERSON_FIELDS, Row
from tpa.books.members.snapshot import Snapshot
from tpa.books.plans import selectors as plans
from tpa.infra.employers import open_employer
from tpa.kernel.errors import DomainError, InvariantError
from tpa.kernel.ids import public_id
from tpa.workflows.eligibility_load_834 import read_enrolment
from tpa.workflows.eligibility_load_changes import ElsewhereChange, Intent, LineChange, PersonChange, intend
from tpa.workflows.eligibility_load_csv import read_csv, read_row
from tpa.workflows.eligibility_load_effects import claims_touched, close_work, day_of, open_work, tell_index
from tpa.workflows.eligibility_load_matching import Matching, Person, PlanKey, match
from tpa.workflows.eligibility_load_preview import preview_of
from tpa.workflows.eligibility_load_report import reconcile
from tpa.workflows.group_numbers import check_file, check_rows, with_group_of_file, with_known_groups


class Reading(NamedTuple):
    """What a load means for the books as they are."""

    matching: Matching
    intent: Intent
    books: Snapshot


def stage_file(
    *,
    data: bytes,
    received_at: datetime,
    received_by: str,
    file_id: int | None = None,
    name: str = "",
    scope: str | None = None,
    effective_on: date | None = None,
) -> Load:
    """Read a file, 834 or CSV by its first bytes, and keep its rows with a preview; the books stay as they are.

    `scope` is `full` or `change`: an 834 says it itself (BGN08), a CSV is a change file unless told otherwise.
    `effective_on` is the first day without coverage of those whom a full file leaves out: else the file's own date, or
    the day of receipt. Raises DomainError where the file as a whole cannot be read or is not this employer's
    by its group numbers; rows in error are in the preview. A test file's load is there to be looked at alone.
    """
    open_employer()
    if is_834(data):
        file = read_enrolment(data)
        rows, said_scope, said_on = with_group_of_file(file.rows, file.group_number), file.scope, file.effective_on
        state = Load.State.TESTED if file.is_test else Load.State.STAGED
    else:
        rows, said_scope, said_on, state = list(read_csv(data)), Load.Scope.CHANGE.value, None, Load.State.STAGED
    if not rows:
        raise DomainError("The file names nobody.", remedy="Send a file with at least one member.")
    check_file(rows)
    load = Load(
        file_id=file_id,
        name=name[:200],
        format=Load.Format.X12 if is_834(data) else Load.Format.CSV,
        scope=scope or said_scope,
        state=state,
        effective_on=effective_on or said_on or day_of(received_at),
        received_at=received_at,
        received_by=received_by,
    )
    return _staged(load, rows)


def is_834(data: bytes) -> bool:
    """Whether the bytes begin as an X12 interchange does."""
    return data[:100].lstrip(b"\xef\xbb\xbf \r\n\t").startswith(b"ISA")


def enrol(*, entries: Sequence[dict[str, str]], by: str, at: datetime) -> Load:
    """Enter people or coverage by hand or by API: each entry a row of texts by column name, as in a CSV file.

    Staged and applied at once; refused as a whole if a row is in error (the message names the first).
    """
    open_employer()
    rows = [read_row(n, f"entry {n}", entry) for n, entry in enumerate(entries, start=1)]
    check_rows(rows)
    load = Load(
        format=Load.Format.ENTRY, scope=Load.Scope.CHANGE, effective_on=day_of(at), received_at=at, received_by=by
    )
    with transaction.atomic():
        staged = _staged(load, rows)
        return apply_load(load_id=staged.pk, by=by, at=at)


def preview_load(*, load_id: int, scope: str | None = None, effective_on: date | None = None) -> Load:
    """Look at a staged load anew, against the books as they are now; with another scope or date, if they are given."""
    open_employer()
    with transaction.atomic():
        load = services.lock_load(load_id=load_id, state=Load.State.STAGED)
        load.scope, load.effective_on = scope or load.scope, effective_on or load.effective_on
        return _previewed(load, members.staged_rows(load_id))


def apply_load(
    *, load_id: int, by: str, at: datetime, confirm_terminations: bool = False, skip_errors: bool = False
) -> Load:
    """Write a staged load into the books, all of it or nothing.

    Raises LoadErrorsError while rows are in error and `skip_errors` is not said; TerminationsError where a full file
    would end 30 % or more of the members and `confirm_terminations` is not said; StaleLoadError where the books
    changed since the preview.
    """
    employer = open_employer()
    with transaction.atomic():
        load = services.lock_load(load_id=load_id, state=Load.State.STAGED)
        services.lock_enrolment()
        reading = _read(load, members.staged_rows(load_id))
        if reading.intent.digest() != load.digest:
            raise StaleLoadError("The books changed since the load was looked at.")
        if load.preview["errors"] and not skip_errors:
            first = next(one for one in load.preview["problems"])
            raise LoadErrorsError(
                f"{load.preview['errors']} rows are in error: {first['message']}", where=first["where"]
            )
        if load.preview["needs_confirmation"] and not confirm_terminations:
            ending, covered = load.preview["members_terminated"], load.preview["members_covered"]
            raise TerminationsError(f"The file would end the coverage of {ending} of {covered} members.")
        _write(load, reading, by, at)
        services.close_load(
            load=load, applied_at=at, applied_by=by, confirmed=confirm_terminations, skipped=skip_errors
        )
        open_work(load)
        _note(by, "eligibility.applied", load)
        announce("enrolment.applied", {"load": public_id("lod", employer.pk, load.pk)})
        return load


def undo_load(*, load_id: int, by: str, at: datetime) -> Load:
    """Take an applied load back as a batch; returns the load that did it.

    Raises UndoError once a claim was decided on what the load brought (it names the claim), or a later load changed
    the same people (it names the load).
    """
    employer = open_employer()
    with transaction.atomic():
        load = services.lock_load(load_id=load_id, state=Load.State.APPLIED)
        services.lock_enrolment()
        if load.format == Load.Format.UNDO:
            raise UndoError("This is the undoing of a load: send the file again instead.")
        touched = members.changes_of(load_id)
        services.lock_families(family_ids=touched.values_list("member__family_id", flat=True).distinct())
        later = members.later_change(load)
        if later is not None:
            raise UndoError(
                f"{later.load} changed member {later.member.member_number} afterwards: undo that load first."
            )
        told = members.other_coverages_told_after(load)
        if told is not None:
            raise UndoError(f"Other coverages of member {told.member.member_number} were told by hand afterwards.")
        claim = next(iter(claims_touched(load, decided_after=load.applied_at)), None)
        if claim is not None:
            raise UndoError(
                f"Claim {claim.claim} of member {claim.member_number} was decided on what this load brought."
            )
        close_work(load)
        back = services.undo_load(load=load, undone_at=at, undone_by=by)
        tell_index(back)
        _note(by, "eligibility.undone", load)
        announce("enrolment.undone", {"load": public_id("lod", employer.pk, load.pk)})
        return back


def reject_load(*, load_id: int, by: str) -> Load:
    """Close a staged load without applying it."""
    open_employer()
    with transaction.atomic():
        load = services.reject_load(load_id=load_id)
        _note(by, "eligibility.rejected", load)
        return load


def _note(by: str, action: str, load: Load) -> None:
    told = {name: load.preview[name] for name in ("rows", "errors", "added", "changed", "terminated")}
    audit.record_events([audit.Act(by, action, "eligibility_load", load.pk, after=told)])


def reconciliation(*, load_id: int) -> dict[str, Any]:
    """The load against the books as they are now; the shape is `eligibility_load_report.reconcile`'s."""
    load = members.load(load_id)
    return reconcile(load, _read(load, members.staged_rows(load_id)).matching)


def _staged(load: Load, rows: list[Row]) -> Load:
    with transaction.atomic():
        services.stage_load(load=load, rows=rows)
        return _previewed(load, rows)


def _previewed(load: Load, rows: list[Row]) -> Load:
    reading = _read(load, rows)
    load.preview = preview_of(
        reading.matching.rows,
        reading.intent,
        reading.books,
        full=load.scope == Load.Scope.FULL,
        today=day_of(load.received_at),
        on=load.effective_on,
    )
    load.digest = reading.intent.digest()
    load.save(update_fields=["preview", "digest", "scope", "effective_on"])
    return load


def _read(load: Load, rows: list[Row]) -> Reading:
    """Compare the rows with the books: with all of them for a full file, else with the families that it names."""
    full = load.scope == Load.Scope.FULL
    if full:
        books = members.snapshot()
    else:
        numbers = {row.subscriber_number for row in rows}, {row.member_number for row in rows if row.member_number}
        books = members.snapshot(subscriber_numbers=numbers[0], member_numbers=numbers[1])
    matching = match(with_known_groups(rows), books, _plan_keys(load.effective_on), on=load.effective_on)
    return Reading(matching, intend(matching, books, full=full, effective_on=load.effective_on), books)


def _plan_keys(day: date) -> Iterable[PlanKey]:
    limits = plans.child_age_limits(day)
    return [PlanKey(one.pk, one.code, one.line, limits.get(one.pk, 26)) for one in plans.plans()]


def _write(load: Load, reading: Reading, by: str, at: datetime) -> None:
    intent = reading.intent
    services.lock_families(family_ids=_families_of(intent, reading.books))
    new = [change for change in intent.people if change.before is None]
    keys = services.add_members(
        load=load,
        recorded_at=at,
        people=[services.NewMember(one.person.subscriber_number, one.after) for one in new],
    )
    services.change_members(
        load=load, recorded_at=at, changes=[_changed(one) for one in intent.people if one.before is not None]
    )
    known = {member.id: member.family_id for member in reading.books.members}
    places = {id(one.person): key for one, key in zip(new, keys, strict=True)}
    lines = [_line(one, _place(one.person, places, known), reading.books) for one in intent.lines]
    services.record_coverage(load=load, recorded_at=at, changes=lines)
    others = [_other(one, _place(one.person, places, known), reading.books) for one in intent.elsewhere]
    services.record_elsewhere(load=load, recorded_at=at, recorded_by=by, changes=others)
    tell_index(load)


def _families_of(intent: Intent, books: Snapshot) -> set[int]:
    people = [one.person for part in (intent.people, intent.lines, intent.elsewhere) for one in part]
    numbers = {person.subscriber_number for person in people}
    return {books.families[number] for number in numbers if number in books.families}


def _changed(change: PersonChange) -> services.MemberChange:
    person = change.person
    if person.member_id is None or change.before is None:
        raise InvariantError("Only somebody in the books can change.")
    after = {name: person.after[name] for name in PERSON_FIELDS}
    return services.MemberChange(person.member_id, change.before, change.after, after, person.withdrawn)


def _place(person: Person, places: dict[int, tuple[int, int]], known: dict[int, int]) -> tuple[int, int]:
    """Keys of the person's member and family."""
    return places[id(person)] if person.member_id is None else (person.member_id, known[person.member_id])


def _line(change: LineChange, place: tuple[int, int], books: Snapshot) -> services.LineChange:
    held = books.rows(place[0], change.line)
    gone = tuple(key for key, segment in held if segment not in change.after)
    return services.LineChange(*place, change.line, change.kind, change.before, change.after, gone)


def _other(change: ElsewhereChange, place: tuple[int, int], books: Snapshot) -> services.ElsewhereChange:
    own = books.elsewhere_of(place[0]).own
    return services.ElsewhereChange(*place, own, change.before, change.after)
