"""What the readers yield about the envelope: interchange (ISA), functional group (GS) and transaction set (ST).

The order is `Interchange`; for each group `Group`; for each accepted set `SetHeader`, its claims or members, `SetEnd`;
`GroupEnd`; `InterchangeEnd`. Nothing of a refused set is ever yielded but its `SetEnd`, nothing of a refused
interchange but its `InterchangeEnd`.
"""

from __future__ import annotations

from datetime import date
from typing import NamedTuple

from tpa.x12.issues import Issue, Level


class Interchange(NamedTuple):
    """The ISA. Ids without their padding; `date` and `time` as written (`YYMMDD`, `HHMM`), for the TA1."""

    sender_qualifier: str
    sender_id: str
    receiver_qualifier: str
    receiver_id: str
    date: str
    time: str
    version: str
    control_number: str
    answer_wanted: bool
    """ISA14: the sender asks for a TA1."""
    usage: str
    """ISA15: `P` production, `T` test."""
    """`P` production, `T` test."""
    segment_number: int = 0
    byte_offset: int = 0


class Group(NamedTuple):
    """The GS."""

    functional_id: str
    """`HC` claims, `BE` enrolment."""
    sender_code: str
    receiver_code: str
    date: str
    time: str
    control_number: str
    version: str
    """GS08, for example `005010X222A1`."""
    interchange: Interchange
    segment_number: int = 0
    byte_offset: int = 0


class SetHeader(NamedTuple):
    """The ST and the beginning segment (BHT of an 837, BGN of an 834)."""

    transaction: str
    """`837` or `834`."""
    control_number: str
    guide: str
    """ST03, or GS08 where the ST has none."""
    group: Group
    purpose: str = ""
    """837 BHT02: 00 original, 18 reissue. 834 BGN01: 00 original, 15 re-submission, 22 information copy."""
    reference: str = ""
    """BHT03 or BGN02: the sender's number of this file."""
    created_on: date | None = None
    created_time: str = ""
    use: str = ""
    """837 BHT06: CH chargeable, RP reporting, 31 subrogation. 834 BGN08: 2 change, 4 verify and RX replace (full)."""
    submitter_name: str = ""
    """837 1000A; 834: the sponsor (1000A)."""
    submitter_id: str = ""
    receiver_name: str = ""
    """837 1000B; 834: the payer (1000B)."""
    receiver_id: str = ""
    policy_number: str = ""
    """834 REF*38: the master policy number."""
    stated_count: int | None = None
    """834 QTY*TO: how many members (INS) the sender says that the set holds."""
    segment_number: int = 0
    byte_offset: int = 0


class SetEnd(NamedTuple):
    """The verdict on a set. `records` claims or members were yielded before it; none if it is refused."""

    header: SetHeader
    accepted: bool
    issues: tuple[Issue, ...]
    records: int
    segments: int


class GroupEnd(NamedTuple):
    """The verdict on a group, with those on its sets: what a 999 is written from."""

    group: Group
    sets: tuple[SetEnd, ...]
    issues: tuple[Issue, ...]
    included: int
    """GE01 as the sender counted; the sets found are `len(sets)`."""

    @property
    def accepted_count(self) -> int:
        """How many of its sets stand."""
        return sum(1 for one in self.sets if one.accepted)


class InterchangeEnd(NamedTuple):
    """The verdict on an interchange: what a TA1 is written from. `interchange` is None where no ISA could be read."""

    interchange: Interchange | None
    issues: tuple[Issue, ...]
    groups: int

    @property
    def refused(self) -> bool:
        """Nothing inside it was read."""
        return any(issue.level is Level.INTERCHANGE for issue in self.issues)
