"""The first visits of a plan year may share cost in another way (R-A02 d)."""

from tpa.engine.adjudication.compiled import CompiledShare
from tpa.engine.adjudication.line import LineWork
from tpa.engine.adjudication.rule import Rule


def count_visit(work: LineWork) -> None:
    """Say whether the line belongs to one of the first visits, and count the visit once.

    So many of a day's visits were counted as the day has entries, and they are those that were decided first.
    """
    share = work.share
    counter = share.first_visits
    if counter is None:
        return
    day, provider = work.line.from_on, work.claim.provider
    visits = [prior.provider for prior in work.work.same_day(day) if prior.benefit in share.visit_benefits]
    if provider in visits:
        counted = work.noted(counter.code, day, day)
        work.is_first_visit = list(dict.fromkeys(visits)).index(provider) < counted
    elif work.left(counter) > 0:
        work.is_first_visit = True
        work.fill(counter, 1)


def _has_first_visits(share: CompiledShare) -> bool:
    return share.first_visits is not None


RULE = Rule("The first visits of a year may be spared the deductible.", count_visit, wanted=_has_first_visits)
