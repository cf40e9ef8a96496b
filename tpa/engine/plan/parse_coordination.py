"""The table `coordination` of a plan document."""

from __future__ import annotations

from tpa.engine.plan.terms_coordination import Allowable, Coordination, Counts, Method, Unanswered
from tpa.engine.plan.terms_values import amount
from tpa.kernel.document import DocumentError, Section

_DEFAULTS = {
    Method.STANDARD: Allowable.HIGHER,
    Method.SAVINGS_BANK: Allowable.HIGHER,
}
"""NAIC Model Regulation 120: of two negotiated fees the higher one is allowable. Other methods: the plan's own."""


def parse_coordination(plan: Section) -> Coordination | None:
    """The terms of coordination; None where the plan has none. Raises DocumentError."""
    if "coordination" not in plan:
        plan.value("coordination", None)
        return None
    other_party = plan.value("other_party", {})
    if isinstance(other_party, dict) and "other_coverage" in other_party:
        raise DocumentError(
            "With coordination, other_coverage says nothing more.",
            where="/other_party/other_coverage",
            remedy="Leave it out; coordination has the key unanswered.",
        )
    with plan.section("coordination") as one:
        method = Method(one.choice("method", tuple(Method)))
        chooses = method in _DEFAULTS
        if not chooses and "allowable" in one:
            raise DocumentError(f"The method {method} has its own allowable amount.", where=one.at("allowable"))
        allowable = _DEFAULTS.get(method, Allowable.OWN)
        mob = method is Method.MAINTENANCE_OF_BENEFITS
        if mob and "counts" in one:
            raise DocumentError("Here only what the member still owes counts.", where=one.at("counts"))
        return Coordination(
            method=method,
            country=one.choice("country", ("US", "CA"), "US"),
            allowable=Allowable(one.choice("allowable", tuple(Allowable), allowable)),
            unanswered=Unanswered(one.choice("unanswered", tuple(Unanswered), Unanswered.PEND)),
            counts=Counts(one.choice("counts", tuple(Counts), Counts.NORMAL)),
            savings_most_cents=amount(one, "savings_most") if method is Method.SAVINGS_BANK else 0,
            covers=one.choice("covers", ("active", "retired"), "active"),
            employees=one.whole("employees", None, least=1),
            clause=one.text("clause", one.where),
        )
