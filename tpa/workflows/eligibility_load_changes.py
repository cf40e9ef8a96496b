"""What a load would change: for every person, and for every line of coverage, before and after.

A full file states everybody: who is not in it has ended before `effective_on`, and a line that it no longer states
has too. Families with a row in error are left as they are in that respect, for the file does not say what it meant;
where no more is wrong than the plan, this goes for the line of that plan alone.
A change file changes what it names; where a subscriber loses days, so do the dependents that it does not name.
"""

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterable
from datetime import date, timedelta
from itertools import pairwise
from typing import Any, NamedTuple

from tpa.books.members.rows import ERROR, Row
from tpa.books.members.snapshot import Snapshot
from tpa.books.members.timeline import (
    Segment,
    Timeline,
    days_lost,
    days_moved,
    following,
    joined,
    overlaid,
    reopened,
    without,
)
from tpa.kernel.periods import FOREVER
from tpa.workflows.eligibility_load_matching import Matching, Person
from tpa.workflows.eligibility_load_others import Others, others_after

_FAULTS_OF_PLAN = {"plan_unknown", "plan_missing"}
"""What is wrong with a row of which person and line are known."""


class PersonChange(NamedTuple):
    """A person added (`before` None), or the fields of a person that change."""

    person: Person
    before: dict[str, Any] | None
    after: dict[str, Any]


class LineChange(NamedTuple):
    """One person's coverage of one line, before and after."""

    person: Person
    line: str
    before: Timeline
    after: Timeline

    @property
    def lost(self) -> list[tuple[date, date]]:
        """Days covered before and not after."""
        return days_lost(self.before, self.after)

    @property
    def gained(self) -> list[tuple[date, date]]:
        """Days covered after and not before."""
        return days_lost(self.after, self.before)

    @property
    def moved(self) -> list[tuple[date, date]]:
        """Days covered by another plan or tier than before."""
        return days_moved(self.before, self.after)

    @property
    def kind(self) -> str:
        """The one word for the preview and the log: a value of LoadChange.Kind."""
        if self.lost:
            return "terminated"
        if not self.before:
            return "added"
        return "reinstated" if self.gained else "changed"


class ElsewhereChange(NamedTuple):
    """One person's coverages by other plans, before and after."""

    person: Person
    before: Others
    after: Others


