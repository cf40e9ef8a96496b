"""A table of amounts that the plan itself sets or names: a maximum allowable charge, or a part of what is usual (R-B04)."""

from tpa.engine.pricing.method import Binder, Method, Pricer
from tpa.engine.pricing.table import read_table, table_percent, table_pricer
from tpa.kernel.document import Section
from tpa.kernel.money import BASIS_POINTS


def bind(settings: Section, _: Binder) -> Pricer:
    """`amounts` per unit by code, or the `table` of that name, times `percent` (100% where it is not set)."""
    return table_pricer(read_table(settings), table_percent(settings, BASIS_POINTS))


METHOD = Method("An amount per unit that the plan itself sets.", bind, is_fee=True)
