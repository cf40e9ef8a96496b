"""What a plan pays somebody who is disabled: by the week or month, reduced and explained, taxed, paid too much."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta

from tpa.engine.cases.question import Answer, Day, Kind, Solved, count_of
from tpa.engine.disability.decide import Claim, Decision, Payment, decide
from tpa.engine.disability.explain import days_words, explain, move_line, move_words
from tpa.engine.disability.facts import Facts
from tpa.engine.disability.facts_read import read_facts
from tpa.engine.disability.periods import cells, days_in
from tpa.engine.disability.recovery import Kept, kept
from tpa.engine.disability.salary import SetOff, set_off
from tpa.engine.disability.survivor import survivor_benefit
from tpa.engine.disability.taxes import Taxed, exempt_from, taxed
from tpa.engine.disability.terms import Terms
from tpa.engine.disability.terms_read import read_terms
from tpa.kernel.document import DocumentError, Section
from tpa.kernel.money import divide_rounded, format_amount, rounded
from tpa.kernel.periods import Span

_DAY = timedelta(days=1)


def solve(row: Section) -> Solved:
    """The decision on all spells of disability: days, benefits by period, sums, taxes."""
    terms = read_terms(row.section("plan"))
    facts = read_facts(row, terms)
    decision = decide(terms, facts)
    if not decision.claims:
        raise DocumentError("The disability begins after as_of.", where=row.at("as_of"))
    payments = decision.payments
    survivor = survivor_benefit(terms, facts, decision)
    answers = {
        **_days(decision),
        **_first(terms, decision.claims[0]),
        **_by_claim(decision),
        **_by_period(payments),
        **_sums(decision),
        "survivor": survivor.cents if survivor else 0,
        **_salary(set_off(terms, facts, decision)),
        **_recovered(decision, kept(terms, facts, decision)),
        **_taxes(facts, payments, taxed(facts, payments)),
    }
    return Solved(answers, (*explain(terms, decision), *(move_line(one) for one in (survivor,) if one)))


def _days(decision: Decision) -> Mapping[str, Answer]:
    payments, last = decision.payments, decision.claims[-1]
    return {
        "outcome": "paid" if payments else "not_paid",
        "reasons": tuple(dict.fromkeys(claim.reason for claim in decision.claims if claim.reason)),
        "claims": count_of(len(decision.claims)),
        "first_payable_on": Day(payments[0].span.starts_on if payments else None),
        "last_payable_on": Day(payments[-1].span.last_day if payments else None),
        "pays_through_on": Day(last.ends_before - _DAY if last.ends_before else None),
        "days": count_of(sum(one.days for one in payments)),
        "periods": count_of(len(payments)),
    }


def _first(terms: Terms, claim: Claim) -> Mapping[str, Answer]:
    """What holds for a whole period of the first claim; `daily` is a day of its first period."""
    cell = next(cells(terms, Span(claim.first_payable_on or claim.spells[0].starts_on)))
    return {
        "earnings": rounded(claim.base),
        "benefit": claim.full.cents,
        "daily": divide_rounded(claim.full.cents, days_in(terms, cell.whole)),
        "elimination_days": count_of(claim.elimination_days),
    }


def _by_claim(decision: Decision) -> Mapping[str, Answer]:
    numbered = {str(n): claim for n, claim in enumerate(decision.claims, 1)}
    return {
        "first_payable": {n: str(claim.first_payable_on or "") for n, claim in numbered.items()},
        "reason": {n: claim.reason for n, claim in numbered.items()},
        "benefits": {n: claim.full.cents for n, claim in numbered.items()},
        "by_claim": {n: sum(one.net_cents for one in claim.payments) for n, claim in numbered.items()},
    }


def _by_period(payments: Sequence[Payment]) -> Mapping[str, Answer]:
    """By the first day of a payment."""
    by_day = {str(one.span.starts_on): one for one in payments}
    return {
        "lines": tuple(_line(one) for one in payments),
        "gross": {day: one.gross_cents for day, one in by_day.items()},
        "net": {day: one.net_cents for day, one in by_day.items()},
        "paid": {day: one.paid_cents for day, one in by_day.items()},
        "income": {day: one.net_cents + one.others_cents for day, one in by_day.items()},
        "moves": {day: tuple(move_words(move) for move in one.moves) for day, one in by_day.items()},
    }


def _line(one: Payment) -> str:
    return f"{days_words(one)}, {format_amount(one.net_cents)}"


def _sums(decision: Decision) -> Mapping[str, Answer]:
    over = decision.overpaid_cents
    return {
        "total_gross": sum(one.gross_cents for one in decision.payments),
        "total": sum(one.net_cents for one in decision.payments),
        "total_paid": sum(one.paid_cents for one in decision.payments),
        "overpayment": max(0, over),
        "underpayment": max(0, -over),
    }


def _salary(found: Sequence[SetOff]) -> Mapping[str, Answer]:
    return {
        "salary_for_benefits": sum(one.benefit_cents for one in found),
        "salary_back": sum(one.back_cents for one in found),
    }


def _recovered(decision: Decision, found: Sequence[Kept]) -> Mapping[str, Answer]:
    return {
        "kept": {str(one.payment.span.starts_on): one.cents for one in found},
        "left_to_recover": decision.overpaid_cents - sum(one.cents for one in found),
    }


def _taxes(facts: Facts, payments: Sequence[Payment], found: Sequence[Taxed]) -> Mapping[str, Answer]:
    last = payments[-1].pays_on if payments else facts.tax.last_worked_on
    return {
        "taxable": sum(one.taxable_cents for one in found),
        "fica_wages": sum(one.fica_cents for one in found),
        "futa_wages": sum(one.futa_cents for one in found),
        "income_tax": sum(one.withheld_cents for one in found),
        "fica_exempt_from": Day(exempt_from(facts, last)),
        "fica": {str(one.starts_on): one.fica_cents for one in found},
    }


KIND = Kind("What a plan pays somebody who is disabled.", solve)
