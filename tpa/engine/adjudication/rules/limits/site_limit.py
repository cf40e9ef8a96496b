"""How often may this tooth, surface, quadrant or arch have the service?"""

from tpa.engine.adjudication.compiled import CompiledShare
from tpa.engine.adjudication.compiled_dental import SiteLimit
from tpa.engine.adjudication.line import LineWork
from tpa.engine.adjudication.rule import Rule
from tpa.engine.plan.teeth import sites_of
from tpa.engine.plan.terms import Measure
from tpa.kernel.money import divide_rounded

NAME = "limits.site_limit"
_THOUSAND = 1000


def apply_site_limits(work: LineWork) -> None:
    """Deny a service on a place that has had it; of several surfaces those that had it are cut off in proportion.

    A line that does not say where it was done waits. A prosthesis that the claim says was placed before counts as one
    use, where the limit says so.
    """
    dental, line = work.share.dental, work.line
    assert dental is not None
    for held in dental.site_limits:
        site = held.limit.site
        assert site is not None
        places = sites_of(site, line.tooth, line.area, line.surfaces)
        if not places:
            if work.pend("site_missing", "review", f"{held.limit.code} needs the {site.value}"):
                return
            continue
        one = _THOUSAND if held.limit.measure is Measure.UNITS else 1
        free = [place for place in places if work.left(held.counter(place)) - _placed(work, held, place, one) >= one]
        if len(free) < len(places):
            inputs = (
                ("limit", held.limit.code),
                ("most", held.limit.most // one),
                ("places", ", ".join(place for place in places if place not in free)),
            )
            if not free:
                work.deny(NAME, "PR", "119", held.limit.clause, inputs)
                return
            kept_cents = divide_rounded(work.open_cents * len(free), len(places))
            work.move(NAME, "PR", "119", work.open_cents - kept_cents, held.limit.clause, inputs)
        for place in free:
            work.fill(held.counter(place), one)


def _placed(work: LineWork, held: SiteLimit, place: str, one: int) -> int:
    """One use where the claim names a placement in the limit's time."""
    placed_on = work.line.placed_before_on
    if placed_on is None or not held.limit.prior_placement or placed_on >= work.line.from_on:
        return 0
    counter, day = held.counter(place), work.line.from_on
    if counter.is_dated:
        return one if placed_on in counter.window_on(day) else 0
    return one if counter.key_on(day) == counter.key_on(placed_on) else 0


def _has_sites(share: CompiledShare) -> bool:
    return share.dental is not None and bool(share.dental.site_limits)


RULE = Rule(
    "A tooth, surface, quadrant or arch has a service so often in a time.",
    apply_site_limits,
    operator="Limit {limit}: {most} for each place; used up for {places}.",
    member="Your plan pays for this {most} time(s) in its period for one place of the mouth; {places} has had it.",
    after=("missing_tooth",),
    wanted=_has_sites,
)
