"""Is the service one of the vision plan's, for who has a medical and a vision plan?"""

from tpa.engine.adjudication.compiled import compile_plan
from tpa.engine.adjudication.line import LineWork
from tpa.engine.adjudication.rule import Rule

MEDICAL, VISION, FORM = "medical", "vision", "professional"


def take_vision(work: LineWork) -> None:
    """Take the vision coverage for what its plan of the day names by code: an examination with the diagnoses that it asks
    for, say; everything else of a professional claim stays medical.
    """
    if work.coverage.line != MEDICAL or work.claim.form != FORM:
        return
    day = work.line.from_on
    for coverage in work.work.family.coverages.get(work.claim.member_id, ()):
        if coverage.line == VISION and coverage.starts_on <= day < coverage.ends_before:
            version = work.work.family.version_on(coverage.plan_id, day)
            if version is not None and compile_plan(version.terms).names(work.line, work.claim, work.person):
                work.coverage = coverage
                return


RULE = Rule(
    "Of who has a medical and a vision plan, the vision plan pays for the services that it names.",
    take_vision,
    after=("coverage",),
)
