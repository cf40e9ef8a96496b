"""A plan's terms, read from a document. Unknown keys are refused; every fault names its place.

::

    period = "month"
    percent = "2/3"                                  # or "60%"; or amount = 300, whatever the earnings are
    maximum = 6000
    minimum = { amount = 100, percent = "10%" }
    elimination = { days = 90 }                      # or { accident = 0, sickness = 7 }
    duration = { to_age = 65 }                       # or rows, the first that fits counts
    recurrent = { up_to_months = 6 }
    pre_existing = { months_before = 3, months_insured = 12 }
    offsets = [{ income = "social_security", dependents = true }]
    unawarded = "estimate"
    all_sources = { percent = "85%" }
    work = { phases = [{ method = "capped", months = 12 }, { method = "proportional" }], least_loss = "20%" }

Keys that are left out have the values that the calls below show. A table may say under `clause` where it stands in the
booklet; without it the explanation names its place in the document.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction
from typing import Any, TypeVar

from tpa.engine.disability.terms import (
    CAUSES,
    COUNTED_FROM,
    EARNINGS,
    HOSPITAL,
    INCOMES,
    METHODS,
    PARTIALS,
    PERIODS,
    STARTS,
    SURVIVOR_OF,
    UNAWARDED,
    WEEKDAYS,
    WORK_FROM,
    AllSources,
    Duration,
    DurationRow,
    Elimination,
    Minimum,
    Offset,
    Phase,
    PreExisting,
    Recurrent,
    Step,
    Survivor,
    Terms,
    Work,
)
from tpa.engine.plan.terms_values import amount, clause, whole_table
from tpa.kernel.document import DocumentError, Section

MOST_MONTHS = 1_200
_MOST = {"day": 3_660, "week": 520, "month": 120}
_SHARE = re.compile(r"(\d{1,4}(?:\.\d{1,6})?) ?%|(\d{1,6}) ?/ ?(\d{1,6})", re.ASCII)
_MISSING: Any = object()
T = TypeVar("T")


def share(section: Section, key: str, default: Any = _MISSING, *, most: int = 1) -> Any:
    """A part of something, exact: "60%", "66.67%", "2/3"; up to `most` times the whole."""
    found = section.value(key) if default is _MISSING else section.value(key, default)
    if found is default:
        return default
    match = _SHARE.fullmatch(found) if isinstance(found, str) else None
    if match is not None and not (match[3] and int(match[3]) == 0):
        part = Fraction(Decimal(match[1])) / 100 if match[1] else Fraction(int(match[2]), int(match[3]))
        if part <= most:
            return part
    raise DocumentError(
        f"A part up to {most * 100}% is wanted.", where=section.at(key), remedy='Write "60%" or "2/3", in quotes.'
    )


def read_terms(section: Section) -> Terms:
    """The terms of a table. Raises DocumentError with the place of the first fault, unknown keys included."""
    return whole_table(section, _terms)


def _terms(section: Section) -> Terms:
    period = section.choice("period", PERIODS)
    return Terms(
        period,
        _steps(section),
        amount(section, "maximum", None),
        _table(section, "minimum", _minimum),
        section.texts("earnings", ("base",), options=EARNINGS),
        amount(section, "earnings_multiple", 0),
        section.choice("starts", STARTS, "benefit"),
        WEEKDAYS.index(section.choice("week_starts_on", WEEKDAYS, "monday")),
        section.choice("partial", PARTIALS[period], PARTIALS[period][0]),
        section.whole("paid_after_days", 0, most=366),
        whole_table(section.section("elimination"), _elimination),
        whole_table(section.section("duration"), _duration),
        section.whole("own_occupation_months", None, most=MOST_MONTHS),
        _table(section, "recurrent", _recurrent),
        _table(section, "pre_existing", _pre_existing),
        _offsets(section),
        section.choice("unawarded", UNAWARDED, "unreduced"),
        _table(section, "all_sources", _all_sources),
        _table(section, "work", _work),
        share(section, "cost_of_living", Fraction(0)),
        share(section, "recovery", None),
        _table(section, "survivor", _survivor),
        clause(section),
    )


def _steps(section: Section) -> tuple[Step, ...]:
    """The part of earnings, or the amount, of the plan, or of each of its `steps`."""
    if "steps" not in section:
        section.value("steps", None)
        return (Step(*_replaced(section), 0, 0, clause(section)),)
    for key in ("percent", "amount"):
        if key in section:
            raise DocumentError(f"Either {key} or steps are wanted.", where=section.at(key))
    rows = section.sections("steps")
    found = tuple(whole_table(row, _step) for row in rows)
    for n, (row, step) in enumerate(zip(rows, found, strict=True), 1):
        if step.is_last != (n == len(found)):
            raise DocumentError("The last step, and no other, is without an end.", where=row.where)
    if not found:
        raise DocumentError("A step or more is wanted.", where=section.at("steps"))
    return found


def _step(section: Section) -> Step:
    days = section.whole("days", 0, most=36_600) + 7 * section.whole("weeks", 0, most=5_200)
    return Step(*_replaced(section), days, section.whole("months", 0, most=MOST_MONTHS), clause(section))


def _replaced(section: Section) -> tuple[Fraction | None, int]:
    """(part of earnings, amount): one of them."""
    percent, flat_cents = share(section, "percent", None), amount(section, "amount", None)
    if (percent is None) == (flat_cents is None):
        raise DocumentError("Either percent (of earnings) or amount is wanted.", where=section.at("percent"))
    return percent, flat_cents or 0


def _table(section: Section, key: str, read: Callable[[Section], T]) -> T | None:
    """What `read` makes of the table under `key`; None without one."""
    if key in section:
        return whole_table(section.section(key), read)
    section.value(key, None)
    return None


def _minimum(section: Section) -> Minimum:
    found = Minimum(
        amount(section, "amount", 0),
        share(section, "percent", Fraction(0)),
        section.flag("working", True),
        clause(section),
    )
    if not (found.cents or found.percent):
        raise DocumentError("An amount, a percent (of the gross benefit) or both are wanted.", where=section.where)
    return found


def _elimination(section: Section) -> Elimination:
    alike = {unit: section.whole(f"{unit}s", None, most=most) for unit, most in _MOST.items()}
    by_cause = {cause: section.whole(cause, None, most=_MOST["day"]) for cause in CAUSES}
    unit, length = next(((unit, length) for unit, length in alike.items() if length is not None), ("day", None))
    named = [cause for cause in CAUSES if by_cause[cause] is not None]
    lengths = [one for one in alike.values() if one is not None]
    if len(lengths) + bool(named) != 1 or (named and named[:2] != ["accident", "sickness"]):
        raise DocumentError(
            "How long somebody is disabled before benefits begin is wanted, for all causes or for each.",
            where=section.where,
            remedy="Write one of { days = 7 }, { weeks = 26 }, { months = 6 }, or days by cause: "
            "{ accident = 0, sickness = 7 }, where pregnancy is as sickness if it is not named.",
        )
    sickness = by_cause["sickness"] or 0
    of_cause = {cause: sickness if found is None else found for cause, found in by_cause.items()}
    return Elimination(
        of_cause if length is None else dict.fromkeys(CAUSES, length),
        unit,
        section.choice("hospital", HOSPITAL, HOSPITAL[0]),
        section.whole("hospital_days", 1, least=1, most=366),
        section.flag("after_leave", False),
        section.whole("trial_work_days", 0, most=366),
        section.flag("worked_days_count", False),
        section.whole("retroactive_after_days", None, most=3_660),
        clause(section),
    )


def _duration(section: Section) -> Duration:
    counted_from = section.choice("counted_from", COUNTED_FROM, COUNTED_FROM[0])
    if "rows" not in section:
        section.value("rows", None)
        return Duration((_lasts(section),), counted_from)
    rows = tuple(whole_table(one, _duration_row) for one in section.sections("rows"))
    if not rows or not rows[-1].is_for_all:
        raise DocumentError(
            "The last row holds for everybody who fits none above.",
            where=section.at("rows"),
            remedy="End with a row without below_age, cause and condition.",
        )
    section.value("clause", None)
    return Duration(rows, counted_from)


def _duration_row(section: Section) -> DurationRow:
    return _lasts(section)._replace(
        below_age=section.whole("below_age", None, most=120),
        cause=section.choice("cause", CAUSES, None),
        condition=section.text("condition", None),
    )


def _lasts(section: Section) -> DurationRow:
    """How long benefits last, for everybody."""
    found = DurationRow(
        max(section.whole("days", 0, most=36_600), 7 * section.whole("weeks", 0, most=5_200)),
        section.whole("months", 0, most=MOST_MONTHS),
        section.whole("to_age", None, least=1, most=120),
        section.flag("to_retirement_age", False),
        clause(section),
    )
    if not (found.days or found.months or found.to_age or found.to_retirement_age):
        raise DocumentError(
            "How long benefits last is wanted.",
            where=section.where,
            remedy="Write days, weeks, months, to_age or to_retirement_age; of several the longest counts.",
        )
    return found


def _recurrent(section: Section) -> Recurrent:
    keys = ("up_to_days", "up_to_months", "under_days", "under_months")
    found = {key: section.whole(key, None, most=3_660) for key in keys}
    named = [key for key in keys if found[key] is not None]
    if len(named) != 1:
        raise DocumentError(f"One of {', '.join(keys)} is wanted.", where=section.where)
    in_months = named[0].endswith("months")
    return Recurrent(
        None if in_months else found[named[0]],
        found[named[0]] if in_months else None,
        named[0].startswith("up_to"),
        section.whole("unrelated_days", 1, most=366),
        clause(section),
    )


def _pre_existing(section: Section) -> PreExisting:
    return PreExisting(
        section.whole("months_before", least=1, most=120),
        section.whole("months_insured", least=1, most=120),
        section.whole("months_free", None, least=1, most=120),
        clause(section),
    )


def _offsets(section: Section) -> tuple[Offset, ...]:
    found: list[Offset] = []
    for row in section.sections("offsets"):
        one = whole_table(row, _offset)
        if any(other.income == one.income for other in found):
            raise DocumentError("A row above deducts this income.", where=row.at("income"))
        found.append(one)
    return tuple(found)


def _offset(section: Section) -> Offset:
    return Offset(
        section.choice("income", INCOMES),
        share(section, "percent", Fraction(1)),
        section.flag("dependents", False),
        section.flag("frozen", True),
        clause(section),
    )


def _survivor(section: Section) -> Survivor:
    return Survivor(
        section.whole("periods", least=1, most=120),
        section.whole("after_days", 0, most=3_660),
        section.choice("of", SURVIVOR_OF, SURVIVOR_OF[0]),
        clause(section),
    )


def _all_sources(section: Section) -> AllSources:
    return AllSources(
        share(section, "percent", most=2),
        section.texts("incomes", INCOMES, options=INCOMES),
        section.flag("dependents", True),
        section.flag("work", True),
        clause(section),
    )


def _work(section: Section) -> Work:
    rows = section.sections("phases")
    phases = tuple(whole_table(row, _phase) for row in rows)
    if not phases:
        raise DocumentError("A phase or more is wanted.", where=section.at("phases"))
    for row, phase in zip(rows[:-1], phases, strict=False):
        if phase.months is None:
            raise DocumentError("Only the last phase is without an end.", where=row.at("months"))
    return Work(
        phases,
        section.choice("counted_from", WORK_FROM, WORK_FROM[0]),
        share(section, "least_loss", Fraction(0)),
        share(section, "index", Fraction(0)),
        clause(section),
    )


def _phase(section: Section) -> Phase:
    method = section.choice("method", METHODS)
    percent = Fraction(1)
    if method == "capped":
        percent = share(section, "percent", Fraction(1), most=2)
    elif method == "earnings_off":
        percent = share(section, "percent")
    elif "percent" in section:
        raise DocumentError("A proportional benefit has no percent.", where=section.at("percent"))
    section.value("percent", None)
    return Phase(method, percent, section.whole("months", None, least=1, most=MOST_MONTHS), clause(section))
