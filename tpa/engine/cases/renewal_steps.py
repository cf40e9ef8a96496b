"""The steps of a renewal as a case asks for them: each reads its table and answers for itself."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

from tpa.engine.cases.question import Answer, Number, Percent
from tpa.engine.cases.words import Words
from tpa.engine.renewal import comparison, completion, pooling, rates, trend
from tpa.engine.renewal.projection import Assumptions, Projection, project
from tpa.kernel.coverage import TIERS
from tpa.kernel.document import DocumentError, Section
from tpa.kernel.errors import DomainError
from tpa.kernel.money import rounded


def completed(row: Words) -> dict[str, Answer]:
    """`completion`: incurred claims and reserve, by factors that are given or that complete months give."""
    if "paid" in row:
        found = [completion.incurred(int(row.cents("paid")), row.fraction("factor"))]
        return _incurred(found)
    months = [
        completion.MonthPaid(tuple(_amounts(row, "months", n, one))) for n, one in enumerate(row.listed("months"))
    ]
    if "factors" in row:
        factors = tuple(_fractions(row, "factors"))
    else:
        factors = completion.completion_factors(
            months, row.whole("complete_after", most=60), row.whole("average", completion.AVERAGED_MONTHS, least=1)
        )
    found = completion.completed(months, factors, drop_current=row.flag("drop_current", True))
    return _incurred(found) | {"completion_factors": tuple(str(Percent(one, 2)) for one in factors)}


def _incurred(months: list[completion.Incurred]) -> dict[str, Answer]:
    return {
        "paid": sum(one.paid_cents for one in months),
        "incurred": sum(one.cents for one in months),
        "ibnr": sum(one.ibnr_cents for one in months),
    }


def _amounts(row: Words, key: str, n: int, values: object) -> list[int]:
    if not isinstance(values, list) or not values:
        raise DocumentError("A list of amounts is wanted.", where=f"{row.at(key)}/{n}")
    inner = Words({str(place): one for place, one in enumerate(values)}, f"{row.at(key)}/{n}")
    return [int(inner.cents(str(place))) for place in range(len(values))]


def _fractions(row: Words, key: str) -> list[Fraction]:
    values = row.texts(key)
    inner = Words({str(place): one for place, one in enumerate(values)}, row.at(key))
    return [inner.fraction(str(place)) for place in range(len(values))]


def leveraged(row: Words) -> dict[str, Answer]:
    """`leveraged_trend`: what lies above a deductible before and after, of one claim or of several people's."""
    deductible = int(row.cents("deductible"))
    claims = _amounts(row, "claims", 0, row.value("claims")) if "claims" in row else [int(row.cents("claim"))]
    by, new_deductible = row.fraction("trend", signed=True), int(row.cents("new_deductible", deductible))
    found = [trend.leveraged_trend(claim, deductible, by, new_deductible) for claim in claims]
    before, after = sum(one.excess_cents for one in found), sum(one.trended_cents for one in found)
    answers: dict[str, Answer] = {"excess": before, "trended_excess": after}
    if before:
        answers["excess_change"] = Percent(Fraction(after, before) - 1)
    return answers


def funded(row: Words) -> dict[str, Answer]:
    """`funding`: monthly funding, expected and most, and its rates by tier."""
    lives = row.numbers("lives", TIERS)
    factors = row.section("tier_factors") if "tier_factors" in row else Words({}, row.at("tier_factors"))
    row.value("tier_factors", None)
    by_tier = {tier: _factor(factors, tier) for tier in lives}
    factors.refuse_unknown()
    try:
        found = rates.funding_rates(
            Fraction(int(row.cents("claims"))),
            Fraction(int(row.cents("fixed", 0))),
            lives,
            by_tier,
            margin=row.fraction("margin", Fraction(0)),
            corridor=row.fraction("corridor", Fraction(1)),
        )
    except DomainError as fault:
        raise DocumentError(fault.message, where=row.at("lives")) from fault
    cobra = {tier: rates.cobra_rate(Fraction(cents)) for tier, cents in found.expected_rates_cents.items()}
    return {
        "expected_funding": found.expected_cents,
        "maximum_funding": found.maximum_cents,
        "expected_rates": found.expected_rates_cents,
        "maximum_rates": found.maximum_rates_cents,
        "cobra_rates": cobra,
    }


def _factor(factors: Section, tier: str) -> Fraction:
    found = factors.value(tier, 1)
    try:
        factor = Fraction(str(found))
    except (ValueError, ZeroDivisionError):
        factor = Fraction(0)
    if factor <= 0 or isinstance(found, bool):
        raise DocumentError('A factor is a number above zero: "2.5".', where=factors.at(tier))
    return factor


def continued(row: Words) -> dict[str, Answer]:
    """`cobra`: what a month of continued coverage costs, of a known cost or of the year before."""
    if "monthly_cost" in row:
        cost = Fraction(int(row.cents("monthly_cost")))
    else:
        months = row.whole("covered_months", least=1)
        cost = rates.past_cost_monthly(int(row.cents("past_cost")), row.fraction("deflator", Fraction(0)), months)
    disabled = row.flag("disabled", False)
    return {"applicable_premium": rounded(cost), "cobra_premium": rates.cobra_rate(cost, disabled=disabled)}


