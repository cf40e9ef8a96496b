"""What an employer is asked for, what is held for want of money, and what of it is at risk."""

from __future__ import annotations

from collections.abc import Mapping

from tpa.engine.cases.question import Answer, Kind, count_of
from tpa.engine.funding.request import Account, Request, Waiting, alert_on, request_for
from tpa.engine.funding.terms import ADVANCING, FundingTerms, Model, minimum_of
from tpa.engine.paying.planning import held_of
from tpa.engine.plan.terms_values import amount, percent_bp
from tpa.kernel.document import DocumentError, Section
from tpa.kernel.errors import DomainError
from tpa.kernel.money import BASIS_POINTS, divide_rounded, parse_amount


def solve(row: Section) -> Mapping[str, Answer]:
    """The request with all its parts; with `budget` the year and the month; with `on` what waits too long."""
    answers: dict[str, Answer] = {}
    monthly = amount(row, "monthly_deposit", 0)
    if row.value("budget", None) is not None:
        annual = _annual(row.section("budget"))
        monthly = monthly or divide_rounded(annual, 12)
        answers = {"annual": annual, "monthly": monthly}
    terms = _terms(row, monthly)
    request = request_for(terms, _account(row, terms, row.flag("pay_before_funded", False)))
    answers |= {"minimum_balance": terms.minimum_cents} | _parts(request)
    asked_on, paid_by, on = (row.day(key, None) for key in ("asked_on", "paid_by", "on"))
    if on is not None:
        alert = alert_on(on, Waiting(request.held_cents, asked_on, paid_by), terms)
        answers |= {
            "days_waiting": count_of(alert.days_waiting),
            "alert": alert.is_overdue,
            "at_risk": alert.at_risk_cents,
        }
    return answers


def _parts(request: Request) -> dict[str, Answer]:
    return {
        "ledger_balance": request.ledger_balance_cents,
        "candidates": request.candidate_cents,
        "candidate_count": count_of(request.candidate_count),
        "zero_pay_count": count_of(request.zero_pay_count),
        "needed": request.needed_cents,
        "top_up": request.top_up_cents,
        "requested": request.requested_cents,
        "payable": request.payable_cents,
        "payable_count": count_of(request.payable_count),
        "held": request.held_cents,
        "held_count": count_of(request.held_count),
        "short": request.short_cents,
        "balance_after": request.after_cents,
    }


def _terms(row: Section, monthly_cents: int) -> FundingTerms:
    minimum = amount(row, "minimum_balance", 0)
    if row.value("minimum_rule", None) is not None:
        if minimum:
            raise DocumentError("Either minimum_balance or minimum_rule is wanted.", where=row.at("minimum_rule"))
        with row.section("minimum_rule") as rule:
            minimum = minimum_of(
                amount(rule, "monthly_claims"),
                percent_bp(rule, "percent", most_bp=10 * BASIS_POINTS),
                amount(rule, "fixed_costs", 0),
            )
    return FundingTerms(
        Model(row.choice("model", tuple(Model), Model.PER_RUN)),
        minimum_cents=minimum,
        replenish_below_cents=amount(row, "replenish_below", None),
        monthly_cents=monthly_cents,
        alert_after_days=row.whole("alert_after_days", 5, most=365),
        lead_days=row.whole("lead_days", 5, most=365),
    )


def _account(row: Section, terms: FundingTerms, pay_before_funded: bool) -> Account:
    months = row.whole("months_due", 0, most=120)
    cash, candidates = _cash(row), _candidates(row)
    available = None if pay_before_funded or terms.model in ADVANCING else cash
    return Account(
        cash_cents=cash,
        candidates_cents=candidates,
        held_cents=held_of(candidates, available),
        outstanding_cents=amount(row, "outstanding", 0),
        spent_cents=amount(row, "spent", 0),
        deposits_due_cents=amount(row, "deposits_due", months * terms.monthly_cents),
        deposits_received_cents=amount(row, "deposits_received", 0),
    )


def _cash(row: Section) -> int:
    """Cash may be overdrawn."""
    text = str(row.value("cash", 0))
    return -int(parse_amount(text[1:])) if text.startswith("-") else int(amount(row, "cash", 0))


def _candidates(row: Section) -> tuple[int, ...]:
    """`approved`: one amount, or a list of amounts, the oldest first."""
    given = row.value("approved", 0)
    rows = given if isinstance(given, list) else [given]
    found = []
    for place, one in enumerate(rows):
        try:
            cents = int(parse_amount(str(one))) if not isinstance(one, bool) else -1
        except DomainError:
            cents = -1
        if cents < 0:
            where = f"{row.at('approved')}/{place}" if isinstance(given, list) else row.at("approved")
            raise DocumentError("An amount, or a list of amounts, is wanted.", where=where)
        found.append(cents)
    return tuple(found) if isinstance(given, list) else tuple(cents for cents in found if cents)


def _annual(budget: Section) -> int:
    """Claims, administration and stop-loss of a year: each an amount, or a rate times the employees."""
    with budget:
        employees = budget.whole("employees", 0)
        claims = amount(budget, "claims", 0) + employees * amount(budget, "claims_per_employee", 0)
        admin = amount(budget, "admin", 0) + 12 * employees * amount(budget, "admin_pepm", 0)
        stop_loss = amount(budget, "stop_loss", 0) + 12 * employees * amount(budget, "stop_loss_pepm", 0)
        return int(claims + admin + stop_loss)


KIND = Kind("What an employer is asked for.", solve)
