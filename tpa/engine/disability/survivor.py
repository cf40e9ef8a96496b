"""What the family of somebody gets who dies while benefits are paid."""

from __future__ import annotations

from tpa.engine.disability.benefit import Move, shown
from tpa.engine.disability.decide import Decision
from tpa.engine.disability.facts import Facts
from tpa.engine.disability.terms import Terms
from tpa.kernel.periods import FOREVER


def survivor_benefit(terms: Terms, facts: Facts, decision: Decision) -> Move | None:
    """So many times the benefit of the last period, once; None where the plan or the facts give none."""
    rule, last = terms.survivor, decision.claims[-1]
    if rule is None or facts.died_on is None or facts.died_on > facts.as_of or not last.payments:
        return None
    if (facts.died_on - last.spells[0].starts_on).days < rule.after_days:
        return None
    if facts.died_on >= (last.ends_before or FOREVER):
        return None
    payment = last.payments[-1]
    of = payment.whole_net_cents if rule.of == "net" else payment.whole_gross_cents
    words = f"{rule.periods} times the last benefit of {shown(of)}, to the survivors"
    return Move("survivor", 0, rule.periods * of, rule.clause, words)
