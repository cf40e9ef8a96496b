"""Medicare beside another plan: which of them comes first (42 USC 1395y(b), 42 CFR 411 subparts E to H).

A group plan comes first for whom it covers by current employment, the own or a family member's: from 65 years of age
where the employer has 20 employees, before it because of disability where it has 100. Because of end-stage renal
disease it comes first for 30 months, whatever the employment and the employer's size; then Medicare does, also for who
goes on working (SSA POMS HI 00801.247).
"""

from __future__ import annotations

from datetime import date, timedelta

from tpa.engine.coordination.coverage import HeldCoverage, OrderError, Patient, Verdict
from tpa.engine.statute import statute
from tpa.kernel.periods import add_months

_FULL_AGE = 65


def medicare_first(medicare: HeldCoverage, plan: HeldCoverage, patient: Patient, on: date) -> Verdict:
    """Whether Medicare comes before `plan` on a day (`first`), and by which rule. Raises OrderError."""
    entitlement = medicare.entitlement or _entitled_by(patient, on)
    if entitlement == "esrd" or medicare.esrd_on is not None:
        if medicare.esrd_on is None:
            raise OrderError(
                "Since when Medicare could be had because of renal disease is not known.",
                where=medicare.name,
                remedy="Write esrd_on.",
            )
        # Where Medicare came first before the disease did, it stays first (42 CFR 411.163).
        since_on = medicare.starts_on or (_full_age_on(patient) if entitlement == "age" else None)
        if entitlement != "esrd" and since_on is not None and since_on < medicare.esrd_on:
            before = _by_employment(entitlement, plan, on)
            if before.first:
                return before
        months = int(statute("us/medicare_secondary").on(on)["esrd_months"])
        over_on = add_months(medicare.esrd_on.replace(day=1), months)
        return Verdict(False, "medicare_esrd") if on < over_on else Verdict(True, "medicare_esrd_over")
    return _by_employment(entitlement, plan, on)


def _entitled_by(patient: Patient, on: date) -> str:
    full_age_on = _full_age_on(patient)
    if full_age_on is None:
        raise OrderError("Why the patient has Medicare is not known.", remedy="Write entitlement, or the birth date.")
    return "age" if on >= full_age_on else "disability"


def _full_age_on(patient: Patient) -> date | None:
    """The first day of the month in which somebody attains 65: an age is attained on the day before the birthday.

    Who was born on the first of a month is entitled a month earlier (42 CFR 406.10, 20 CFR 404.102).
    """
    if patient.birth_on is None:
        return None
    return add_months(patient.birth_on - timedelta(days=1), 12 * _FULL_AGE).replace(day=1)


def _by_employment(entitlement: str, plan: HeldCoverage, on: date) -> Verdict:
    if plan.status != "active":
        return Verdict(True, "medicare_not_working")
    figures = statute("us/medicare_secondary").on(on)
    rule, name = (
        ("medicare_working_aged", "working_aged_employees")
        if entitlement == "age"
        else ("medicare_disability", "disabled_employees")
    )
    if plan.employees is None:
        raise OrderError(
            f"How many employees the employer behind {plan.name!r} has is not known.",
            where=plan.name,
            remedy="Write employees.",
        )
    small = plan.employees < int(figures[name])
    return Verdict(small, "medicare_small_employer" if small else rule)
