"""What is left of a level-funded or budgeted year after its run-out, and whose it is."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from tpa.engine.cases.question import Answer, Kind, count_of
from tpa.engine.funding.settlement import (
    TAX_BASES,
    Deficit,
    Settled,
    SettlementTerms,
    Surplus,
    Tax,
    Year,
    parse_shares,
    settle,
)
from tpa.engine.plan.terms_values import amount, percent_bp
from tpa.kernel.document import DocumentError, Section
from tpa.kernel.money import parse_amount
from tpa.kernel.periods import Span, add_months

_YEAR = Span(date(2025, 1, 1), date(2026, 1, 1))


def solve(row: Section) -> Mapping[str, Answer]:
    """`outcome` and dates; once the run-out has ended all amounts."""
    terms, period = _terms(row), _period(row)
    settles_on = terms.run_out_ends_before(period)
    on = row.day("on", settles_on)
    year = _year(row)
    answers: dict[str, Answer] = {
        "outcome": "run_out",
        "settles_on": settles_on,
        "due_on": terms.due_on(period),
        "settles_in_month": count_of(_months(period.starts_on, settles_on)),
        "owner": terms.owner,
    }
    if on < settles_on:
        return answers
    found = settle(terms, year, period, on=on)
    outcome = "surplus" if found.result_cents > 0 else "deficit" if found.result_cents else "even"
    return answers | {"outcome": outcome} | _amounts(found)


def _amounts(found: Settled) -> dict[str, Answer]:
    return {
        "result": found.result_cents,
        "surplus": max(0, found.result_cents),
        "deficit": max(0, -found.result_cents),
        "employer": found.employer_cents,
        "tpa": found.tpa_cents,
        "carrier": found.carrier_cents,
        "forfeited": found.forfeited_cents,
        "to_reserve": found.to_reserve_cents,
        "returned": found.returned_cents,
        "credited": found.credited_cents,
        "holiday": found.holiday_cents,
        "holiday_months": count_of(found.holiday_months),
        "reserve_used": found.reserve_used_cents,
        "billed": found.billed_cents,
        "carried": found.carried_cents,
        "instalment": found.instalments_cents[0] if found.instalments_cents else 0,
        "forgiven": found.forgiven_cents,
        "reserve_after": found.reserve_after_cents,
        "tax": found.tax_cents,
        "employer_receives": found.employer_receives_cents,
        "employer_owes": found.employer_owes_cents,
    }


def _terms(row: Section) -> SettlementTerms:
    return SettlementTerms(
        run_out_months=row.whole("run_out_months", 12, most=60),
        shares=parse_shares(row),
        surplus=Surplus(row.choice("surplus_use", tuple(Surplus), Surplus.RETURNED)),
        deficit=Deficit(row.choice("deficit_use", tuple(Deficit), Deficit.BILLED)),
        carried_years=row.whole("carried_years", 1, least=1, most=10),
        reserve_target_cents=amount(row, "reserve_target", 0),
        needs_renewal=row.flag("needs_renewal", False),
        taxes=tuple(_tax(one) for one in row.sections("taxes")),
        settled_within_days=row.whole("settled_within_days", 30, most=365),
    )


def _tax(row: Section) -> Tax:
    with row:
        return Tax(row.text("name"), percent_bp(row, "percent"), row.choice("on", TAX_BASES))


def _period(row: Section) -> Span:
    starts_on = row.day("period_starts", _YEAR.starts_on)
    ends_before = row.day("period_ends_before", add_months(starts_on, 12))
    if starts_on >= ends_before:
        raise DocumentError("The period ends before it starts.", where=row.at("period_ends_before"))
    return Span(starts_on, ends_before)


def _year(row: Section) -> Year:
    return Year(
        collected_cents=amount(row, "collected"),
        paid_cents=amount(row, "paid") + amount(row, "paid_run_out", 0),
        stop_loss_cents=amount(row, "stop_loss_credited", 0),
        other_credits_cents=amount(row, "other_credits", 0),
        charges_cents=amount(row, "charges", 0),
        brought_forward_cents=_signed(row, "brought_forward"),
        reserve_cents=amount(row, "reserve", 0),
        deposit_cents=amount(row, "monthly_deposit", 0),
        is_renewed=row.flag("renewed", True),
    )


def _signed(row: Section, key: str) -> int:
    """An amount that may be below zero; 0 where it is not given."""
    text = str(row.value(key, 0))
    return -int(parse_amount(text[1:])) if text.startswith("-") else int(amount(row, key, 0))


def _months(starts_on: date, ends_before: date) -> int:
    return (ends_before.year - starts_on.year) * 12 + ends_before.month - starts_on.month


KIND = Kind("What is left of a funded year after its run-out.", solve)
