"""Overrides in the claims book: proposed, brought into force, refused or taken back; listed, and counted by rule."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

from django.db import connection
from django.db.models import Q, QuerySet, Sum

from tpa.books.claims.examining import Override as Row
from tpa.engine.adjudication.overrides import Override, OverrideKind
from tpa.kernel.errors import ConflictError, NotFoundError

STATES = {
    "proposed": Q(in_force_at=None, ended_at=None),
    "in_force": Q(in_force_at__isnull=False, ended_at=None),
    "refused": Q(in_force_at=None, ended_at__isnull=False),
    "taken_back": Q(in_force_at__isnull=False, ended_at__isnull=False),
}
_ALLOWED, _DENIED = "overrides.allowed", "overrides.denied"
_BY_RULE = """
    SELECT coalesce(nullif(o.told->>2, ''), CASE o.told->>1 WHEN 'allow' THEN %s ELSE %s END) AS rule, f.why,
        count(*), count(DISTINCT f.claim_id), count(*) FILTER (WHERE f.ended_at IS NULL)
    FROM claims_override f CROSS JOIN LATERAL jsonb_array_elements(f.orders) AS o(told)
    WHERE f.in_force_at IS NOT NULL AND f.in_force_at >= coalesce(%s, f.in_force_at)
    GROUP BY 1, 2 ORDER BY 3 DESC, 1, 2"""


class Person(NamedTuple):
    """A human being, whatever the login: `person_id` tells them apart, `name` is for the books.

    `superior_ids`: to whom they report, up to the top, where that matters.
    """

    person_id: int
    name: str
    superior_ids: tuple[int, ...] = ()


class RuleCount(NamedTuple):
    """How often examiners have decided otherwise than a rule, for one reason; `standing_count` is not taken back."""

    rule: str
    why: str
    lines_count: int
    claims_count: int
    standing_count: int


def read_orders(override_id: int, why: str, orders: Sequence[Sequence[Any]]) -> list[Override]:
    """A row's overrides as the engine knows them."""
    return [
        Override(override_id, number, OverrideKind(kind), why, rule, cents, group, carc)
        for number, kind, rule, cents, group, carc in orders
    ]


def write_orders(orders: Sequence[Override]) -> list[list[Any]]:
    """The engine's overrides as a row keeps them."""
    return [[one.line_number, str(one.kind), one.rule, one.cents, one.group, one.carc] for one in orders]


def overrides(*, state: str = "", claim_id: int | None = None) -> QuerySet[Row]:
    """Overrides, the latest first: in a state, of a claim."""
    found = Row.objects.filter(STATES[state]) if state else Row.objects.all()
    return found if claim_id is None else found.filter(claim_id=claim_id)


def override(override_id: int) -> Row:
    """One override. Raises NotFoundError."""
    found = Row.objects.filter(pk=override_id).first()
    if found is None:
        raise NotFoundError("There is no such override.")
    return found


def open_of(claim_id: int) -> list[Row]:
    """Overrides of a claim that are proposed or in force."""
    return list(Row.objects.filter(claim_id=claim_id, ended_at=None).order_by("pk"))


def alone_cents(claim_id: int, person_id: int) -> int:
    """What a person decides otherwise on a claim already, with nobody's consent: it counts to what he may alone."""
    rows = Row.objects.filter(claim_id=claim_id, proposed_by_id=person_id, approved_by_id=None, ended_at=None)
    found = rows.filter(in_force_at__isnull=False, release__isnull=True).aggregate(Sum("amount_cents"))
    return found["amount_cents__sum"] or 0


def take(override_id: int, state: str) -> Row:
    """The override, locked until the transaction ends. Raises NotFoundError, ConflictError in another state."""
    found = Row.objects.select_for_update().filter(pk=override_id).first()
    if found is None:
        raise NotFoundError("There is no such override.")
    if found.state != state:
        raise ConflictError(f"The override is {found.state.replace('_', ' ')}.")
    return found


def begin(row: Row, *, at: datetime, approved_by: Person | None = None) -> None:
    """Bring it into force. The database refuses it above the proposer's authority without another person."""
    row.in_force_at = at
    if approved_by is not None:
        row.approved_by_id, row.approved_by = approved_by.person_id, approved_by.name[:200]
    row.save(update_fields=["in_force_at", "approved_by_id", "approved_by"])


def end(row: Row, *, at: datetime, by: Person, note: str) -> None:
    """Refuse it, or take it back."""
    row.ended_at, row.ended_by_id, row.ended_by, row.ended_note = at, by.person_id, by.name[:200], note[:400]
    row.save(update_fields=["ended_at", "ended_by_id", "ended_by", "ended_note"])


def led_to(row: Row, correction_id: int) -> None:
    """Note the correction that it has led to."""
    row.correction_id = correction_id
    row.save(update_fields=["correction_id"])


def counted_by_rule(*, since: datetime | None = None) -> list[RuleCount]:
    """How often each rule was overridden and why, the most frequent first: where the plan may be set up wrongly."""
    with connection.cursor() as cursor:
        cursor.execute(_BY_RULE, [_ALLOWED, _DENIED, since])
        return [RuleCount(*row) for row in cursor.fetchall()]
