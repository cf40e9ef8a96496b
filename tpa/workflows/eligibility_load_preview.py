"""What a load would change, in figures and samples, before anything is changed."""

from collections import Counter
from collections.abc import Iterable
from datetime import date
from typing import Any

from tpa.books.members.rows import ERROR, Row, person_as_json
from tpa.books.members.snapshot import Snapshot, elsewhere_as_json
from tpa.books.members.timeline import segments_as_json
from tpa.kernel.money import BASIS_POINTS
from tpa.workflows.eligibility_load_changes import ElsewhereChange, Intent, LineChange, PersonChange

SAMPLES = 20
STOP_BP = 3_000
"""A full file that would end the coverage of this share of the members waits for a confirmation."""


def preview_of(
    rows: list[Row], intent: Intent, books: Snapshot, *, full: bool, today: date, on: date
) -> dict[str, Any]:
    """The figures of a load as plain values.

    `rows`, `errors`, `warnings` count rows; `members_added`, `members_changed`, `added`, `reinstated`, `changed`,
    `terminated` count people or people and lines; `retro_adds` and `retro_terminations` those of them that gain or
    lose days before `today`; `other_coverages` people whose coverages by other plans change;
    `terminated_bp` is the share of covered members whose coverage ends earlier than before, and
    `needs_confirmation` says whether that stops the load.
    """
    kinds = Counter(change.kind for change in intent.lines)
    covered, ending = _members_ending(intent, books, on)
    share_bp = ending * BASIS_POINTS // covered if covered else 0
    return {
        "rows": len(rows),
        "errors": sum(1 for row in rows if not row.is_good),
        "warnings": sum(1 for row in rows if row.is_good and row.problems),
        "codes": dict(sorted(Counter(problem.code for row in rows for problem in row.problems).items())),
        "members_added": sum(1 for change in intent.people if _is_new(change)),
        "members_changed": sum(1 for change in intent.people if not _is_new(change)),
        **{kind: kinds[kind] for kind in ("added", "reinstated", "changed", "terminated")},
        "retro_adds": sum(1 for change in intent.lines if _before(change.gained, today)),
        "retro_terminations": sum(1 for change in intent.lines if _before(change.lost, today)),
        "retro_changes": sum(1 for change in intent.lines if _before(change.moved, today)),
        "other_coverages": len(intent.elsewhere),
        "members_covered": covered,
        "members_terminated": ending,
        "terminated_bp": share_bp,
        "needs_confirmation": full and covered > 0 and ending * BASIS_POINTS >= STOP_BP * covered,
        "problems": list(_problems(rows)),
        "sample": [
            *map(_told, intent.people[:SAMPLES]),
            *map(_told_line, intent.lines[:SAMPLES]),
            *map(_told_elsewhere, intent.elsewhere[:SAMPLES]),
        ],
    }


def change_kind(change: PersonChange) -> str:
    """The log's word for a change of a person: somebody who comes back is added again."""
    return "member_added" if _is_new(change) else "member_changed"


def _is_new(change: PersonChange) -> bool:
    return change.before is None or change.person.withdrawn


def _before(days: Iterable[tuple[date, date]], today: date) -> bool:
    return any(starts_on < today for starts_on, _ in days)


def _members_ending(intent: Intent, books: Snapshot, on: date) -> tuple[int, int]:
    """Members covered on or after `on`, and those of them who lose a line earlier than the books had it."""
    covered = {
        member_id
        for member_id, lines in books.held.items()
        if any(segment.ends_before > on for held in lines.values() for _, segment in held)
    }
    ending = {change.person.member_id for change in intent.lines if _ends_earlier(change)}
    return len(covered), len(covered & ending)


def _ends_earlier(change: LineChange) -> bool:
    if not change.before:
        return False
    return not change.after or change.after[-1].ends_before < change.before[-1].ends_before


def _problems(rows: list[Row]) -> Iterable[dict[str, str]]:
    """The first problems, errors before warnings, each with its place."""
    found = [(problem, row) for row in rows for problem in row.problems]
    found.sort(key=lambda one: one[0].severity != ERROR)
    for problem, row in found[: SAMPLES * 5]:
        yield {"where": row.where, **problem._asdict()}


def _told(change: PersonChange) -> dict[str, Any]:
    return {
        "member_number": change.person.after["member_number"],
        "line": "",
        "kind": change_kind(change),
        "before": person_as_json(change.before or {}),
        "after": person_as_json(change.after),
    }


def _told_line(change: LineChange) -> dict[str, Any]:
    return {
        "member_number": change.person.after["member_number"],
        "line": change.line,
        "kind": change.kind,
        "before": segments_as_json(change.before),
        "after": segments_as_json(change.after),
    }


def _told_elsewhere(change: ElsewhereChange) -> dict[str, Any]:
    return {
        "member_number": change.person.after["member_number"],
        "line": "",
        "kind": "other_coverages",
        "before": elsewhere_as_json(change.before),
        "after": elsewhere_as_json(change.after),
    }
