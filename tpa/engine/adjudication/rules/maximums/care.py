"""Does the service make the year count, for a maximum that rolls over or an incentive that climbs?"""

from tpa.engine.accumulators.balances import AccumulatorEntry
from tpa.engine.adjudication.compiled import CompiledShare
from tpa.engine.adjudication.line import LineWork
from tpa.engine.adjudication.rule import Rule


def file_care(work: LineWork) -> None:
    """File the service under its day for whatever asks for visits, once a day; what is denied does not come so far."""
    dental, day, member_id = work.share.dental, work.line.from_on, work.person.member_id
    assert dental is not None
    entries, balances = work.work.entries, work.work.family.balances
    for code in dental.cares:
        seen = any(entry.code == code and entry.period_on == day for entry in entries)
        if not seen and not balances.used(member_id, code, day):
            entries.append(AccumulatorEntry(member_id, code, day, 1, work.line.number))


def _counts(share: CompiledShare) -> bool:
    return share.dental is not None and bool(share.dental.cares)


RULE = Rule("A visit is remembered for maximums that roll over and incentives.", file_care, wanted=_counts)
