"""Performance guarantees: fees at risk that are given back where a result falls short of what was promised.

Terms: `fees` (labels of the fees at risk; all of the TPA's own without it), `at_most_bp` (the part of them that all
guarantees together put at risk), `period_months` (1, 3, 6, 12) with `first_in`
(a day of the first period's first month), and `guarantees`::

    guarantees = [
        { measure = "financial_accuracy", at_least_bp = 9_900, at_risk_bp = 200 },
        { measure = "turnaround", steps = [{ below_bp = 9_500, at_risk_bp = 100 }, { below_bp = 9_000, at_risk_bp = 200 }] },
    ]

The part of the fees that the steepest missed step puts at risk is given back in the month in which the period ends.
A result that an audit measured (`activity.measures`, in basis points) holds. Without one, turnaround is the part of the
period's claims that were first decided `within_days` (14) after receipt; financial accuracy what was not paid wrongly of
what was paid; payment accuracy the part of the claims that was not decided again for a fault of the TPA's.
"""

from collections.abc import Callable, Sequence
from datetime import date
from itertools import pairwise
from typing import NamedTuple

from tpa.engine.billing.activity import Activity, Worked
from tpa.engine.billing.census import Census
from tpa.engine.billing.fee import Fee
from tpa.engine.billing.lines import Charge, format_rate
from tpa.engine.billing.scale import rows_of
from tpa.kernel.document import DocumentError, Section
from tpa.kernel.errors import DomainError
from tpa.kernel.money import BASIS_POINTS, format_amount, portion

MEASURES = ("financial_accuracy", "payment_accuracy", "procedural_accuracy", "turnaround", "call_answer", "id_cards")
PERIODS = (1, 3, 6, 12)
TURNAROUND, FINANCIAL, PAYMENT = "turnaround", "financial_accuracy", "payment_accuracy"
WITHIN_DAYS = 14


class Step(NamedTuple):
    """A result below `below_bp` puts `at_risk_bp` of the fees at risk."""

    below_bp: int
    at_risk_bp: int


class Guarantee(NamedTuple):
    """What was promised of one measure, the mildest step first."""

    measure: str
    steps: tuple[Step, ...]
    within_days: int = WITHIN_DAYS


class Terms(NamedTuple):
    """The guarantees, the fees at risk, and the periods."""

    guarantees: tuple[Guarantee, ...]
    fees: tuple[str, ...] | None
    period_months: int
    first_in: date | None
    at_most_bp: int = BASIS_POINTS


def parse(section: Section) -> Terms:
    """The terms from their document."""
    months = section.whole("period_months", 1, least=1, most=12)
    first_in = section.day("first_in", None)
    if months not in PERIODS:
        raise DocumentError("A period has 1, 3, 6 or 12 months.", where=section.at("period_months"))
    if months > 1 and first_in is None:
        raise DocumentError(
            "first_in is needed: a day of the first period's first month.", where=section.at("first_in")
        )
    guarantees = tuple(_guarantee(row) for row in section.sections("guarantees"))
    if not guarantees or len({one.measure for one in guarantees}) < len(guarantees):
        raise DocumentError("At least one guarantee is wanted, each measure once.", where=section.at("guarantees"))
    return Terms(guarantees, section.texts("fees", None), months, first_in, section.rate_bp("at_most_bp", BASIS_POINTS))


def _guarantee(row: Section) -> Guarantee:
    with row:
        measure = row.choice("measure", MEASURES)
        days = row.whole("within_days", WITHIN_DAYS, most=366) if measure == TURNAROUND else WITHIN_DAYS
        if "steps" not in row:
            row.value("steps", None)
            return Guarantee(measure, (Step(row.rate_bp("at_least_bp"), row.rate_bp("at_risk_bp")),), days)
        steps = tuple(_step(one) for one in row.sections("steps"))
        falling = all(a.below_bp > b.below_bp and a.at_risk_bp < b.at_risk_bp for a, b in pairwise(steps))
        if not steps or not falling:
            raise DocumentError(
                "Steps begin with the mildest; each is lower and puts more at risk.", where=row.at("steps")
            )
        return Guarantee(measure, steps, days)


