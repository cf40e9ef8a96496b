"""Deductible amounts of the last weeks of a year that also count for the next one (two conventions, R-A10 and cases 032, 034).

Such an amount is filed twice: under the counter's own code, and under `code~late` with the same key day. Whether it
carries is asked when the next year's counter is read, because a year may still be met after the amount was applied.
"""

from __future__ import annotations

from datetime import date

from tpa.engine.accumulators.balances import FAMILY, Balances


def late_code(code: str) -> str:
    """The code under which late amounts are filed."""
    return f"{code}~late"


def carried(balances: Balances, member_id: int, code: str, year_on: date, met_at: int | None) -> int:
    """What the member (or everybody, 0) carries out of the year that begins on `year_on`.

    `met_at`: nothing is carried by a member whose year reached this amount; None: it is carried all the same.
    """
    members = balances.members_with(late_code(code), year_on) if member_id == FAMILY else (member_id,)
    return sum(
        balances.used(member, late_code(code), year_on)
        for member in members
        if met_at is None or balances.used(member, code, year_on) < met_at
    )
