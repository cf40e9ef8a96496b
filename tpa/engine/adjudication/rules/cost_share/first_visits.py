"""The first visits of a plan year may share cost in another way (R-A02 d)."""

from tpa.engine.adjudication.compiled import CompiledShare
from tpa.engine.adjudication.line import LineWork
from tpa.engine.adjudication.rule import Rule


def count_visit(work: LineWork) -> None:
    """Say whether the line belongs to one of the first visits, and count the visit once."""
    share = work.share
    counter = share.first_visits
    if counter is None:
        return
    seen_by = {prior.claim_id for prior in work.same_visit() if prior.benefit in share.visit_benefits}
    if seen_by:
        # The visit was seen before: it is one of the first if it was counted then, by this claim or by another.
        day, code = work.line.from_on, counter.code
        counted = sum(one.amount for one in work.work.entries if one.code == code and one.period_on == day)
        if seen_by != {work.claim.claim_id}:
            counted += work.work.family.balances.used(work.person.member_id, code, day)
        work.is_first_visit = counted > 0
    elif work.left(counter) > 0:
        work.is_first_visit = True
        work.fill(counter, 1)


def _has_first_visits(share: CompiledShare) -> bool:
    return share.first_visits is not None


RULE = Rule("The first visits of a year may be spared the deductible.", count_visit, wanted=_has_first_visits)
