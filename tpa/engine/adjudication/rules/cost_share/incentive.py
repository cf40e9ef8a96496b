"""How far has the member climbed an incentive ladder?"""

from tpa.engine.accumulators.rollover import steps_climbed
from tpa.engine.adjudication.compiled import CompiledShare
from tpa.engine.adjudication.line import LineWork
from tpa.engine.adjudication.rule import Rule
from tpa.kernel.periods import year_of


def apply_incentive(work: LineWork) -> None:
    """Lower the member's coinsurance by a step for each earlier year with a visit (R-B06)."""
    dental = work.share.dental
    assert dental is not None and dental.incentive is not None
    incentive, code = dental.incentive
    starts_month = 1 if incentive.by_calendar_year else work.plan.terms.year_starts_month
    year_on = year_of(work.line.from_on, starts_month).starts_on
    steps = steps_climbed(incentive, work.work.family.balances, work.person.member_id, code, year_on)
    start_bp = work.share.share.way.coinsurance_bp
    if steps and start_bp > incentive.least_bp:
        work.rate = (max(incentive.least_bp, start_bp - steps * incentive.step_bp), incentive.clause)


def _climbs(share: CompiledShare) -> bool:
    return share.dental is not None and share.dental.incentive is not None


RULE = Rule("The member's percentage falls with each year in which there was a visit.", apply_incentive, wanted=_climbs)
