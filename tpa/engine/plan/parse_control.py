"""Reading what of a plan's claims is looked at, and whom it pays."""

from __future__ import annotations

from tpa.engine.plan.terms import Benefit
from tpa.engine.plan.terms_control import AMOUNTS, COMPARISONS, Assignment, Control, ReviewRule, Sanctioned
from tpa.engine.plan.terms_values import amount, clause, code, percent_bp
from tpa.kernel.document import Section


def read_control(plan: Section, reviews: list[ReviewRule]) -> Control:
    """The plan's own keys; `reviews` are its rules, read already."""
    return Control(
        sanctioned=Sanctioned(plan.choice("sanctioned_providers", tuple(Sanctioned), Sanctioned.PEND)),
        assignment=Assignment(plan.choice("assignment_of_benefits", tuple(Assignment), Assignment.HONOURED)),
        reviews=tuple(reviews),
        audit_sample_bp=percent_bp(plan, "audit_sample", 0),
    )


def read_review_rule(one: Section, names: list[str], benefits: list[Benefit]) -> ReviewRule:
    """One rule that says which claims wait for a person."""
    return ReviewRule(
        code=code(one),
        amount=one.choice("amount", AMOUNTS),
        comparison=one.choice("is", tuple(COMPARISONS)),
        than_cents=amount(one, "than"),
        per_line=one.choice("of", ("line", "claim"), "line") == "line",
        benefits=one.texts("benefits", (), options=[each.code for each in benefits]),
        classes=one.texts("classes", (), options=sorted({each.benefit_class for each in benefits} - {""})),
        tiers=one.texts("tiers", (), options=names),
        queue=code(one, "queue") if "queue" in one else one.text("queue", "review"),
        clause=clause(one),
    )
