"""Which decided claims a change of coverage touches: the live decisions about given days of given members."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import NamedTuple

from django.db import connection


class MemberDays(NamedTuple):
    """Days of one member, from `starts_on` up to `ends_before`."""

    member_id: int
    starts_on: date
    ends_before: date


class DecidedLine(NamedTuple):
    """A line of a claim's live decision. `line_of_coverage` is "" where no plan covered it."""

    claim_id: int
    number: int
    member_id: int
    service_on: date
    line_of_coverage: str
    outcome: str
    paid_cents: int
    decided_at: datetime


_DECIDED = """
    SELECT DISTINCT live.claim_id, line.number, live.member_id, line.service_on, line.line_of_coverage, live.outcome,
        line.paid_cents, live.decided_at
    FROM unnest(%s::bigint[], %s::date[], %s::date[]) AS days(member_id, starts_on, ends_before)
    JOIN claims_claimline AS came ON came.member_id = days.member_id
        AND came.from_on >= days.starts_on AND came.from_on < days.ends_before
    JOIN LATERAL (
        SELECT * FROM claims_decision WHERE claim_id = came.claim_id ORDER BY version DESC LIMIT 1
    ) AS live ON live.outcome <> 'reversed'
    JOIN claims_decisionline AS line ON line.decision_id = live.id AND line.number = came.number
    ORDER BY live.claim_id, line.number"""


def decided_lines(days: Sequence[MemberDays]) -> list[DecidedLine]:
    """Lines with a live decision whose first day of service lies in one of the stretches of days. One query."""
    if not days:
        return []
    with connection.cursor() as cursor:
        cursor.execute(_DECIDED, [list(column) for column in zip(*days, strict=True)])
        return [DecidedLine(*row) for row in cursor.fetchall()]
