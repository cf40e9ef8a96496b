"""Reading waiting periods."""

from __future__ import annotations

from tpa.engine.plan.terms import Benefit
from tpa.engine.plan.terms_access import WaitingPeriod
from tpa.engine.plan.terms_values import clause, code
from tpa.kernel.document import DocumentError, Section


def read_waiting_period(one: Section, benefits: list[Benefit]) -> WaitingPeriod:
    """One waiting period."""
    months, days = one.whole("months", None, least=1, most=120), one.whole("days", None, least=1, most=3650)
    if (months is None) == (days is None):
        raise DocumentError("Either months or days is wanted.", where=one.where)
    return WaitingPeriod(
        code=code(one),
        months=months or 0,
        days=days or 0,
        benefits=one.texts("benefits", (), options=[each.code for each in benefits]),
        classes=one.texts("classes", (), options=sorted({each.benefit_class for each in benefits} - {""})),
        except_accident=one.flag("except_accident", False),
        except_emergency=one.flag("except_emergency", False),
        not_if_covered_by=one.day("not_if_covered_by", None),
        clause=clause(one),
    )
