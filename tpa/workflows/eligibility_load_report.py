"""A load against the books, for the sponsor: who is covered by what in the file, and who in the books."""

from collections import Counter
from collections.abc import Iterable
from datetime import date
from typing import Any

from tpa.books.members import selectors as members
from tpa.books.members.models import Load
from tpa.workflows.eligibility_load_matching import Matching, Person

SAMPLES = 20

Cover = set[tuple[str, str, str]]
"""(line of coverage, plan, member number)."""


def reconcile(load: Load, matching: Matching) -> dict[str, Any]:
    """The report as plain values; `matching` is the load's rows against the books as they are now.

    `file` and `books` count people, and people by line, with coverage on or after the load's date; of a change file
    only the people that it names. `only_in_file` and `only_in_books` are the differences of member, line and plan (how
    many, and the first twenty), `errors` the rows that could not be matched. `changes` counts what the load did,
    `sample` shows old and new of the first twenty.
    """
    named = [person for person in matching.people if person.rows]
    stated = {one for person in named for one in _stated(person, load.effective_on)}
    held = _held(load, None if load.scope == Load.Scope.FULL else [person.after["member_number"] for person in named])
    changes = members.changes_of(load.pk)
    return {
        "scope": load.scope,
        "effective_on": load.effective_on.isoformat(),
        "file": _counts(stated),
        "books": _counts(held),
        "only_in_file": _missing(stated, held),
        "only_in_books": _missing(held, stated),
        "errors": sum(1 for row in matching.rows if not row.is_good),
        "changes": dict(sorted(Counter(changes.order_by().values_list("kind", flat=True)).items())),
        "sample": [
            {
                "member_number": change.member.member_number,
                "line": change.line,
                "kind": change.kind,
                "before": change.before,
                "after": change.after,
            }
            for change in changes.order_by("id")[:SAMPLES]
        ],
    }


def _stated(person: Person, on: date) -> Iterable[tuple[str, str, str]]:
    for row in person.rows:
        ends = row.action in ("end", "void") or (row.last_on is not None and row.last_on < on)
        if row.plan and not ends:
            yield row.line, row.plan, person.after["member_number"]


def _held(load: Load, member_numbers: list[str] | None) -> Cover:
    rows = members.coverage_known().filter(ends_before__gt=load.effective_on)
    if member_numbers is not None:
        rows = rows.filter(member__member_number__in=member_numbers)
    found = rows.values_list("line", "plan_id", "member__member_number")
    return {(line, str(plan_id), number) for line, plan_id, number in found.iterator()}


def _counts(cover: Cover) -> dict[str, int]:
    lines = Counter(line for line, _ in {(line, number) for line, _, number in cover})
    return {"people": len({number for _, _, number in cover}), **dict(sorted(lines.items()))}


def _missing(these: Cover, those: Cover) -> dict[str, Any]:
    missing = sorted(these - those, key=lambda one: (one[2], one[0], one[1]))
    return {
        "count": len(missing),
        "sample": [
            {"member_number": number, "line": line, "plan_id": int(plan)} for line, plan, number in missing[:SAMPLES]
        ],
    }