def budgeted(row: Words) -> dict[str, Answer]:
    """`budget`: the year of an ASO plan."""
    employees = row.whole("employees", least=1)
    claims, admin, total = rates.budget(
        employees,
        int(row.cents("claims_per_employee", 0)),
        int(row.cents("admin_pepm", 0)),
        [
            int(row.cents("stop_loss", 0)),
            int(row.cents("stop_loss_pepm", 0)) * employees * 12,
            int(row.cents("other", 0)),
        ],
    )
    return {
        "budget_claims": claims,
        "budget_admin": admin,
        "budget": total,
        "budget_monthly": rounded(Fraction(total, 12)),
        "budget_pepm": rounded(Fraction(total, 12 * employees)),
    }


def compared(row: Words) -> dict[str, Answer]:
    """`compare`: ASO beside insurance."""
    expected = int(row.cents("expected_claims"))
    plan = comparison.SelfFunded(
        int(row.cents("fixed")),
        int(row.cents("least_claims", expected)),
        expected,
        int(row.cents("most_claims", expected)),
        int(row.cents("uncovered", 0)),
    )
    found = comparison.compare(plan, int(row.cents("premium")))
    return {
        "aso_best": found.best_cents,
        "aso_expected": found.expected_cents,
        "aso_worst": found.worst_cents,
        "insured": found.insured_cents,
        "saving_best": found.saving_cents(found.best_cents),
        "saving_expected": found.saving_cents(found.expected_cents),
        "saving_worst": found.saving_cents(found.worst_cents),
        "break_even_premium": found.expected_cents,
        "break_even_claims": found.break_even_claims_cents,
    }


def experience(row: Words, claims_cents: int) -> dict[str, Answer]:
    """The chain: paid, incurred, without large claims, trended, blended, against the target."""
    change = _ibnr_change(row)
    large = _amounts(row, "large_claims", 0, row.value("large_claims")) if "large_claims" in row else []
    row.value("large_claims", None)
    level = int(row.cents("pooling_level")) if large else int(row.cents("pooling_level", 0))
    cut = pooling.pool(large, level)
    premium = int(row.cents("premium", 0))
    if "retention" in row and "target_loss_ratio" in row:
        raise DocumentError("Either target_loss_ratio or retention is wanted.", where=row.at("retention"))
    retention = row.fraction("retention", None)
    assumed = Assumptions(
        cut.pooled_cents,
        _charge(row, premium),
        _factors(row),
        int(row.cents("manual", 0)),
        _credibility(row),
        row.fraction("target_loss_ratio", None if retention is None else 1 - retention),
    )
    found = project(claims_cents + change, premium, assumed)
    answers: dict[str, Answer] = {
        "incurred": claims_cents + change,
        "ibnr_change": change,
        "retained": cut.retained_cents,
        "pooled": cut.pooled_cents,
        "pooling_charge": assumed.pooling_charge_cents,
        "experience": found.experience_cents,
        "trend_factor": Number(assumed.factor),
        "trended": rounded(found.trended),
        "credibility": Percent(assumed.credibility),
        "blended": rounded(found.blended),
    }
    return answers | _against_target(row, found, assumed.target_loss_ratio)


def _against_target(row: Words, found: Projection, target: Fraction | None) -> dict[str, Answer]:
    """Loss ratio, needed premium, rate change, as far as premium and target are there."""
    current = row.amounts("current_rates", TIERS)
    answers: dict[str, Answer] = {}
    if found.loss_ratio is not None:
        answers["loss_ratio"] = Percent(found.loss_ratio)
    if found.needed is not None and target is not None:
        answers["needed_premium"] = rounded(found.needed)
        answers["retention_on_claims"] = Percent(rates.retention_on_claims(1 - target))
    if found.rate_change is not None:
        answers["rate_change"] = Percent(found.rate_change)
        answers["new_rates"] = {tier: rounded(of * (1 + found.rate_change)) for tier, of in current.items()}
    return answers


def _ibnr_change(row: Words) -> int:
    if "ibnr" not in row:
        row.value("ibnr", None)
        return 0
    with row.section("ibnr") as one:
        return completion.incurred_in_period(0, int(one.cents("opening", 0)), int(one.cents("closing")))


def _charge(row: Words, premium: int) -> int:
    if "pooling_charge_bp" in row:
        return rounded(premium * row.fraction("pooling_charge"))
    return int(row.cents("pooling_charge", 0))


def _factors(row: Words) -> Fraction:
    """Inflation, trend and the change of plan design, one upon the other."""
    factor: Fraction = Fraction(1)
    for key in ("inflation", "design_change"):
        factor *= 1 + row.fraction(key, Fraction(0), signed=True)
    if not isinstance(row.value("trend", None), Mapping):
        return factor * Fraction(1 + row.fraction("trend", Fraction(0), signed=True))
    with row.section("trend") as one:
        annual: Fraction = one.fraction("annual", signed=True)
        if "months" in one:
            return factor * trend.trend_factor(annual, Fraction(one.whole("months", most=120)))
        months = trend.months_between_midpoints(one.span("experience"), one.span("rating"))
    return factor * trend.trend_factor(annual, months)


def _credibility(row: Words) -> Fraction:
    """Z as it is given, or by the root of the exposure; without either the experience counts whole."""
    if not isinstance(row.value("credibility", None), Mapping):
        return Fraction(row.fraction("credibility", Fraction(1)))
    with row.section("credibility") as one:
        return rates.credibility(one.whole("exposure"), one.whole("full_at", least=1))