def _step(row: Section) -> Step:
    with row:
        return Step(row.rate_bp("below_bp"), row.rate_bp("at_risk_bp"))


def charge(census: Census, activity: Activity, terms: Terms) -> list[Charge]:
    """What is given back for each guarantee that was missed, in the period's last month."""
    if not _period_ends(census.month.starts_on, terms):
        return []
    fees_cents = activity.fees_of_period_cents(terms.period_months, terms.fees)
    found, left_cents = [], portion(fees_cents, terms.at_most_bp)
    for guarantee in terms.guarantees:
        result = _result(guarantee, activity, terms.period_months)
        if result is None:
            raise DomainError(
                f"The result {guarantee.measure} of the period that ends in {census.month.starts_on:%Y-%m} is not known.",
                where=f"/guarantees/{guarantee.measure}",
                remedy="Record the measured result of the month.",
            )
        missed = [step for step in guarantee.steps if result.bp < step.below_bp]
        if missed and left_cents > 0:
            given = _given_back(guarantee.measure, result, missed[-1], fees_cents, left_cents)
            found.append(given)
            left_cents += given.cents
    return found


class Result(NamedTuple):
    """A result in basis points, rounded down: `good` of `whole`, where it was counted."""

    bp: int
    good: int | None = None
    whole: int | None = None


def _result(guarantee: Guarantee, activity: Activity, months: int) -> Result | None:
    """As it was measured, else as the work of the period says; None where neither tells."""
    measured = activity.measures.get(guarantee.measure)
    if measured is not None:
        return Result(measured)
    worked = activity.worked[:months]
    if guarantee.measure not in _COUNTED or not worked:
        return None
    good, whole = _COUNTED[guarantee.measure](guarantee, worked)
    return Result(max(0, good) * BASIS_POINTS // whole if whole > 0 else BASIS_POINTS, good, whole)


def _in_time(guarantee: Guarantee, worked: Sequence[Worked]) -> tuple[int, int]:
    waits = [(days, count) for one in worked for days, count in one.waits.items()]
    return sum(count for days, count in waits if days <= guarantee.within_days), sum(count for _, count in waits)


def _paid_right(_: Guarantee, worked: Sequence[Worked]) -> tuple[int, int]:
    paid = sum(one.paid_cents for one in worked)
    return paid - sum(one.wrong_cents for one in worked), paid


def _decided_right(_: Guarantee, worked: Sequence[Worked]) -> tuple[int, int]:
    decided = sum(sum(one.waits.values()) for one in worked)
    return decided - sum(one.wrong_count for one in worked), decided


_COUNTED: dict[str, Callable[[Guarantee, Sequence[Worked]], tuple[int, int]]] = {
    TURNAROUND: _in_time,
    FINANCIAL: _paid_right,
    PAYMENT: _decided_right,
}
"""Measure -> (what was right, of how much), where the books can tell."""


def _given_back(measure: str, result: Result, step: Step, fees_cents: int, left_cents: int) -> Charge:
    """The part of the fees, no more than what is left of all that is at risk."""
    at_risk = format_rate(step.at_risk_bp)
    text = (
        f"{format_rate(result.bp)}{_counted(result)} where {format_rate(step.below_bp)} was promised: "
        f"{at_risk} of fees of {format_amount(fees_cents)}"
    )
    basis = {"text": text, "measure": measure, "result_bp": result.bp, **step._asdict(), "fees_cents": fees_cents}
    cents = -min(portion(fees_cents, step.at_risk_bp), left_cents)
    if -cents < portion(fees_cents, step.at_risk_bp):
        basis["text"] = f"{text}, no more than {format_amount(left_cents)} being left at risk"
    return Charge(measure.replace("_", " "), None, at_risk, cents, basis | rows_of("measures"))


def _counted(result: Result) -> str:
    return "" if result.whole is None else f" ({result.good:,} of {result.whole:,})"


def _period_ends(month: date, terms: Terms) -> bool:
    if terms.first_in is None:
        return True
    since = (month.year - terms.first_in.year) * 12 + month.month - terms.first_in.month
    return since >= 0 and (since + 1) % terms.period_months == 0


FEE = Fee("performance", "Performance guarantees", parse, charge, stage=2, looks_at_work=True)
