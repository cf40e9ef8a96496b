"""Subrogation in the claims book: cases, what the plan has paid for them, settlements, and what came back."""

from collections.abc import Collection, Iterable, Sequence
from datetime import date, datetime
from typing import NamedTuple

from django.db import connection
from django.db.models import Q, QuerySet, Sum

from tpa.books.claims.subrogating import (
    RecoveredPart,
    SubrogationCase,
    SubrogationLine,
    SubrogationRecovery,
    SubrogationSettlement,
)
from tpa.engine.coordination.subrogation import Recovery, Settlement
from tpa.kernel.errors import ConflictError, NotFoundError

STATES = {
    "open": Q(closed_on=None),
    "opened": Q(closed_on=None, asked_on=None, answered_on=None),
    "asked": Q(closed_on=None, asked_on__isnull=False, answered_on=None),
    "answered": Q(closed_on=None, answered_on__isnull=False),
    "closed": Q(closed_on__isnull=False),
}


class LineTakenError(ConflictError):
    """A line belongs to another case."""

    code = "line_in_another_case"
    remedy = "Take it out of that case first."


class CaseClosedError(ConflictError):
    """The case is closed."""

    code = "subrogation_case_closed"
    remedy = "Open another case for what came later."


class LienLine(NamedTuple):
    """A linked line and what its claim's live decision (0: there is none) pays for it.

    `line` is the line of coverage as which stop-loss counts it, `fund_line` the one whose account has borne it.
    """

    case_id: int
    claim_id: int
    number: int
    decision_id: int
    member_id: int
    family_id: int
    line: str
    fund_line: str
    service_on: date
    paid_cents: int


class Accident(NamedTuple):
    """A claim of an accident that is in no case."""

    claim_id: int
    member_id: int
    family_id: int
    accident_on: date | None
    causes: tuple[str, ...]
    numbers: tuple[int, ...]


_LIEN = """
    SELECT linked.case_id, linked.claim_id, linked.number, coalesce(live.id, 0), held.member_id, held.family_id,
        coalesce(nullif(line.stop_loss, ''), line.line_of_coverage, ''), coalesce(line.line_of_coverage, ''),
        coalesce(came.from_on, line.service_on), CASE WHEN live.outcome = 'paid' THEN coalesce(line.paid_cents, 0) ELSE 0 END
    FROM claims_subrogationline linked
    JOIN claims_subrogationcase held ON held.id = linked.case_id
    LEFT JOIN claims_claimline came ON came.claim_id = linked.claim_id AND came.number = linked.number
    LEFT JOIN LATERAL (
        SELECT * FROM claims_decision WHERE claim_id = linked.claim_id ORDER BY version DESC LIMIT 1) live ON true
    LEFT JOIN claims_decisionline line ON line.decision_id = live.id AND line.number = linked.number
    WHERE linked.unlinked_at IS NULL AND linked.case_id = ANY(%s)
    ORDER BY linked.case_id, linked.claim_id, linked.number"""
_ACCIDENTS = """
    SELECT c.id, c.member_id, c.family_id, c.accident_on, c.related_causes,
        array(SELECT l.number FROM claims_claimline l WHERE l.claim_id = c.id ORDER BY l.number)
    FROM claims_claim c
    JOIN LATERAL (SELECT * FROM claims_decision WHERE claim_id = c.id ORDER BY version DESC LIMIT 1) live ON true
    WHERE (c.accident_on IS NOT NULL OR cardinality(c.related_causes) > 0)
      AND live.outcome = 'paid' AND live.paid_cents > 0
      AND NOT EXISTS (SELECT FROM claims_subrogationline s WHERE s.claim_id = c.id)
    ORDER BY c.id"""


_CAME = """
    SELECT r.case_id, p.claim_id, p.number, p.decision_id, p.member_id, p.family_id, p.line,
        coalesce(max(line.line_of_coverage), p.line), p.service_on, sum(p.cents)::bigint
    FROM claims_recoveredpart p
    JOIN claims_subrogationrecovery r ON r.id = p.recovery_id
    LEFT JOIN claims_decisionline line ON line.decision_id = p.decision_id AND line.number = p.number
    WHERE r.case_id = %s
    GROUP BY r.case_id, p.claim_id, p.number, p.decision_id, p.member_id, p.family_id, p.line, p.service_on
    HAVING sum(p.cents) > 0 ORDER BY p.claim_id, p.number, p.decision_id"""


def cases(*, state: str = "", member_id: int | None = None) -> QuerySet[SubrogationCase]:
    """Cases, the latest first: in a state, of a member."""
    found = SubrogationCase.objects.filter(STATES[state]) if state else SubrogationCase.objects.all()
    return found if member_id is None else found.filter(member_id=member_id)


def case(case_id: int) -> SubrogationCase:
    """One case. Raises NotFoundError."""
    found = SubrogationCase.objects.filter(pk=case_id).first()
    if found is None:
        raise NotFoundError("There is no such subrogation case.")
    return found


def lien_lines(case_ids: Collection[int]) -> dict[int, list[LienLine]]:
    """What the plan has paid for each of these cases, line by line, as it stands now. One query."""
    found: dict[int, list[LienLine]] = {key: [] for key in case_ids}
    with connection.cursor() as cursor:
        cursor.execute(_LIEN, [list(case_ids)])
        for row in cursor.fetchall():
            found[row[0]].append(LienLine(*row))
    return found


