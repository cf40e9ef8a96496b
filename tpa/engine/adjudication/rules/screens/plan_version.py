"""Which version of the plan decides? The one in force on the day of service."""

from tpa.engine.adjudication.compiled import compile_plan
from tpa.engine.adjudication.line import LineWork
from tpa.engine.adjudication.rule import Rule

NAME = "screens.plan_version"


def choose_version(work: LineWork) -> None:
    """Take the latest published version that is effective by the day of service; without one the claim waits."""
    day = work.line.from_on
    chosen = work.work.family.version_on(work.coverage.plan_id, day)
    if chosen is None:
        _wait(work, "plan_not_published", f"no published version of the plan is in force on {day}")
        return
    plan = compile_plan(chosen.terms)
    if not plan.is_known(day):
        _wait(work, "legal_number_missing", f"the ACA limit of the plan year of {day} is not known")
        return
    work.version_id = chosen.version_id
    work.plan = plan


def _wait(work: LineWork, code: str, detail: str) -> None:
    """Pend; where an examiner cleared that, nothing can be decided all the same, so the line is denied."""
    if not work.pend(code, "plans", detail):
        work.deny(NAME, "PR", "204", inputs=(("reason", detail),))


RULE = Rule(
    "The plan version in force on the day of service decides the line.",
    choose_version,
    operator="Not covered: {reason}.",
    member="The plan does not cover this day: {reason}.",
    after=("contribution", "vision"),
)
