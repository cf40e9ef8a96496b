"""The penalty for services without the authorization that the plan asks for."""

from __future__ import annotations

from tpa.engine.adjudication.line import LineWork
from tpa.kernel.money import divide_rounded, portion


def take_penalty(work: LineWork, rule: str) -> None:
    """Move the penalty out of what is open, as far as that reaches; it counts to no deductible and no maximum.

    A percentage is of the part that is not authorized; an amount, and the most, hold once a claim unless the plan says line.
    """
    found = work.unauthorized
    if found is None or found.terms.penalty is None or not work.open_cents:
        return
    terms, penalty = found.terms, found.terms.penalty
    subject_cents = divide_rounded(work.open_cents * found.missing_milli, found.of_milli)
    wanted = portion(subject_cents, penalty.percent_bp) if penalty.percent_bp else penalty.amount_cents
    most = penalty.amount_cents or penalty.most_cents
    if most is not None and not penalty.per_line:
        most -= work.work.penalties.get(terms.code, 0)
    cents = min(wanted, work.open_cents) if most is None else min(wanted, work.open_cents, most)
    work.work.penalties[terms.code] = work.work.penalties.get(terms.code, 0) + cents
    inputs = (("needs", terms.code), ("subject_cents", subject_cents), ("rate_bp", penalty.percent_bp))
    work.move(rule, "CO" if terms.borne_by_provider else "PR", found.carc, cents, terms.clause, inputs)
