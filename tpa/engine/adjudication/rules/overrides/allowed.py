"""Has a person allowed another amount than the price?"""

from tpa.engine.adjudication.line import DISCOUNT, LineWork
from tpa.engine.adjudication.overrides import OverrideKind, found
from tpa.engine.adjudication.rule import Rule

NAME = "overrides.allowed"


def allow_otherwise(work: LineWork) -> None:
    """Allow the amount of the override, never more than the charge; the discount grows or shrinks by the difference."""
    one = found(work.claim.overrides, work.line.number, OverrideKind.ALLOW)
    if one is None:
        return
    before, after = work.open_cents, min(one.cents, work.line.charge_cents)
    group = next((move.group for move in work.moves if move.carc == DISCOUNT), work.tier.excess_group)
    inputs = (("before_cents", before), ("after_cents", after), ("reason", one.reason), ("override", one.override_id))
    work.move(NAME, group, DISCOUNT, before - after, "", inputs)
    work.allowed_cents = work.priced_cents = after


RULE = Rule(
    "An examiner may allow another amount.",
    allow_otherwise,
    operator="An examiner allows {after_cents} in place of {before_cents}: {reason}.",
    member="After a person has looked at it, the allowed amount for this service is {after_cents}.",
)
