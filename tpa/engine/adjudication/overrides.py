"""What a person decides otherwise on a line than the rules: a fact of the claim, so that deciding again comes to the same.

Nothing is hidden by it: what a rule has moved stays in the trace, and the opposite move beside it, with the reason.
"""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple

SET_ASIDE = "set_aside_for"
"""Name of the input that marks the opposite move of a rule that was set aside; its value is the reason."""


class OverrideKind(StrEnum):
    """A rule does not count on the line; another amount is allowed; the line is denied."""

    SET_ASIDE = "set_aside"
    ALLOW = "allow"
    DENY = "deny"


class Override(NamedTuple):
    """One line's override. `rule` is the name of the rule that is set aside; `cents` what is allowed; `group` and `carc`
    how the line is denied; `reason` the code of why.
    """

    override_id: int
    line_number: int
    kind: OverrideKind
    reason: str
    rule: str = ""
    cents: int = 0
    group: str = ""
    carc: str = ""


def found(overrides: tuple[Override, ...], line_number: int, kind: OverrideKind, rule: str = "") -> Override | None:
    """The override of a line of that kind, of that rule; None where there is none."""
    for one in overrides:
        if one.line_number == line_number and one.kind == kind and one.rule == rule:
            return one
    return None
