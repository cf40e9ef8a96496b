"""Does an amount compare with the plan's own rules so that a person has to look?"""

from collections.abc import Iterable

from tpa.engine.adjudication.decision import LineDecision
from tpa.engine.adjudication.line import ClaimWork
from tpa.engine.adjudication.rule import Rule
from tpa.engine.plan.terms import Benefit, PlanTerms
from tpa.engine.plan.terms_control import COMPARISONS, ReviewRule
from tpa.kernel.money import format_amount


def ask_rules(work: ClaimWork) -> None:
    """Pend the claim by each rule of its plans that one of its lines, or their sum, meets; denied lines are left out."""
    for plan in dict.fromkeys(work.plans):
        for rule in plan.terms.control.reviews:
            lines = [line for line in work.decided if not line.denied and _is_meant(rule, line, plan.terms)]
            groups = ((line.number, [line]) for line in lines) if rule.per_line else [(0, lines)] if lines else []
            for number, group in groups:
                cents = sum(_amount(line, rule.amount) for line in group)
                if COMPARISONS[rule.comparison](cents, rule.than_cents):
                    detail = f"{rule.amount} {format_amount(cents)} is {_words(rule)}"
                    work.pend(rule.code, rule.queue, detail, number)


def _is_meant(rule: ReviewRule, line: LineDecision, terms: PlanTerms) -> bool:
    return (
        (not rule.benefits or line.benefit in rule.benefits)
        and (not rule.tiers or line.tier in rule.tiers)
        and (not rule.classes or any(one.benefit_class in rule.classes for one in _named(terms, line.benefit)))
    )


def _named(terms: PlanTerms, code: str) -> Iterable[Benefit]:
    return (one for one in terms.benefits if one.code == code)


def _amount(line: LineDecision, name: str) -> int:
    if name == "discount":
        return sum(move.cents for move in line.moves if (move.group, move.carc) == ("CO", "45"))
    if name == "other_paid":
        return sum(move.cents for move in line.moves if (move.group, move.carc) == ("OA", "23"))
    cents: int = getattr(line, f"{name}_cents")
    return cents


def _words(rule: ReviewRule) -> str:
    return f"{rule.comparison.replace('_', ' ')} {format_amount(rule.than_cents)}"


RULE = Rule(
    "Where an amount is above, below or equal to what a rule of the plan says, a person looks first.",
    ask_rules,
    after=("review",),
)
