"""What a fee type is. Each lies in a file of its own under `fees/`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from tpa.engine.billing.census import Census
from tpa.engine.billing.lines import Charge, Paid
from tpa.kernel.document import Section


class Fee(NamedTuple):
    """A type of fee.

    `parse` reads its terms from a section and refuses what it does not know; `charge` computes a month.
    `after_others`: it depends on what the schedule's other fees come to (`paid.fees_cents`). `follows_claims`: it is
    owed for claims, so also for those of the run-out after the agreement's end.
    """

    code: str
    label: str
    parse: Callable[[Section], Any]
    charge: Callable[[Census, Paid, Any], list[Charge]]
    after_others: bool = False
    follows_claims: bool = False
