"""What one member has of one line of coverage, day by day: a sorted tuple of segments that do not overlap.

Pure arithmetic on half-open spans; nothing here knows the database. Neighbours of the same plan and tier are one
segment, so two timelines say the same exactly when they are equal.
"""

from collections.abc import Iterable
from datetime import date
from typing import NamedTuple

from tpa.kernel.periods import FOREVER


class Segment(NamedTuple):
    """Days in one plan at one tier."""

    starts_on: date
    ends_before: date
    plan_id: int
    tier: str

    @property
    def what(self) -> tuple[int, str]:
        """Plan and tier: what is covered, without the days."""
        return (self.plan_id, self.tier)


Timeline = tuple[Segment, ...]
Days = tuple[date, date]


def joined(segments: Iterable[Segment]) -> Timeline:
    """The segments in order, empty ones dropped, neighbours of one plan and tier made one."""
    whole: list[Segment] = []
    for segment in sorted(segments):
        if segment.starts_on >= segment.ends_before:
            continue
        if whole and whole[-1].what == segment.what and whole[-1].ends_before == segment.starts_on:
            whole[-1] = whole[-1]._replace(ends_before=segment.ends_before)
        else:
            whole.append(segment)
    return tuple(whole)


def without(timeline: Timeline, starts_on: date, ends_before: date = FOREVER) -> Timeline:
    """The timeline less the days from `starts_on` up to `ends_before`."""
    if starts_on >= ends_before:
        return timeline
    kept = []
    for segment in timeline:
        kept.append(segment._replace(ends_before=min(segment.ends_before, starts_on)))
        kept.append(segment._replace(starts_on=max(segment.starts_on, ends_before)))
    return joined(kept)


def overlaid(timeline: Timeline, segment: Segment) -> Timeline:
    """The timeline with `segment` put over it: on its days it alone counts."""
    return joined([*without(timeline, segment.starts_on, segment.ends_before), segment])


def reopened(timeline: Timeline, starts_on: date | None = None) -> Timeline:
    """The last segment continued without end: from where it ended, or after a gap from `starts_on`."""
    if not timeline or timeline[-1].ends_before == FOREVER:
        return timeline
    last = timeline[-1]
    return overlaid(
        timeline,
        last._replace(starts_on=starts_on or last.ends_before, ends_before=FOREVER),
    )


def following(dependent: Timeline, subscriber: Timeline) -> Timeline:
    """The dependent's days at the subscriber's tier: a tier belongs to the family.

    Days on which the subscriber is not covered keep their own.
    """
    result = dependent
    for own in dependent:
        for lead in subscriber:
            starts_on, ends_before = (
                max(own.starts_on, lead.starts_on),
                min(own.ends_before, lead.ends_before),
            )
            if starts_on < ends_before and own.tier != lead.tier:
                result = overlaid(result, Segment(starts_on, ends_before, own.plan_id, lead.tier))
    return result


def days_lost(before: Timeline, after: Timeline) -> list[Days]:
    """The spans of days that are covered in `before` and not in `after`. Swap the two for the days gained."""
    rest = _covered(before)
    for segment in after:
        rest = without(rest, segment.starts_on, segment.ends_before)
    return [(segment.starts_on, segment.ends_before) for segment in rest]


def days_moved(before: Timeline, after: Timeline) -> list[Days]:
    """The spans of days that are covered in both, by another plan or tier."""
    moved = []
    for old in before:
        for new in after:
            starts_on, ends_before = (
                max(old.starts_on, new.starts_on),
                min(old.ends_before, new.ends_before),
            )
            if starts_on < ends_before and old.what != new.what:
                moved.append((starts_on, ends_before))
    return moved


def _covered(timeline: Timeline) -> Timeline:
    """The days alone, without plan and tier."""
    return joined(Segment(segment.starts_on, segment.ends_before, 0, "") for segment in timeline)


def segments_as_json(timeline: Timeline) -> list[list[str | int]]:
    """A timeline for the log and the preview: [first day, first day after, plan key, tier] for each segment."""
    return [[one.starts_on.isoformat(), one.ends_before.isoformat(), one.plan_id, one.tier] for one in timeline]


def timeline_from_json(told: Iterable[tuple[str, str, int, str]] | None) -> Timeline:
    """The inverse of `segments_as_json`; nothing is no coverage."""
    return tuple(
        Segment(date.fromisoformat(starts_on), date.fromisoformat(ends_before), plan_id, tier)
        for starts_on, ends_before, plan_id, tier in told or ()
    )
