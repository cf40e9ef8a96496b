"""A fixed amount, and one for each employee: every month, every so many months, or once.

Terms: `amount_cents`, `per_employee_cents` (who counts on the first of the month), `once_in` (a day of the one month) or
`every_months` with `first_in` (a day of the first month that is charged).
"""

from datetime import date
from typing import NamedTuple

from tpa.engine.billing.activity import Activity
from tpa.engine.billing.census import Census
from tpa.engine.billing.fee import Fee
from tpa.engine.billing.lines import Charge
from tpa.engine.billing.scale import rows_of
from tpa.kernel.document import DocumentError, Section
from tpa.kernel.money import format_amount


class Terms(NamedTuple):
    """The amounts, and the months that they are for: all where neither date is there."""

    amount_cents: int
    per_employee_cents: int
    once_in: date | None
    every_months: int
    first_in: date | None


def parse(section: Section) -> Terms:
    """The terms from their document."""
    terms = Terms(
        section.cents("amount_cents", 0) if "per_employee_cents" in section else section.cents("amount_cents"),
        section.cents("per_employee_cents", 0),
        section.day("once_in", None),
        section.whole("every_months", 1, least=1, most=120),
        section.day("first_in", None),
    )
    if terms.once_in is not None and (terms.every_months > 1 or terms.first_in):
        raise DocumentError("A fee is charged once or again and again, not both.", where=section.at("once_in"))
    if terms.every_months > 1 and terms.first_in is None:
        raise DocumentError(
            "The first month is needed.", where=section.at("every_months"), remedy="Give first_in, a day of it."
        )
    return terms


def charge(census: Census, _activity: Activity, terms: Terms) -> list[Charge]:
    """The amounts, in the months that they are for."""
    if not _is_due(census.month.starts_on, terms):
        return []
    found = []
    if terms.amount_cents or not terms.per_employee_cents:
        rate = format_amount(terms.amount_cents)
        basis = {"text": f"{rate} {_how_often(terms)}", "amount_cents": terms.amount_cents, "rows": "none"}
        found.append(Charge("", 1, rate, terms.amount_cents, basis))
    lives = sum(census.lives("first_of_month").values())
    if terms.per_employee_cents and lives:
        rate = format_amount(terms.per_employee_cents)
        basis = {"text": f"{lives} lives x {rate} {_how_often(terms)}", "lives": lives}
        basis |= {"rate_cents": terms.per_employee_cents, "count_rule": "first_of_month", **rows_of("roster")}
        found.append(Charge("per employee", lives, rate, lives * terms.per_employee_cents, basis))
    return found


def _is_due(month: date, terms: Terms) -> bool:
    if terms.once_in is not None:
        return (terms.once_in.year, terms.once_in.month) == (month.year, month.month)
    if terms.first_in is None:
        return True
    since = (month.year - terms.first_in.year) * 12 + month.month - terms.first_in.month
    return since >= 0 and since % terms.every_months == 0


def _how_often(terms: Terms) -> str:
    if terms.once_in is not None:
        return "once"
    return "a month" if terms.every_months == 1 else f"every {terms.every_months} months"


FEE = Fee("flat", "Flat amount", parse, charge)
