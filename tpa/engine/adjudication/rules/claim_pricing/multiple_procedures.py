"""Several procedures in one session."""

from collections.abc import Sequence

from tpa.engine.adjudication.compiled import CompiledShare
from tpa.engine.adjudication.line import LineWork
from tpa.engine.adjudication.reduction import is_assistant, pairs_of_sides, reduce_price, sessions
from tpa.engine.adjudication.rule import Rule
from tpa.engine.plan.terms_edits import Edits, Multiple
from tpa.kernel.money import portion, split

NAME = "claim_pricing.multiple_procedures"
UNIT = 1000
_Item = list[tuple[LineWork, int]]
"""What has one rank together: lines, each with the cents that it brings."""


def reduce_later(lines: Sequence[LineWork]) -> None:
    """Rank the procedures of a session by price, the dearest first, and pay each the rate of its rank (R-A20)."""
    for edits, works in sessions(lines):
        multiple = edits.multiple
        ranked = [work for work in works if multiple is not None and multiple.is_ranked(work.line.procedure)]
        if multiple is not None and ranked:
            _reduce(edits, multiple, ranked)


def _reduce(edits: Edits, multiple: Multiple, works: Sequence[LineWork]) -> None:
    items = sorted(_items(edits, works), key=lambda item: (-sum(cents for _, cents in item), item[0][0].line.number))
    first_rank = _ranked_before(multiple, works[0])
    prices: dict[int, int] = {}
    ranks: dict[int, int] = {}
    for rank, item in enumerate(items, start=first_rank):
        rate_bp = multiple.rates_bp[min(rank, len(multiple.rates_bp) - 1)]
        for work, cents in item:
            number = work.line.number
            ranks.setdefault(number, rank + 1)
            prices[number] = prices.get(number, 0) + portion(cents, rate_bp)
            if multiple.by_report_from is not None and rank + 1 >= multiple.by_report_from and not work.is_closed:
                work.pend("by_report", "pricing", f"procedure {rank + 1} of the day: {work.line.procedure}")
    for work in works:
        number = work.line.number
        if prices[number] != work.priced_cents:
            inputs = (("rank", ranks[number]), ("price_cents", work.priced_cents), ("ranked_cents", prices[number]))
            reduce_price(work, NAME, prices[number], edits.clause, inputs)


def _items(edits: Edits, works: Sequence[LineWork]) -> list[_Item]:
    """A family of endoscopies is one item, and so are the two sides of a procedure; else each unit of a line is one."""
    together: dict[int, str] = {}
    for first, second in pairs_of_sides(edits, works):
        together[first.line.number] = together[second.line.number] = f"sides {first.line.number}"
    items: dict[str, _Item] = {}
    for work in works:
        number = work.line.number
        family = edits.family_of(work.line.procedure)
        name = f"family {family.base}" if family is not None else together.get(number, "")
        units = work.line.units_milli // UNIT
        if name or units < 2 or work.line.units_milli % UNIT or "50" in work.line.modifiers:
            items.setdefault(name or str(number), []).append((work, work.priced_cents))
        else:
            for n, cents in enumerate(split(work.priced_cents, [1] * units)):
                items[f"{number} {n}"] = [(work, cents)]
    return list(items.values())


def _ranked_before(multiple: Multiple, work: LineWork) -> int:
    """How many procedures of the session other claims brought, which were paid by their own ranks."""
    assistant = is_assistant(work.line.modifiers)
    return sum(
        max(1, prior.units_milli // UNIT)
        for prior in work.same_visit()
        if prior.claim_id != work.claim.claim_id
        and multiple.is_ranked(prior.procedure)
        and is_assistant(prior.modifiers) is assistant
    )


def _has_ranks(share: CompiledShare) -> bool:
    return share.tier.edits is not None and share.tier.edits.multiple is not None


RULE = Rule(
    "Of several procedures of one session the dearest is paid in full, the others in part.",
    reduce_later,
    operator="Procedure of rank {rank} by price in this session: {ranked_cents} of {price_cents}.",
    member="Several procedures were done in one session; this one is allowed at {ranked_cents} of {price_cents}.",
    wanted=_has_ranks,
    after=("endoscopy",),
)
