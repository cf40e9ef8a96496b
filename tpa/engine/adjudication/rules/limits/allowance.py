"""How much does the plan allow for this, and who bears what is above it?"""

from tpa.engine.adjudication.compiled import CompiledShare
from tpa.engine.adjudication.line import LineWork
from tpa.engine.adjudication.rule import Rule
from tpa.kernel.money import portion

NAME = "limits.allowance"


def apply_allowances(work: LineWork) -> None:
    """Move what is above an allowance to the member, or a part of it and the rest to the provider as a discount."""
    dental = work.share.dental
    assert dental is not None
    for allowance, counter in dental.allowances:
        left = work.left(counter)
        over_cents = work.open_cents - left
        if over_cents > 0:
            member_cents = portion(over_cents, allowance.over_bp)
            inputs = (
                ("allowance", allowance.code),
                ("most_cents", allowance.most_cents),
                ("over_cents", over_cents),
                ("rate_bp", allowance.over_bp),
            )
            work.move(NAME, "CO", "45", over_cents - member_cents, allowance.clause, inputs)
            work.move(NAME, "PR", "119", member_cents, allowance.clause, inputs)
        if work.open_cents:
            work.fill(counter, work.open_cents)


def _has_allowances(share: CompiledShare) -> bool:
    return share.dental is not None and bool(share.dental.allowances)


RULE = Rule(
    "A benefit with an allowance is paid up to it on one day.",
    apply_allowances,
    operator="Allowance {allowance} of {most_cents}: {over_cents} is above it, of which the member pays {rate_bp}.",
    member="Your plan allows {most_cents} for this; of the {over_cents} above it you pay {rate_bp}.",
    after=("benefit_limit",),
    wanted=_has_allowances,
)
