"""Is a child still young enough for the plan?"""

from tpa.engine.adjudication.compiled import CompiledPlan
from tpa.engine.adjudication.line import LineWork
from tpa.engine.adjudication.rule import Rule
from tpa.kernel.periods import age_on


def check_age(work: LineWork) -> None:
    """Pend the claim of a child who has reached the plan's age limit, unless disabled: coverage should have ended."""
    limit = work.plan.terms.dependent_age_limit
    person = work.person
    if limit is None or person.relationship != "child" or person.disabled:
        return
    age = age_on(person.birth_on, work.line.from_on)
    if age >= limit:
        work.pend("dependent_age", "eligibility", f"a child aged {age}, the plan covers children under {limit}")


def _has_limit(plan: CompiledPlan) -> bool:
    return plan.terms.dependent_age_limit is not None


RULE = Rule("Children are covered up to the plan's age limit.", check_age, after=("plan_version",), asked_by=_has_limit)
