"""Decided claims by what they are about: plan, days, provider, procedure, price list, rule."""

import json
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, NamedTuple

from django.db import connection


class Selection(NamedTuple):
    """What a selection selects by; everything that is given must hold, of one line of the claim where it is of lines.

    `provider` is an NPI or a tax id, `rule` the name of a rule that moved cents of the line (stage.rule).
    """

    starts_on: date
    ends_before: date
    plan_id: int | None = None
    provider: str = ""
    procedure: str = ""
    price_list_id: int | None = None
    rule: str = ""

    def as_json(self) -> dict[str, Any]:
        """As it is kept."""
        days = {"starts_on": self.starts_on.isoformat(), "ends_before": self.ends_before.isoformat()}
        return {**self._asdict(), **days}


def selection_from(kept: Mapping[str, Any]) -> Selection:
    """A selection as it was kept."""
    days = {name: date.fromisoformat(kept[name]) for name in ("starts_on", "ends_before")}
    return Selection(**{**kept, **days})


_FROM = """
    FROM claims_claim c
    JOIN LATERAL (
        SELECT id, outcome, price_list_id FROM claims_decision WHERE claim_id = c.id ORDER BY version DESC LIMIT 1
    ) live ON live.outcome <> 'reversed'
    WHERE c.service_on < %(ends_before)s
      AND (%(provider)s = '' OR %(provider)s IN (c.provider_npi, c.provider_tax_id))
      AND (%(price_list_id)s::bigint IS NULL OR live.price_list_id = %(price_list_id)s)
      AND EXISTS (
        SELECT FROM claims_decisionline l JOIN claims_claimline came ON came.claim_id = c.id AND came.number = l.number
        WHERE l.decision_id = live.id AND l.service_on >= %(starts_on)s AND l.service_on < %(ends_before)s
          AND (%(plan_id)s::bigint IS NULL
               OR l.plan_version_id IN (SELECT id FROM plans_planversion WHERE plan_id = %(plan_id)s))
          AND (%(procedure)s = '' OR %(procedure)s IN (came.procedure, came.revenue_code))
          AND (%(rule)s = '' OR position(%(move)s IN l.moves) > 0))"""


def claims_count(selection: Selection) -> int:
    """How many live decisions it selects."""
    ((count,),) = _rows(f"SELECT count(*) {_FROM}", _values(selection))
    return count


def claims_by_family(selection: Selection, *, after: int, limit: int) -> dict[int, list[int]]:
    """The selected claims of the next `limit` families with a key over `after`, by family. One query."""
    query = f"""
        WITH chosen AS MATERIALIZED (
            SELECT c.family_id, array_agg(c.id ORDER BY c.id) AS claims {_FROM} AND c.family_id > %(after)s
            GROUP BY c.family_id)
        SELECT family_id, claims FROM chosen ORDER BY family_id LIMIT %(limit)s"""
    return dict(_rows(query, {**_values(selection), "after": after, "limit": limit}))


def _values(selection: Selection) -> dict[str, Any]:
    return {**selection._asdict(), "move": f"[{json.dumps(selection.rule)},"}


def _rows(query: str, values: Mapping[str, Any]) -> Sequence[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(query, dict(values))
        return cursor.fetchall()
