"""Has another benefit been used that shuts this one out?"""

from tpa.engine.adjudication.compiled import CompiledShare
from tpa.engine.adjudication.line import LineWork
from tpa.engine.adjudication.rule import Rule

NAME = "limits.one_of"


def deny_other(work: LineWork) -> None:
    """Deny a benefit where as many others of the limit as it allows have been used in its time."""
    dental = work.share.dental
    assert dental is not None
    for limit, counters in dental.one_ofs:
        used = [code for code, counter in counters.items() if work.left(counter) < limit.most]
        if work.benefit in used:
            continue
        if len(used) >= limit.most:
            inputs = (("limit", limit.code), ("used", ", ".join(used)))
            work.deny(NAME, "PR", "119", limit.clause, inputs)
            return
        work.fill(counters[work.benefit], 1)


def _has_choices(share: CompiledShare) -> bool:
    return share.dental is not None and bool(share.dental.one_ofs)


RULE = Rule(
    "Of some benefits only one, or so many, are paid in a time: the first that are used shut out the others.",
    deny_other,
    operator="Limit {limit}: {used} was used instead.",
    member="Your plan pays for this or for {used}, not for both.",
    after=("missing_tooth", "site_limit"),
    wanted=_has_choices,
)
