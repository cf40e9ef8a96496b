"""Whether a disability is covered at all: insured on its first day, and not from a condition treated before."""

from __future__ import annotations

from datetime import date, timedelta

from tpa.engine.disability.facts import Facts, Spell
from tpa.engine.disability.terms import PreExisting, Terms
from tpa.kernel.periods import add_months


def refusal(terms: Terms, facts: Facts, first: Spell) -> tuple[str, str]:
    """(reason, clause) why nothing is paid of a claim that begins with this spell; empty texts where it is covered."""
    if facts.insured is None:
        return "", ""
    if first.starts_on not in facts.insured:
        return "not_insured", terms.clause
    rule = terms.pre_existing
    if rule is not None and _is_excluded(rule, facts.insured.starts_on, first):
        return "pre_existing", rule.clause
    return "", ""


def _is_excluded(rule: PreExisting, insured_on: date, first: Spell) -> bool:
    looked_at = add_months(insured_on, -rule.months_before)
    treated_before = any(looked_at <= day < insured_on for day in first.treated_on)
    if not treated_before or first.starts_on >= add_months(insured_on, rule.months_insured):
        return False
    return rule.months_free is None or not _went_free(rule.months_free, insured_on, first)


def _went_free(months: int, insured_on: date, first: Spell) -> bool:
    """Whether so many months went by insured, without treatment, before the disability."""
    treated = [day for day in first.treated_on if insured_on <= day < first.starts_on]
    begins = [insured_on, *(day + timedelta(days=1) for day in treated)]
    ends = [*treated, first.starts_on]
    return any(add_months(begin, months) <= end for begin, end in zip(begins, ends, strict=True))
