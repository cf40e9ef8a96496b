"""Has a person denied the line?"""

from tpa.engine.adjudication.line import LineWork
from tpa.engine.adjudication.overrides import OverrideKind, found
from tpa.engine.adjudication.rule import Rule

NAME = "overrides.denied"


def deny_otherwise(work: LineWork) -> None:
    """Deny the line with the group and code that the examiner gives."""
    one = found(work.claim.overrides, work.line.number, OverrideKind.DENY)
    if one is not None:
        inputs = (("before_cents", work.open_cents), ("reason", one.reason), ("override", one.override_id))
        work.deny_as(NAME, one.group, one.carc, "", inputs)


RULE = Rule(
    "An examiner may deny a line.",
    deny_otherwise,
    operator="An examiner denies the line, {before_cents} were open: {reason}.",
    member="A person has looked at this service, and your plan does not pay it.",
    after=("allowed",),
)
