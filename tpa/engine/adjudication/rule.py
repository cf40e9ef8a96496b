"""A rule: one file, one function on the working line.

In the stages `claim` and `finish` it is a function on the working claim, in `claim_pricing` on the list of its lines
that are priced and not denied.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from tpa.engine.adjudication.compiled import CompiledPlan, CompiledShare
from tpa.engine.adjudication.decision import Move


def always(share: CompiledShare) -> bool:
    """The rule concerns every line."""
    return True


def by_every_plan(plan: CompiledPlan) -> bool:
    """The rule asks something of every plan."""
    return True


@dataclass(frozen=True, slots=True)
class Rule:
    """`says`: the rule in one sentence. `after`: rules of the same stage that come before it.

    `operator` and `member` explain a move of this rule to the desk and to the member: texts with the names of the
    move's inputs in braces, besides `{cents}`. Where it depends on the move what is true of it, `told` gives both texts
    instead. `wanted`: whether the rule has anything to do with a benefit's share; of a
    screen after the plan version is known, `asked_by`: whether it has anything to do with that.
    """

    says: str
    apply: Callable[..., None]
    operator: str = ""
    member: str = ""
    told: Callable[[Move], tuple[str, str]] | None = None
    after: tuple[str, ...] = ()
    wanted: Callable[[CompiledShare], bool] = always
    asked_by: Callable[[CompiledPlan], bool] = by_every_plan
    may_be_set_aside: bool = False
    """Whether an examiner may decide that the rule does not count on a line: what it takes is given back."""
