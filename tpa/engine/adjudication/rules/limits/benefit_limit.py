"""How much of this benefit is left? Limits come before cost sharing (R-A01)."""

from tpa.engine.adjudication.compiled import CompiledShare, HeldLimit
from tpa.engine.adjudication.line import LineWork
from tpa.engine.adjudication.rule import Rule
from tpa.engine.plan.terms import Measure
from tpa.kernel.money import divide_rounded

NAME = "limits.benefit_limit"


def apply_limits(work: LineWork) -> None:
    """Move what lies beyond a limit to the member; units beyond it are cut off in proportion."""
    granted = []
    for held in work.share.limits:
        wanted, left = _wanted(work, held), work.left(held.counter)
        given = min(wanted, left)
        if given < wanted:
            inputs = (
                ("limit", held.limit.code),
                ("most", held.limit.most),
                ("left", left),
                ("measure", held.limit.measure.value),
            )
            if given == 0:
                work.deny(NAME, "PR", "119", held.limit.clause, inputs)
                return
            kept_cents = divide_rounded(work.open_cents * given, wanted)
            work.move(NAME, "PR", "119", work.open_cents - kept_cents, held.limit.clause, inputs)
        granted.append((held, given))
    for held, given in granted:
        # A second limit may have cut the amount further.
        used = min(given, work.open_cents) if held.limit.measure is Measure.ALLOWED else given
        if used:
            work.fill(held.counter, used)


def _wanted(work: LineWork, held: HeldLimit) -> int:
    """What the line asks of the limit. A visit, or a day, that an earlier line brought is not counted again."""
    measure, line = held.limit.measure, work.line
    if measure is Measure.ALLOWED:
        return work.open_cents
    if measure is Measure.UNITS:
        return line.units_milli
    if measure is Measure.VISITS:
        return 0 if any(prior.benefit in held.benefits for prior in work.same_visit()) else 1
    days = (line.through_on - line.from_on).days + 1
    if days == 1 and any(prior.benefit in held.benefits for prior in work.work.same_day(line.from_on)):
        return 0
    return days


def _has_limits(share: CompiledShare) -> bool:
    return bool(share.limits)


RULE = Rule(
    "A benefit is paid up to its dollar, visit, day and unit limits.",
    apply_limits,
    operator="Limit {limit} ({measure}): {left} of {most} was left; {cents} is beyond it.",
    member="Your plan's limit for this benefit is used up; {cents} is beyond it.",
    after=("instalments", "missing_tooth", "one_of", "site_limit"),
    wanted=_has_limits,
)
