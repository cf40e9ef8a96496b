"""The enrolment as the books hold it now, as plain values: what a load is compared with."""

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from tpa.books.members.rows import person_as_json
from tpa.books.members.timeline import Segment, Timeline
from tpa.engine.adjudication.facts import Elsewhere, OtherCoverage, OwnCoverage
from tpa.engine.coordination.coverage import HeldCoverage
from tpa.kernel.periods import FOREVER

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
    """Families (by subscriber number), members, current coverage by member and line, and by other plans by member."""

    families: dict[str, int]
    members: list[BookMember]
    held: dict[int, dict[str, Held]]
    elsewhere: Mapping[int, Elsewhere] = {}

    def rows(self, member_id: int | None, line: str) -> Held:
        """The current rows of a member and line; none for a member not in the books."""
        return self.held.get(member_id or 0, {}).get(line, ())

    def timeline(self, member_id: int | None, line: str) -> Timeline:
        """What the member has of the line."""
        return tuple(segment for _, segment in self.rows(member_id, line))

    def lines_of(self, member_id: int | None) -> Iterable[str]:
        """The lines of which the member has or had coverage."""
        return self.held.get(member_id or 0, {}).keys()

    def elsewhere_of(self, member_id: int | None) -> Elsewhere:
        """What is known of the member's coverages by other plans."""
        return self.elsewhere.get(member_id or 0, Elsewhere(OwnCoverage(), ()))


def elsewhere_as_json(others: Iterable[OtherCoverage]) -> list[dict[str, Any]]:
    """Coverages by other plans as the log of a load holds them: what is not said is left out."""
    plain = HeldCoverage("")._asdict() | {"line": "", "ends_before": FOREVER}
    told = [one.held._asdict() | {"line": one.line, "ends_before": one.ends_before} for one in others]
    return [person_as_json({name: value for name, value in one.items() if value != plain[name]}) for one in told]