def recovered_lines(case_id: int) -> list[LienLine]:
    """What has come back for each decided line of a case; `paid_cents` is what came. One query."""
    with connection.cursor() as cursor:
        cursor.execute(_CAME, [case_id])
        return [LienLine(*row) for row in cursor.fetchall()]


def cases_with_recoveries() -> list[int]:
    """Cases for which something has come in, closed ones too."""
    return sorted(set(SubrogationRecovery.objects.order_by().values_list("case", flat=True).distinct()))


def recovered(case_ids: Collection[int]) -> dict[int, int]:
    """What has come back for each of these cases. One query."""
    rows = SubrogationRecovery.objects.filter(case__in=list(case_ids)).values_list("case").order_by("case")
    sums = dict(rows.annotate(Sum("cents")))
    return {key: sums.get(key, 0) for key in case_ids}


def settlement(case_id: int) -> SubrogationSettlement | None:
    """The settlement that holds for a case."""
    return SubrogationSettlement.objects.filter(case=case_id).order_by("-id").first()


def recoveries(case_id: int) -> QuerySet[SubrogationRecovery]:
    """What has come in for a case, the latest first."""
    return SubrogationRecovery.objects.filter(case=case_id)


def recovered_in(starts_on: date, ends_before: date) -> int:
    """What came in for all cases on days of a span: what a fee on recoveries is charged on."""
    rows = SubrogationRecovery.objects.filter(received_on__gte=starts_on, received_on__lt=ends_before)
    return int(rows.aggregate(sum=Sum("cents"))["sum"] or 0)


def accidents() -> list[Accident]:
    """Paid claims of accidents and of work-related causes that no case has ever held. One query."""
    with connection.cursor() as cursor:
        cursor.execute(_ACCIDENTS)
        return [
            Accident(claim_id, member_id, family_id, accident_on, tuple(causes), tuple(numbers))
            for claim_id, member_id, family_id, accident_on, causes, numbers in cursor.fetchall()
        ]


def open_case(
    *, member_id: int, family_id: int, accident_on: date | None, cause: str, now: datetime, by: str
) -> SubrogationCase:
    """The member's open case of an accident, made where there is none."""
    known = cases(state="open", member_id=member_id).filter(accident_on=accident_on).order_by("id")
    if accident_on is not None and (found := known.first()) is not None:
        return found
    return SubrogationCase.objects.create(
        member_id=member_id, family_id=family_id, accident_on=accident_on, cause=cause, opened_at=now, opened_by=by
    )


def link_lines(*, case_id: int, lines: Iterable[tuple[int, int]], now: datetime, by: str) -> int:
    """Put lines (claim, number) into a case; how many are new to it. Raises LineTakenError, and links none then."""
    wanted = set(lines)
    claims = {claim_id for claim_id, _ in wanted}
    held = SubrogationLine.objects.filter(unlinked_at=None, claim_id__in=claims).values_list(
        "claim_id", "number", "case_id"
    )
    taken = {(claim_id, number): key for claim_id, number, key in held if (claim_id, number) in wanted}
    for (claim_id, number), key in sorted(taken.items()):
        if key != case_id:
            raise LineTakenError(f"Line {number} of claim {claim_id} belongs to case {key}.")
    fresh = sorted(wanted - taken.keys())
    SubrogationLine.objects.bulk_create(
        SubrogationLine(case_id=case_id, claim_id=claim_id, number=number, linked_at=now, linked_by=by)
        for claim_id, number in fresh
    )
    return len(fresh)


def unlink_lines(*, case_id: int, lines: Iterable[tuple[int, int]], now: datetime, by: str) -> int:
    """Take lines out of a case; how many were in it."""
    count = 0
    for claim_id, number in lines:
        held = SubrogationLine.objects.filter(case=case_id, claim_id=claim_id, number=number, unlinked_at=None)
        count += held.update(unlinked_at=now, unlinked_by=by)
    return count


def record_settlement(
    *, case_id: int, settled_on: date, told: Settlement, found: Recovery, now: datetime, by: str
) -> SubrogationSettlement:
    """What was settled, and what of it is the plan's."""
    return SubrogationSettlement.objects.create(
        case_id=case_id,
        settled_on=settled_on,
        settlement_cents=told.settlement_cents,
        fee_cents=told.fee_cents,
        costs_cents=told.costs_cents,
        damages_cents=told.damages_cents,
        lien_cents=found.lien_cents,
        fee_share_cents=found.fee_share_cents,
        costs_share_cents=found.costs_share_cents,
        due_cents=found.recovered_cents,
        member_cents=found.member_cents,
        recorded_at=now,
        recorded_by=by,
    )


def record_recovery(
    *,
    case_id: int,
    received_on: date,
    reference: str,
    parts: Sequence[tuple[LienLine, int]],
    now: datetime,
    by: str,
) -> SubrogationRecovery:
    """Money that came in, and what of it belongs to which decided line. Two statements."""
    recovery = SubrogationRecovery.objects.create(
        case_id=case_id,
        received_on=received_on,
        cents=sum(cents for _, cents in parts),
        reference=reference,
        recorded_at=now,
        recorded_by=by,
    )
    RecoveredPart.objects.bulk_create(
        RecoveredPart(
            recovery=recovery,
            decision_id=line.decision_id,
            claim_id=line.claim_id,
            number=line.number,
            member_id=line.member_id,
            family_id=line.family_id,
            line=line.line,
            service_on=line.service_on,
            received_on=received_on,
            cents=cents,
        )
        for line, cents in parts
        if cents
    )
    return recovery
