"""Whether a disability is covered at all: insured on its first day, and not from a condition treated before."""

from __future__ import annotations

from datetime import date, timedelta
from typing import NamedTuple

from tpa.engine.disability.facts import Facts, Spell
from tpa.engine.disability.terms import PreExisting, Terms
from tpa.kernel.periods import FOREVER, add_months


class Why(NamedTuple):
    """Why something is so: a code, the clause, and in words."""

    code: str
    clause: str
    words: str


def refusal(terms: Terms, facts: Facts, first: Spell) -> Why | None:
    """Why nothing is paid of a claim that begins with this spell; None where it is covered."""
    if facts.insured is None:
        return None
    insured_on = facts.insured.starts_on
    if first.starts_on not in facts.insured:
        until = f" to {facts.insured.last_day}" if facts.insured.ends_before < FOREVER else ""
        return Why("not_insured", terms.clause, f"disabled on {first.starts_on}, insured from {insured_on}{until}")
    rule = terms.pre_existing
    treated_on = _treated_before(rule, insured_on, first) if rule is not None else None
    if rule is None or treated_on is None or first.starts_on >= add_months(insured_on, rule.months_insured):
        return None
    if rule.months_free is not None and _went_free(rule.months_free, insured_on, first):
        return None
    words = (
        f"treated on {treated_on}, in the {rule.months_before} months before {insured_on}, and disabled in the first "
        f"{rule.months_insured} months insured"
    )
    free = "" if rule.months_free is None else f", without {rule.months_free} months free of treatment"
    return Why("pre_existing", rule.clause, words + free)


def _treated_before(rule: PreExisting, insured_on: date, first: Spell) -> date | None:
    """The last treatment in the months before being insured."""
    looked_at = add_months(insured_on, -rule.months_before)
    return max((day for day in first.treated_on if looked_at <= day < insured_on), default=None)


def _went_free(months: int, insured_on: date, first: Spell) -> bool:
    """Whether so many months went by insured, without treatment, before the disability."""
    treated = [day for day in first.treated_on if insured_on <= day < first.starts_on]
    begins = [insured_on, *(day + timedelta(days=1) for day in treated)]
    ends = [*treated, first.starts_on]
    return any(add_months(begin, months) <= end for begin, end in zip(begins, ends, strict=True))
