"""Is the person covered on the day of service?"""

from tpa.engine.adjudication.line import LineWork
from tpa.engine.adjudication.rule import Rule

NAME = "screens.coverage"
BEFORE_COVERAGE, AFTER_COVERAGE, NO_SUCH_COVERAGE = "26", "27", "204"
LINES_OF = {
    "professional": ("medical", "vision"),
    "institutional": ("medical",),
    "dental": ("dental",),
    "drug": ("drug", "medical"),
}
"""The lines of coverage under which a form may be paid, the first that holds wins."""


def find_coverage(work: LineWork) -> None:
    """Take the coverage that holds on the line's first day; without one the line is denied."""
    spans = work.work.family.coverages.get(work.claim.member_id, ())
    day = work.line.from_on
    lines = LINES_OF[work.claim.form]
    for wanted in lines:
        for coverage in spans:
            if coverage.starts_on <= day < coverage.ends_before and coverage.line == wanted:
                work.coverage = coverage
                return
    starts = [coverage.starts_on for coverage in spans if coverage.line in lines]
    if not starts:
        carc, reason = NO_SUCH_COVERAGE, "there is no coverage of this kind"
    elif day < min(starts):
        carc, reason = BEFORE_COVERAGE, f"coverage begins on {min(starts)}"
    else:
        carc, reason = AFTER_COVERAGE, "coverage had ended"
    work.deny(NAME, "PR", carc, inputs=(("served_on", day.isoformat()), ("reason", reason)))


RULE = Rule(
    "A service is covered only on a day on which the person is.",
    find_coverage,
    operator="Not covered on {served_on}: {reason}.",
    member="You were not covered on {served_on}: {reason}.",
)
