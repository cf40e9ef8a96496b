"""Writing people and coverage: always in bulk, always as part of a load, never editing a row of coverage."""

import json
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from django.db import connection

from tpa.books.members.errors import LoadStateError, MemberNumberError
from tpa.books.members.models import Coverage, Family, Load, LoadChange, LoadRow, Member, OtherCoverage
from tpa.books.members.rows import PERSON_FIELDS, Row, person_as_json
from tpa.books.members.snapshot import elsewhere_as_json
from tpa.books.members.timeline import Timeline, segments_as_json
from tpa.engine.adjudication import facts
from tpa.infra import locks
from tpa.infra.copy import copy_rows, look_up_by_index
from tpa.infra.sequences import next_ids
from tpa.kernel.errors import NotFoundError, must


class NewMember(NamedTuple):
    """A person to add; `person` has every field of PERSON_FIELDS."""

    subscriber_number: str
    person: dict[str, Any]


class MemberChange(NamedTuple):
    """A person whose fields become `after` (all of PERSON_FIELDS); `before` and `changed` hold those that differ."""

    member_id: int
    before: dict[str, Any]
    changed: dict[str, Any]
    after: dict[str, Any]
    returns: bool = False
    """The person was withdrawn with an undone load, and is back."""


class LineChange(NamedTuple):
    """One member's coverage of one line: what was current and what becomes so. `gone` are the rows to supersede."""

    member_id: int
    family_id: int
    line: str
    kind: str
    before: Timeline
    after: Timeline
    gone: tuple[int, ...]


class ElsewhereChange(NamedTuple):
    """One member's coverages by other plans: all that were known, and all that are from now on."""

    member_id: int
    family_id: int
    own: facts.OwnCoverage
    before: tuple[facts.OtherCoverage, ...]
    after: tuple[facts.OtherCoverage, ...]


def stage_load(*, load: Load, rows: Iterable[Row]) -> Load:
    """Keep a load and its rows, unsaved so far, for a preview. Two statements."""
    load.save()
    copy_rows(LoadRow._meta.db_table, ("load_id", "n", "row", "problems"), (_staged(load, row) for row in rows))
    return load


def _staged(load: Load, row: Row) -> tuple[object, ...]:
    return load.pk, row.n, json.dumps(row.to_json()), json.dumps(row.problems)


def lock_enrolment() -> None:
    """Let one writer of coverage in at a time, to the end of the transaction; readers are not held up."""
    locks.lock("enrolment")
    look_up_by_index()


def lock_families(*, family_ids: Iterable[int]) -> None:
    """Wait until no claim of these families is being decided, and hold new ones to the end of the transaction."""
    locks.lease_rows(Family, family_ids, wait=True)


def lock_load(*, load_id: int, state: str) -> Load:
    """The load under a lock of its row. Raises NotFoundError, and LoadStateError unless it is in `state`."""
    found = Load.objects.select_for_update().filter(pk=load_id).first()
    if found is None:
        raise NotFoundError("There is no such eligibility load.")
    if found.state != state:
        raise LoadStateError(f"The load is {found.get_state_display()}.")
    return found


def reject_load(*, load_id: int) -> Load:
    """Close a staged load; it changes nothing and cannot be applied any more."""
    load = lock_load(load_id=load_id, state=Load.State.STAGED)
    load.state = Load.State.REJECTED
    load.save(update_fields=["state"])
    return load


