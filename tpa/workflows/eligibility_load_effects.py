"""What follows from a load: the claims that it touches, and the index that routes claims to families."""

from datetime import date, datetime
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from tenants.models import Employer
from tenants.scope import current_employer
from tpa.books.claims.affected import DecidedLine, MemberDays, decided_lines
from tpa.books.edi import services as edi
from tpa.books.members import selectors as members
from tpa.books.members.models import Load, LoadChange, Member
from tpa.books.members.timeline import days_lost, days_moved, timeline_from_json
from tpa.infra import work_items
from tpa.kernel.errors import InvariantError
from tpa.kernel.ids import public_id
from tpa.kernel.periods import FOREVER
from tpa.workflows.group_numbers import tell_people

WORK, QUEUE = "retro_coverage", "eligibility"
_WHY = {
    "after_termination": "Paid after coverage ended",
    "inside_coverage": "Denied, now covered",
    "other_plan": "Decided under another plan or tier",
    "other_coverage": "Another plan's coverage is known otherwise",
}


class ClaimTouched(NamedTuple):
    """A decided line of a claim on a day whose coverage a load changed.

    `reason`: `after_termination` paid on a day that lost its coverage; `inside_coverage` denied on a day that gained
    it; `other_plan` decided on a day that moved to another plan or tier; `other_coverage` on a day for which another
    plan's coverage is known otherwise.
    """

    claim: str
    claim_id: int
    line_number: int
    member_number: str
    line: str
    service_on: date
    reason: str
    paid_cents: int


def claims_touched(
    load: Load, *, decided_before: datetime | None = None, decided_after: datetime | None = None
) -> list[ClaimTouched]:
    """Decided lines on the days that an applied load changed, of decisions up to or after an instant.

    Those decided before the load are its work list: they may have to be decided again. Those decided after it stand on
    what it brought.
    """
    changed = _changed_days(load)
    numbers = dict(Member.objects.filter(pk__in=list(changed)).values_list("pk", "member_number"))
    stretches = [MemberDays(key, one.starts_on, one.ends_before) for key, days in changed.items() for one in days]
    touched = []
    for one in decided_lines(stretches):
        if decided_before is not None and one.decided_at > decided_before:
            continue
        if decided_after is not None and one.decided_at <= decided_after:
            continue
        for line, reason in _reasons(one, changed[one.member_id], judged=decided_after is None):
            claim = public_id("clm", bound_employer().pk, one.claim_id)
            number = numbers[one.member_id]
            touched.append(
                ClaimTouched(claim, one.claim_id, one.number, number, line, one.service_on, reason, one.paid_cents)
            )
    return touched


def bound_employer() -> Employer:
    """The employer whose books are open. Raises InvariantError at the desk."""
    employer = current_employer()
    if employer is None:
        raise InvariantError("Enrolment is worked on inside an employer's scope.")
    return employer


def day_of(instant: datetime) -> date:
    """The day of an instant where the bound employer is."""
    return instant.astimezone(ZoneInfo(bound_employer().time_zone)).date()


def open_work(load: Load) -> None:
    """Put the claims of a load's work list into the desk's queue for eligibility, each once."""
    touched = {one.claim_id: one for one in claims_touched(load, decided_before=load.applied_at)}
    work_items.open_items(
        work_items.Item(WORK, QUEUE, claim_id, f"{_WHY[one.reason]} ({one.claim})", one.paid_cents)
        for claim_id, one in touched.items()
    )


def close_work(load: Load) -> None:
    """Take them out again: the load is undone, or somebody has looked at them all."""
    touched = claims_touched(load, decided_before=load.applied_at)
    work_items.close_items(WORK, sorted({one.claim_id for one in touched}))


def work_list(load_id: int) -> list[ClaimTouched]:
    """Claims decided before a load was applied that it may have made wrong, in order of claims."""
    load = members.load(load_id)
    return claims_touched(load, decided_before=load.applied_at) if load.applied_at else []


class ChangedDays(NamedTuple):
    """Days of a member's line of coverage that a load changed, and what that makes of claims decided before."""

    line: str
    starts_on: date
    ends_before: date
    reason: str


def _changed_days(load: Load) -> dict[int, list[ChangedDays]]:
    """By member."""
    changed: dict[int, list[ChangedDays]] = {}
    told = LoadChange.objects.filter(load=load)
    elsewhere = told.filter(kind=LoadChange.Kind.OTHER_COVERAGES).values_list("member_id", "before", "after")
    for member_id, was, became in elsewhere.iterator():
        changed.setdefault(member_id, []).extend(_days_elsewhere(was or [], became or []))
    rows = told.exclude(line="").values_list("member_id", "line", "before", "after")
    for member_id, line, was, became in rows.iterator():
        before, after = timeline_from_json(was), timeline_from_json(became)
        days = changed.setdefault(member_id, [])
        days += [ChangedDays(line, *span, "after_termination") for span in days_lost(before, after)]
        days += [ChangedDays(line, *span, "inside_coverage") for span in days_lost(after, before)]
        days += [ChangedDays(line, *span, "other_plan") for span in days_moved(before, after)]
    return changed


def _days_elsewhere(was: list[dict[str, Any]], became: list[dict[str, Any]]) -> list[ChangedDays]:
    """The days of the coverages by other plans that are not told alike before and after."""
    return [
        ChangedDays(
            one.get("line", ""),
            date.fromisoformat(one["starts_on"]) if "starts_on" in one else date.min,
            date.fromisoformat(one["ends_before"]) if "ends_before" in one else FOREVER,
            "other_coverage",
        )
        for one in [*was, *became]
        if one not in was or one not in became
    ]


def _reasons(one: DecidedLine, changed: list[ChangedDays], *, judged: bool) -> list[tuple[str, str]]:
    """Why a decided line is touched, by line of coverage. With `judged` only where the decision looks wrong now."""
    wrong = {"after_termination": one.outcome == "paid", "inside_coverage": one.paid_cents == 0}
    return [
        (days.line, days.reason)
        for days in changed
        if ("" in (one.line_of_coverage, days.line) or one.line_of_coverage == days.line)
        and days.starts_on <= one.service_on < days.ends_before
        and (wrong.get(days.reason, True) or not judged)
    ]


def tell_index(load: Load) -> None:
    """Let the shared index find the people whom the load added or described anew: by subscriber and member number.

    Those whom it withdrew are found no more: a file that was meant for another employer would else stand between that
    employer's claims and its members for good.
    """
    told = LoadChange.objects.filter(load=load, line="").values("member")
    gone = list(Member.objects.filter(pk__in=told, withdrawn_at__isnull=False).values_list("pk", flat=True))
    if gone:
        edi.forget_members(bound_employer().pk, gone)
    tell_people(members.members().filter(pk__in=told))
