"""Was there a check-up lately? Without one some plans pay less."""

from datetime import timedelta

from tpa.engine.accumulators.rollover import care_code
from tpa.engine.adjudication.compiled import CompiledShare
from tpa.engine.adjudication.line import LineWork
from tpa.engine.adjudication.rule import Rule
from tpa.kernel.periods import add_months


def apply_recent_visit(work: LineWork) -> None:
    """Take the reduced benefit's percentage where none of the visits lies in the months before the day (R-B06)."""
    dental = work.share.dental
    assert dental is not None and dental.recent_visit is not None
    test, code = dental.recent_visit
    day = work.line.from_on
    first_on, last_on = add_months(day, -test.months), day - timedelta(days=1)
    balances, member_id = work.work.family.balances, work.person.member_id
    if balances.used_between(member_id, care_code(code), first_on, last_on) <= 0:
        work.rate = (test.without_bp, test.clause)


def _is_tested(share: CompiledShare) -> bool:
    return share.dental is not None and share.dental.recent_visit is not None


RULE = Rule(
    "Without a check-up in the months before, the member pays the reduced benefit's percentage.",
    apply_recent_visit,
    after=("incentive",),
    wanted=_is_tested,
)