def add_members(*, load: Load, recorded_at: datetime, people: Sequence[NewMember]) -> list[tuple[int, int]]:
    """Add people, and the families of those who have none yet. Returns (member, family) keys in the order given.

    Raises MemberNumberError where a number is taken.
    """
    if not people:
        return []
    taken = Member.objects.filter(member_number__in=[one.person["member_number"] for one in people]).first()
    if taken is not None:
        raise MemberNumberError(f"Member number {taken.member_number!r} belongs to somebody else.")
    families = _families([one.subscriber_number for one in people])
    ids = next_ids(Member, len(people))
    keys = [(member_id, families[one.subscriber_number]) for member_id, one in zip(ids, people, strict=True)]
    columns = ("id", "family_id", "recorded_at", "changed_at", *PERSON_FIELDS)
    people_of = ([one.person[name] for name in PERSON_FIELDS] for one in people)
    rows = [(*key, recorded_at, recorded_at, *person) for key, person in zip(keys, people_of, strict=True)]
    copy_rows(Member._meta.db_table, columns, rows)
    added = LoadChange.Kind.MEMBER_ADDED
    told = (person_as_json(one.person) for one in people)
    _log(load, recorded_at, ((key[0], "", added, None, person) for key, person in zip(keys, told, strict=True)))
    return keys


def _families(subscriber_numbers: Sequence[str]) -> dict[str, int]:
    """Keys by subscriber number; missing families are made."""
    wanted = sorted({*subscriber_numbers})
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO members_family (subscriber_number, next_seq) SELECT number, 1 FROM unnest(%s::text[]) number"
            " ON CONFLICT (subscriber_number) DO NOTHING",
            [wanted],
        )
        cursor.execute("SELECT subscriber_number, id FROM members_family WHERE subscriber_number = ANY(%s)", [wanted])
        return dict(cursor.fetchall())


def change_members(*, load: Load, recorded_at: datetime, changes: Sequence[MemberChange]) -> None:
    """Describe people anew; what they were stays in the log of the load."""
    if not changes:
        return
    _update_people(recorded_at, {change.member_id: change.after for change in changes})
    _log(
        load,
        recorded_at,
        (
            (
                one.member_id,
                "",
                LoadChange.Kind.MEMBER_ADDED if one.returns else LoadChange.Kind.MEMBER_CHANGED,
                person_as_json(one.before),
                person_as_json(one.changed),
            )
            for one in changes
        ),
    )


def record_coverage(*, load: Load, recorded_at: datetime, changes: Sequence[LineChange]) -> None:
    """Supersede the rows that no longer hold and add those that do; both keep the load."""
    if not changes:
        return
    gone = [pk for change in changes for pk in change.gone]
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE members_coverage SET superseded_at = %s, superseded_load_id = %s"
            " WHERE id = ANY(%s) AND superseded_at IS NULL",
            [recorded_at, load.pk, gone],
        )
        must(cursor.rowcount == len(gone), "A row of coverage was superseded by somebody else.")
        cursor.execute(
            "UPDATE members_member SET changed_at = %s WHERE id = ANY(%s)",
            [recorded_at, sorted({change.member_id for change in changes})],
        )
    copy_rows(Coverage._meta.db_table, _COVERAGE, _fresh(load, recorded_at, changes))
    _log(
        load,
        recorded_at,
        (
            (one.member_id, one.line, one.kind, segments_as_json(one.before), segments_as_json(one.after))
            for one in changes
        ),
    )


_COVERAGE = ("member_id", "family_id", "line", "plan_id", "tier", "starts_on", "ends_before", "recorded_at", "load_id")


def _fresh(load: Load, recorded_at: datetime, changes: Iterable[LineChange]) -> Iterator[tuple[object, ...]]:
    for change in changes:
        for segment in change.after:
            if segment not in change.before:
                days = segment.starts_on, segment.ends_before
                what = change.line, segment.plan_id, segment.tier
                yield change.member_id, change.family_id, *what, *days, recorded_at, load.pk


def close_load(*, load: Load, applied_at: datetime, applied_by: str, confirmed: bool, skipped: bool) -> Load:
    """Note that a load is applied, by whom, and what they let pass."""
    load.state, load.applied_at, load.applied_by = Load.State.APPLIED, applied_at, applied_by
    load.confirmed_terminations, load.skipped_errors = confirmed, skipped
    load.save()
    return load


