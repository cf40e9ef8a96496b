"""Administration of accounts beside the plan, for each account in the month.

Terms: `account` (`hsa`, `hra`, `fsa`, `commuter`, `wellness`), `rate_cents` or `bands` of it by number of accounts. Counted
is `hsa_accounts`, or the same of the other kinds.
"""

from typing import NamedTuple

from tpa.engine.billing.activity import Activity
from tpa.engine.billing.census import Census
from tpa.engine.billing.fee import Fee
from tpa.engine.billing.lines import Charge
from tpa.engine.billing.scale import Scale, parse_unit_scale, rows_of, unit_charges
from tpa.kernel.document import Section

ACCOUNTS = ("hsa", "hra", "fsa", "commuter", "wellness")


class Terms(NamedTuple):
    """The kind of account, and the rate of each."""

    account: str
    scale: Scale[int]


def parse(section: Section) -> Terms:
    """The terms from their document."""
    return Terms(section.choice("account", ACCOUNTS), parse_unit_scale(section))


def charge(_census: Census, activity: Activity, terms: Terms) -> list[Charge]:
    """A charge for each band that the accounts reach."""
    counted = f"{terms.account}_accounts"
    return unit_charges(terms.scale, activity.counts.get(counted, 0), "accounts", rows_of("counts", counted=counted))


FEE = Fee("account", "Accounts", parse, charge)
