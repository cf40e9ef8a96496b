"""How much of this benefit is left? Limits come before cost sharing (R-A01)."""

from datetime import date
from typing import NamedTuple

from tpa.engine.accumulators.counter import Counter
from tpa.engine.adjudication.compiled import CompiledShare, HeldLimit
from tpa.engine.adjudication.decision import Move
from tpa.engine.adjudication.line import LineWork
from tpa.engine.adjudication.rule import Rule
from tpa.engine.adjudication.stay import service_days
from tpa.engine.plan.terms import Excess, Measure, units_text
from tpa.kernel.money import divide_rounded, format_amount

NAME = "limits.benefit_limit"


class _Asked(NamedTuple):
    """What the line asks of a limit that counts, and what it gets of it."""

    held: HeldLimit
    counter: Counter
    wanted: int
    given: int
    days: list[date]
    """Of a limit on days: those that no earlier line has brought."""


def apply_limits(work: LineWork) -> None:
    """Move what lies beyond a limit out. Of the limits that count, the tightest cuts the line, once, in proportion."""
    counted, by_amount = [], []
    for held in work.share.limits:
        counter = held.counter_for(work.line, work.claim)
        if counter is None:
            continue
        if held.limit.measure is Measure.ALLOWED:
            by_amount.append((held, counter))
            continue
        days = _fresh_days(work, counter) if held.limit.measure is Measure.DAYS else []
        if wanted := len(days) or _wanted(work, held):
            given = min(wanted, work.left(counter)) if held.holds else wanted
            counted.append(_Asked(held, counter, wanted, given, days))
    tightest = _tightest(counted)
    if tightest is not None:
        _cut(work, tightest.held, tightest.wanted, tightest.given)
    for held, counter in by_amount:
        if held.holds and not work.is_closed and (left := work.left(counter)) < work.open_cents:
            _cut(work, held, work.open_cents, left)
    if not work.is_closed:
        _file(work, counted, by_amount, tightest)


def _tightest(counted: list[_Asked]) -> _Asked | None:
    """The limit that leaves the smallest part of what is asked; None where each leaves all of it."""
    found = None
    for one in counted:
        if one.given < one.wanted and (found is None or one.given * found.wanted < found.given * one.wanted):
            found = one
    return found


def _cut(work: LineWork, held: HeldLimit, wanted: int, given: int) -> None:
    """Take out what is beyond the limit, in proportion; a line that gets nothing is denied."""
    limit = held.limit
    inputs = (("limit", limit.code), ("most", limit.most), ("left", given), ("measure", limit.measure.value))
    group = "CO" if limit.excess is Excess.WRITE_OFF else "PR"
    if given == 0 and work.open_cents:
        work.deny(NAME, group, "119", limit.clause, inputs)
        return
    kept_cents = divide_rounded(work.open_cents * given, wanted)
    work.move(NAME, group, "119", work.open_cents - kept_cents, limit.clause, inputs)


def _file(
    work: LineWork, counted: list[_Asked], by_amount: list[tuple[HeldLimit, Counter]], tightest: _Asked | None
) -> None:
    """Count what is kept: every limit gives as much of what was asked as the tightest does, parts rounded up."""
    for one in counted:
        used = one.wanted if tightest is None else -(-one.wanted * tightest.given // tightest.wanted)
        _count(work, one.counter, used)
        for day in one.days[:used]:
            work.note(_day_code(one.counter), day, 1)
    for _, counter in by_amount:
        _count(work, counter, work.open_cents)


def _count(work: LineWork, counter: Counter, used: int) -> None:
    """A limit that only counts in this tier may be full already."""
    used = min(used, work.left(counter))
    if used:
        work.fill(counter, used)


def _wanted(work: LineWork, held: HeldLimit) -> int:
    """What the line asks of a limit on units or visits. A visit that an earlier line brought is not counted again."""
    measure = held.limit.measure
    if measure is Measure.UNITS:
        return work.line.units_milli
    if measure is Measure.VISITS:
        return 0 if any(prior.benefit in held.benefits for prior in work.same_visit()) else 1
    return 0


def _fresh_days(work: LineWork, counter: Counter) -> list[date]:
    """The line's days that no earlier line, of this claim or another, has counted to the limit."""
    code = _day_code(counter)
    return [day for day in service_days(work.claim, work.line) if not work.noted(code, day, day)]


def _day_code(counter: Counter) -> str:
    """The code under which the days are noted that a limit has counted."""
    return f"{counter.code}~day"


def _has_limits(share: CompiledShare) -> bool:
    return bool(share.limits)


def _told(move: Move) -> tuple[str, str]:
    """What the limit counts is said with its unit: amounts as such, units whole or in thousandths."""
    inputs = dict(move.inputs)
    measure, most, left = str(inputs["measure"]), int(inputs["most"]), int(inputs["left"])
    if measure == Measure.ALLOWED:
        had, rest, unit = format_amount(most), format_amount(left), ""
    elif measure == Measure.UNITS:
        had, rest, unit = units_text(most), units_text(left), " units"
    else:
        had, rest, unit = str(most), str(left), f" {measure}"
    unit = unit.removesuffix("s") if had == "1" else unit
    used = "is used up" if not left else f"had {rest} left"
    return (
        f"Limit {{limit}} ({measure}): {rest} of {had} was left; {{cents}} is beyond it.",
        f"Your plan's limit of {had}{unit} for this {used}: {{cents}} is beyond it.",
    )


RULE = Rule(
    "A benefit is paid up to its dollar, visit, day and unit limits.",
    apply_limits,
    told=_told,
    after=("instalments", "missing_tooth", "one_of", "site_limit"),
    wanted=_has_limits,
)