def undo_load(*, load: Load, undone_at: datetime, undone_by: str) -> Load:
    """Put coverage and people back as they were before an applied load, as a load of its own, which is returned.

    What the books said meanwhile stays in them: rows are superseded and added, none is revived or deleted. People whom
    the load brought are withdrawn. The caller has made sure that nothing builds on the load.
    """
    load.state, load.undone_at, load.undone_by = Load.State.UNDONE, undone_at, undone_by
    load.save(update_fields=["state", "undone_at", "undone_by"])
    back = Load.objects.create(
        format=Load.Format.UNDO,
        scope=load.scope,
        state=Load.State.APPLIED,
        name=f"undo of {load}"[:200],
        effective_on=load.effective_on,
        received_at=undone_at,
        received_by=undone_by,
        applied_at=undone_at,
        applied_by=undone_by,
        undoes=load,
    )
    with connection.cursor() as cursor:
        cursor.execute(_SUPERSEDE_OWN, [undone_at, back.pk, load.pk])
        cursor.execute(_RESTORE_FORMER, [undone_at, back.pk, load.pk])
        cursor.execute(_SUPERSEDE_OWN_OTHERS, [undone_at, back.pk, load.pk])
        cursor.execute(_RESTORE_FORMER_OTHERS, [undone_at, back.pk, load.pk])
        cursor.execute(_LOG_BACKWARDS, [back.pk, undone_at, load.pk])
    _restore_people(load, undone_at)
    return back


_SUPERSEDE_OWN = """
    UPDATE members_coverage SET superseded_at = %s, superseded_load_id = %s
    WHERE load_id = %s AND superseded_at IS NULL"""
_RESTORE_FORMER = """
    INSERT INTO members_coverage
        (member_id, family_id, line, plan_id, tier, starts_on, ends_before, recorded_at, load_id)
    SELECT member_id, family_id, line, plan_id, tier, starts_on, ends_before, %s, %s
    FROM members_coverage WHERE superseded_load_id = %s ORDER BY id"""
_SUPERSEDE_OWN_OTHERS = """
    UPDATE members_othercoverage SET superseded_at = %s, superseded_load_id = %s
    WHERE load_id = %s AND superseded_at IS NULL"""
_OTHERS_TOLD = """member_id, family_id, name, line, kind, relationship, status, hours, starts_on, ends_before, coordinates,
    holder, holder_birth_on, role, decree, employees, entitlement, esrd_on, our_status, our_hours, our_role, our_decree,
    recorded_by"""
_RESTORE_FORMER_OTHERS = f"""
    INSERT INTO members_othercoverage ({_OTHERS_TOLD}, recorded_at, load_id)
    SELECT {_OTHERS_TOLD}, %s, %s FROM members_othercoverage WHERE superseded_load_id = %s ORDER BY id"""
_LOG_BACKWARDS = """
    INSERT INTO members_loadchange (load_id, member_id, line, kind, before, after, recorded_at)
    SELECT %s, member_id, line,
        CASE kind WHEN 'member_added' THEN 'member_withdrawn' WHEN 'added' THEN 'terminated'
            WHEN 'reinstated' THEN 'terminated' WHEN 'terminated' THEN 'reinstated' ELSE kind END,
        after, before, %s
    FROM members_loadchange WHERE load_id = %s ORDER BY id"""


def _restore_people(load: Load, undone_at: datetime) -> None:
    """Fields back to what they were; who was not in the books before is withdrawn."""
    changes = LoadChange.objects.filter(load=load)
    added = changes.filter(kind=LoadChange.Kind.MEMBER_ADDED)
    people_only = changes.filter(line="", before__isnull=False).exclude(kind=LoadChange.Kind.OTHER_COVERAGES)
    told = people_only.values_list("member_id", "before")
    before = {key: former or {} for key, former in told}
    people = {one.pk: one for one in Member.objects.filter(pk__in=list(before))}
    _update_people(
        undone_at,
        {key: {name: getattr(people[key], name) for name in PERSON_FIELDS} | former for key, former in before.items()},
    )
    Member.objects.filter(pk__in=added.values("member")).update(withdrawn_at=undone_at)
    Member.objects.filter(pk__in=changes.values("member")).update(changed_at=undone_at)


