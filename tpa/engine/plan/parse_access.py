"""Reading waiting periods, and which services need an authorization."""

from __future__ import annotations

from tpa.engine.plan.terms import Benefit
from tpa.engine.plan.terms_access import NeedsAuthorization, Penalty, PenaltyOf, WaitingPeriod, Without
from tpa.engine.plan.terms_values import amount, clause, code, patterns, percent_bp
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


def read_authorization(one: Section, names: list[str], benefits: list[Benefit]) -> NeedsAuthorization:
    """One rule that says which services need an authorization, and what happens without."""
    without = Without(one.choice("without", tuple(Without)))
    return NeedsAuthorization(
        code=code(one),
        benefits=one.texts("benefits", (), options=[each.code for each in benefits]),
        classes=one.texts("classes", (), options=sorted({each.benefit_class for each in benefits} - {""})),
        codes=patterns(one, "codes"),
        revenue_codes=patterns(one, "revenue_codes"),
        tiers=one.texts("tiers", tuple(names), options=names),
        without=without,
        penalty=_penalty(one.section("penalty")) if without is Without.PENALTY else None,
        borne_by_provider=one.choice("excess", ("member", "write_off"), "member") == "write_off",
        emergency_too=one.flag("emergency_too", False),
        clause=clause(one),
    )


def _penalty(section: Section) -> Penalty:
    with section as one:
        percent, cents = percent_bp(one, "percent", None), amount(one, "amount", None)
        if (percent is None) == (cents is None):
            raise DocumentError("Either percent or amount is wanted.", where=one.where)
        return Penalty(
            of=PenaltyOf(one.choice("of", tuple(PenaltyOf), PenaltyOf.BENEFIT)),
            percent_bp=percent or 0,
            amount_cents=cents or 0,
            most_cents=amount(one, "most", None),
            per_line=one.choice("per", ("claim", "line"), "claim") == "line",
        )
