"""What a fee type is. Each lies in a file of its own under `fees/`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from tpa.engine.billing.activity import Activity
from tpa.engine.billing.census import Census
from tpa.engine.billing.lines import Charge
from tpa.kernel.document import Section


class Fee(NamedTuple):
    """A type of fee.

    `parse` reads its terms from a section and refuses what it does not know; `charge` computes a month.
    `stage`: 0 for what follows from the month's facts; a later stage sees what the earlier ones charge
    (`activity.charged_cents`): 1 limits of the TPA's own fees, 2 what is reckoned on them. Terms of such a type that has
    `fees`, labels of others in the schedule, look at these alone. `follows_claims`: it is owed for claims, so also for
    those of the run-out after the agreement's end. `looks_at_work`: it wants `activity.worked`.
    """

    code: str
    label: str
    parse: Callable[[Section], Any]
    charge: Callable[[Census, Activity, Any], list[Charge]]
    stage: int = 0
    follows_claims: bool = False
    looks_at_work: bool = False