class Intent(NamedTuple):
    """All that a load would do."""

    people: list[PersonChange]
    lines: list[LineChange]
    elsewhere: list[ElsewhereChange] = []

    def digest(self) -> str:
        """A fingerprint of the changes, equal for equal changes of equal books."""
        told = [(change.person.after["member_number"], change.before, change.after) for change in self.people]
        spans = [(one.person.after["member_number"], one.line, one.before, one.after) for one in self.lines]
        others = [(one.person.after["member_number"], one.before, one.after) for one in self.elsewhere]
        parts = [sorted(part, key=str) for part in (told, spans, others)]
        text = json.dumps(parts, default=str, sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()


def intend(matching: Matching, books: Snapshot, *, full: bool, effective_on: date) -> Intent:
    """The changes that the good rows of a matching mean for these books."""
    unclear = _unclear(matching)
    families: dict[str, list[Person]] = defaultdict(list)
    for person in matching.people:
        families[person.subscriber_number].append(person)
    lines: list[LineChange] = []
    for number, people in families.items():
        if full or any(person.rows for person in people):
            lines += _family_lines(
                people,
                books,
                effective_on if full else None,
                full,
                unclear[number],
            )
    named = [person for person in matching.people if person.rows]
    elsewhere = [_elsewhere(person, books, effective_on, full) for person in named]
    return Intent(list(_people(named)), lines, [one for one in elsewhere if one.before != one.after])


def _unclear(matching: Matching) -> dict[str, set[str]]:
    """Subscriber number -> the lines of which the file does not say what it means; "" stands for all of them.

    A row that names somebody of another family leaves that one unclear too.
    """
    homes = {person.after["member_number"]: person.subscriber_number for person in matching.people}
    unclear: dict[str, set[str]] = defaultdict(set)
    for row in matching.rows:
        faults = {problem.code for problem in row.problems if problem.severity == ERROR}
        if faults:
            meant = (row.subscriber_number, homes.get(row.member_number), homes.get(row.prior_number))
            for number in filter(None, meant):
                unclear[number].add(row.line if faults <= _FAULTS_OF_PLAN else "")
    return unclear


def _elsewhere(person: Person, books: Snapshot, effective_on: date, full: bool) -> ElsewhereChange:
    before = books.elsewhere_of(person.member_id).others
    stated = [one for row in person.rows if row.action not in ("end", "void") for one in row.others]
    return ElsewhereChange(person, before, others_after(before, stated, full=full, effective_on=effective_on))


def _people(people: Iterable[Person]) -> Iterable[PersonChange]:
    for person in people:
        if person.before is None:
            yield PersonChange(person, None, person.after)
            continue
        changed = [name for name, value in person.after.items() if value != person.before[name]]
        if changed or person.withdrawn:
            before = {name: person.before[name] for name in changed}
            yield PersonChange(person, before, {name: person.after[name] for name in changed})


def _family_lines(
    people: list[Person], books: Snapshot, absent_on: date | None, full: bool, unclear: set[str]
) -> list[LineChange]:
    """The changes of one family. `absent_on` ends what a full file leaves out, but for lines that are `unclear`."""
    people = sorted(people, key=lambda person: not person.is_subscriber)
    changes = []
    for line in sorted({line for person in people for line in _lines_of(person, books)}):
        before = [books.timeline(person.member_id, line) for person in people]
        ends_on = None if unclear & {line, ""} else absent_on
        after = [
            _stated(person, line, timeline, full, ends_on) for person, timeline in zip(people, before, strict=True)
        ]
        if people[0].is_subscriber:
            if not full:
                after = _ended_with_subscriber(people, line, before[0], after)
            after[1:] = [following(timeline, after[0]) for timeline in after[1:]]
        after = _with_tiers(people, after)
        changes += [LineChange(*one) for one in zip(people, [line] * len(people), before, after, strict=True)]
    return [change for change in changes if change.before != change.after]


def _lines_of(person: Person, books: Snapshot) -> set[str]:
    return {row.line for row in person.rows if row.line} | set(books.lines_of(person.member_id))


def _stated(person: Person, line: str, timeline: Timeline, full: bool, absent_on: date | None) -> Timeline:
    """The timeline after the person's rows, in order."""
    rows = [row for row in person.rows if row.line == line or (not row.line and row.action not in ("state", "change"))]
    if not any(row.line or row.action != "add" for row in rows) and absent_on is not None:
        return without(timeline, absent_on)
    ends_before = None
    for row in rows:
        timeline = _applied(timeline, row)
        if row.action == "state" and row.starts_on:
            ends_before = max(ends_before or _ends(row), _ends(row))
    return without(timeline, ends_before) if full and ends_before else timeline


def _applied(timeline: Timeline, row: Row) -> Timeline:
    if row.action == "end":
        return _less(timeline, row, _ends(row))
    if row.action == "void":
        return _less(timeline, row, row.starts_on or date.min, _ends(row))
    if row.action == "reinstate" and not (row.starts_on and row.plan):
        return reopened(timeline, row.starts_on)
    if row.starts_on is None or not row.line:
        return timeline
    return overlaid(timeline, Segment(row.starts_on, _ends(row), int(row.plan), row.tier))


def _less(timeline: Timeline, row: Row, starts_on: date, ends_before: date = FOREVER) -> Timeline:
    """The timeline less these days in the row's plan, or in every plan where it names none.

    Who went over to another plan keeps that one, in whichever order a file says "begins" and "ends".
    """
    left = [one for one in timeline if row.plan and one.plan_id != int(row.plan)]
    return joined([*left, *without(tuple(one for one in timeline if one not in left), starts_on, ends_before)])


def _ends(row: Row) -> date:
    return FOREVER if row.last_on is None or row.last_on == FOREVER else row.last_on + timedelta(days=1)


def _ended_with_subscriber(people: list[Person], line: str, lead: Timeline, after: list[Timeline]) -> list[Timeline]:
    """Days that the subscriber loses are lost to the dependents on whom the file is silent."""
    lost = days_lost(lead, after[0])
    result = after[:1]
    for person, timeline in zip(people[1:], after[1:], strict=True):
        if not any(row.line in ("", line) for row in person.rows):
            for starts_on, ends_before in lost:
                timeline = without(timeline, starts_on, ends_before)
        result.append(timeline)
    return result


def _with_tiers(people: list[Person], timelines: list[Timeline]) -> list[Timeline]:
    """Segments whose tier nobody stated get it from who is covered on their days."""
    if all(segment.tier for timeline in timelines for segment in timeline):
        return timelines
    bounds = sorted({day for timeline in timelines for segment in timeline for day in segment[:2]})
    result = []
    for timeline in timelines:
        for segment in [segment for segment in timeline if not segment.tier]:
            for first, end in pairwise(bounds):
                if segment.starts_on <= first < segment.ends_before:
                    tier = _tier_on(first, people, timelines)
                    timeline = overlaid(
                        timeline,
                        segment._replace(starts_on=first, ends_before=end, tier=tier),
                    )
        result.append(joined(timeline))
    return result


def _tier_on(day: date, people: list[Person], timelines: list[Timeline]) -> str:
    covered = {
        person.after["relationship"]
        for person, timeline in zip(people, timelines, strict=True)
        if any(segment.starts_on <= day < segment.ends_before for segment in timeline)
    }
    spouse, child = "spouse" in covered, bool(covered & {"child", "other"})
    return {
        (False, False): "EE",
        (True, False): "ES",
        (False, True): "EC",
        (True, True): "EF",
    }[spouse, child]
