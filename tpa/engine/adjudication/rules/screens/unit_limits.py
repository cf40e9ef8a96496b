"""Units that are not likely (medically unlikely edits)."""

from tpa.engine.adjudication.compiled import CompiledPlan
from tpa.engine.adjudication.line import LineWork
from tpa.engine.adjudication.rule import Rule

NAME = "screens.unit_limits"
TOO_MANY = "222"
UNIT = 1000


def deny_unlikely(work: LineWork) -> None:
    """Deny a line with more units than a code is likely to have, on the line or on the day, as the limit counts."""
    edits = work.plan.edits
    if edits is None or not work.line.procedure:
        return
    line = work.line
    for limit in edits.unit_limits(work.work.family.edit_tables, line.procedure, line.from_on):
        units_milli = _of_day(work) if limit.per_day else line.units_milli
        if units_milli > limit.most * UNIT:
            per = "day" if limit.per_day else "line"
            inputs = (("code", line.procedure), ("units", units_milli // UNIT), ("most", limit.most), ("per", per))
            work.deny(NAME, "CO", TOO_MANY, edits.clause, inputs)
            return


def _of_day(work: LineWork) -> int:
    """Units of the code by this provider on this day: of this claim, and paid before."""
    code, day = work.line.procedure, work.line.from_on
    own = sum(one.units_milli for one in work.claim.lines if one.procedure == code and one.from_on == day)
    return own + sum(prior.units_milli for prior in work.same_visit() if prior.procedure == code)


def _has_edits(plan: CompiledPlan) -> bool:
    return plan.edits is not None


RULE = Rule(
    "A code is paid for no more units than are likely.",
    deny_unlikely,
    operator="{units} units of {code} on one {per}; {most} are likely at most.",
    member="More units of this service were billed ({units}) than are likely in one {per} ({most}).",
    after=("network",),
    may_be_set_aside=True,
    asked_by=_has_edits,
)
