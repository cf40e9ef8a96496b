"""Findings about a file are values: what, where, how bad, and the code with which X12 reports it.

Answers: TA1 (interchange), AK9 (functional group), IK5 (transaction set), IK3 (segment) and IK4 (element) of the 999
(005010X231A1), STC (claim) of the 277CA (005010X214).
"""

from __future__ import annotations

from enum import IntEnum, StrEnum
from typing import NamedTuple


class Level(IntEnum):
    """What is refused because of the issue, from nothing to everything."""

    NOTE = 0
    """Read and kept; reported as "accepted with errors"."""
    CLAIM = 1
    """This claim is refused in the 277CA; its transaction set stands."""
    SET = 2
    """The whole transaction set (ST to SE) is refused in the 999."""
    GROUP = 3
    """The whole functional group (GS to GE) is refused."""
    INTERCHANGE = 4
    """The whole interchange (ISA to IEA) is refused in the TA1."""


class Answer(StrEnum):
    """The segment of the acknowledgement that carries the issue."""

    TA1 = "TA1"
    AK9 = "AK9"
    IK5 = "IK5"
    IK3 = "IK3"
    IK4 = "IK4"
    STC = "STC"


class Issue(NamedTuple):
    """One finding. `str(issue)` names no value of the file, so it may be logged; `value` may hold personal data."""

    code: str
    """Our stable name: `date_invalid`, `segment_missing`, ..."""
    message: str
    level: Level
    answer: Answer
    answer_code: str
    """TA105, AK905, IK502, IK304, IK403, or for STC the category and status code `A7:178`."""
    segment_id: str = ""
    segment_number: int = 0
    """Counted in the file; the first ISA is 1."""
    byte_offset: int = 0
    """Of the segment's first byte in the file, from 0."""
    set_position: int = 0
    """Counted in the transaction set as IK302 does: the ST is 1. 0 outside of a set."""
    loop: str = ""
    element: int = 0
    """Position in the segment (`CLM02` is 2); 0 where the segment as a whole is meant."""
    component: int = 0
    value: str = ""
    """The faulty text, at most 99 characters (IK404)."""

    @property
    def where(self) -> str:
        """The position in words: `segment 17 (DTP03), byte 812`."""
        name = self.segment_id or "segment"
        part = f"{name}{self.element:02d}" if self.element else name
        if self.component:
            part += f"-{self.component}"
        return f"segment {self.segment_number} ({part}), byte {self.byte_offset}"

    def __str__(self) -> str:
        return f"{self.where}: {self.message} [{self.answer.value} {self.answer_code}]"