def _update_people(changed_at: datetime, people: dict[int, dict[str, Any]]) -> None:
    """Write all fields of many people, by key; whoever is written is in the books again. One statement."""
    if not people:
        return
    types = {"birth_on": "date", "disabled": "boolean"}
    columns = ", ".join(f"{name} {types.get(name, 'text')}" for name in PERSON_FIELDS)
    writes = ", ".join(f"{name} = told.{name}" for name in PERSON_FIELDS)
    rows = [{"id": key, **person_as_json(person)} for key, person in people.items()]
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE members_member AS old SET {writes}, changed_at = %s, withdrawn_at = NULL"
            f" FROM jsonb_to_recordset(%s::jsonb) AS told(id bigint, {columns}) WHERE old.id = told.id",
            [changed_at, json.dumps(rows)],
        )


def _log(load: Load, recorded_at: datetime, changes: Iterable[tuple[Any, ...]]) -> None:
    """Rows of (member key, line, kind, before, after) into the load's log."""
    columns = ("load_id", "member_id", "line", "kind", "before", "after", "recorded_at")
    rows = (
        (load.pk, member_id, line, kind, _json(before), _json(after), recorded_at)
        for member_id, line, kind, before, after in changes
    )
    copy_rows(LoadChange._meta.db_table, columns, rows)


def _json(value: Any) -> str | None:
    return None if value is None else json.dumps(value)


def record_other_coverages(
    *,
    member_id: int,
    own: facts.OwnCoverage,
    others: Sequence[facts.OtherCoverage],
    recorded_at: datetime,
    recorded_by: str,
) -> list[OtherCoverage]:
    """What is known from now on of a member's coverage by other plans, in place of all that was; none: there is none.

    Claims decided before stay as they are. Raises NotFoundError.
    """
    member = Member.objects.filter(pk=member_id, withdrawn_at=None).first()
    if member is None:
        raise NotFoundError("There is no such member.")
    lock_families(family_ids=[member.family_id])
    OtherCoverage.objects.filter(member=member, superseded_at=None).update(superseded_at=recorded_at)
    change = ElsewhereChange(member_id, member.family_id, own, (), tuple(others))
    return OtherCoverage.objects.bulk_create(_others(change, recorded_at=recorded_at, recorded_by=recorded_by))


def record_elsewhere(
    *, load: Load, recorded_at: datetime, recorded_by: str, changes: Sequence[ElsewhereChange]
) -> None:
    """What a load states of many members' coverages by other plans, as `record_other_coverages` does of one."""
    if not changes:
        return
    touched = [one.member_id for one in changes]
    OtherCoverage.objects.filter(member__in=touched, superseded_at=None).update(
        superseded_at=recorded_at, superseded_load=load
    )
    told = {"recorded_at": recorded_at, "recorded_by": recorded_by, "load": load}
    OtherCoverage.objects.bulk_create((row for one in changes for row in _others(one, **told)), batch_size=1_000)
    Member.objects.filter(pk__in=touched).update(changed_at=recorded_at)
    kind = LoadChange.Kind.OTHER_COVERAGES
    told_of = [(one.member_id, elsewhere_as_json(one.before), elsewhere_as_json(one.after)) for one in changes]
    _log(load, recorded_at, ((key, "", kind, before, after) for key, before, after in told_of))


def _others(change: ElsewhereChange, **told: Any) -> Iterator[OtherCoverage]:
    own = change.own
    for one in change.after:
        yield OtherCoverage(
            member_id=change.member_id,
            family_id=change.family_id,
            line=one.line,
            ends_before=one.ends_before,
            our_status=own.status,
            our_hours=own.hours,
            our_role=own.role,
            our_decree=own.decree,
            **told,
            **one.held._asdict(),
        )
