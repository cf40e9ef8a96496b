"""What is owed besides a claim that is paid late."""

from __future__ import annotations

from collections.abc import Mapping

from tpa.engine.adjudication.interest import InterestTerms, interest, terms_of
from tpa.engine.cases.question import Answer, Kind, count_of
from tpa.engine.plan.terms_values import amount, percent_bp
from tpa.kernel.document import DocumentError, Section


def solve(row: Section) -> Mapping[str, Answer]:
    """Days late and interest, by the law of a state or by terms of an agreement; without either none is owed."""
    received_on, paid_on = row.day("received_on"), row.day("paid_on")
    if paid_on < received_on:
        raise DocumentError("It was paid before it was received.", where=row.at("paid_on"))
    found = interest(amount(row, "paid"), received_on, paid_on, _terms(row))
    return {"days_late": count_of(found.days_late), "interest": found.cents}


def _terms(row: Section) -> InterestTerms | None:
    state, days = row.text("jurisdiction", ""), row.whole("days", None, most=365)
    electronic = row.flag("electronic", True)
    rate_bp, least_cents = percent_bp(row, "rate", None), amount(row, "least", 0)
    if state and (days is not None or rate_bp is not None):
        raise DocumentError("Either jurisdiction, or days and rate are wanted.", where=row.at("jurisdiction"))
    if (days is None) != (rate_bp is None):
        raise DocumentError("days and rate belong together.", where=row.where)
    if state:
        return terms_of(state, row.day("received_on"), electronic=electronic)
    return None if days is None else InterestTerms(days, rate_bp, least_cents)


KIND = Kind("Interest on a claim that is paid late.", solve)
