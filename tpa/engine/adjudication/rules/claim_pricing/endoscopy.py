"""Endoscopies of one family in one session."""

from collections.abc import Sequence

from tpa.engine.adjudication.compiled import CompiledShare
from tpa.engine.adjudication.line import LineWork
from tpa.engine.adjudication.prices import price_alone
from tpa.engine.adjudication.reduction import reduce_price, sessions
from tpa.engine.adjudication.rule import Rule
from tpa.engine.plan.terms_edits import Edits, Endoscopy

NAME = "claim_pricing.endoscopy"


def price_family(lines: Sequence[LineWork]) -> None:
    """The dearest of a family is paid in full, each other what it is above the base examination (R-A22)."""
    for edits, works in sessions(lines):
        for family in edits.endoscopy:
            members = [work for work in works if edits.family_of(work.line.procedure) is family]
            if len(members) > 1:
                _price(edits, family, sorted(members, key=lambda work: (-work.priced_cents, work.line.number)))


def _price(edits: Edits, family: Endoscopy, members: Sequence[LineWork]) -> None:
    for work in members[1:]:
        if work.line.procedure == family.base:
            base_cents: int | None = work.priced_cents
        else:
            base_cents = price_alone(work, work.line._replace(procedure=family.base))
        if base_cents is None:
            # An examiner who settled this without a price has the service paid in full.
            work.pend("no_price", "pricing", family.base)
            continue
        inputs = (("base", family.base), ("base_cents", base_cents), ("price_cents", work.priced_cents))
        reduce_price(work, NAME, max(0, work.priced_cents - base_cents), edits.clause, inputs)


def _has_families(share: CompiledShare) -> bool:
    return share.tier.edits is not None and bool(share.tier.edits.endoscopy)


RULE = Rule(
    "Of a family of endoscopies the dearest is paid in full, the others without the base examination.",
    price_family,
    operator="Another endoscopy of the family of {base}: {price_cents} less {base_cents} of the base.",
    member="A part of this examination ({base_cents}) is in the price of another one of the same day.",
    wanted=_has_families,
    after=("bilateral",),
)
