"""Is there a cheaper service as which the plan pays this one?"""

from tpa.engine.adjudication.compiled import CompiledPlan
from tpa.engine.adjudication.line import LineWork
from tpa.engine.adjudication.rule import Rule
from tpa.engine.plan.teeth import known_tooth


def find_alternate(work: LineWork) -> None:
    """Note the cheaper service of the first alternate that names this one, on this tooth, in this tier (R-B05)."""
    line = work.line
    for one in work.plan.alternates:
        cheaper = one.pays_as.get(line.procedure)
        if (
            cheaper is not None
            and work.tier_name in one.tiers
            and (not one.teeth or known_tooth(line.tooth) in one.teeth)
        ):
            work.alternate = (one, line._replace(procedure=cheaper, repriced_cents=None))
            return


def _has_alternates(plan: CompiledPlan) -> bool:
    return bool(plan.alternates)


RULE = Rule(
    "Where a cheaper service would do, the benefit is that of the cheaper one (alternate benefit).",
    find_alternate,
    after=("network", "add_on", "code_pairs", "unit_limits"),
    asked_by=_has_alternates,
)
