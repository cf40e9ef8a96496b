"""The enrolment as the books hold it now, as plain values: what a load is compared with."""

from collections.abc import Iterable
from typing import Any, NamedTuple

from tpa.books.members.timeline import Segment, Timeline

Held = tuple[tuple[int, Segment], ...]
"""Current coverage rows of one member and line, in order of days: key of the row, and what it says."""


class BookMember(NamedTuple):
    """A member in the books. `person` has the fields of `rows.PERSON_FIELDS`."""

    id: int
    family_id: int
    subscriber_number: str
    withdrawn: bool
    person: dict[str, Any]


class Snapshot(NamedTuple):
    """Families (by subscriber number), members, and current coverage by member and line."""

    families: dict[str, int]
    members: list[BookMember]
    held: dict[int, dict[str, Held]]

    def rows(self, member_id: int | None, line: str) -> Held:
        """The current rows of a member and line; none for a member not in the books."""
        return self.held.get(member_id or 0, {}).get(line, ())

    def timeline(self, member_id: int | None, line: str) -> Timeline:
        """What the member has of the line."""
        return tuple(segment for _, segment in self.rows(member_id, line))

    def lines_of(self, member_id: int | None) -> Iterable[str]:
        """The lines of which the member has or had coverage."""
        return self.held.get(member_id or 0, {}).keys()
