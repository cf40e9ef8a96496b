"""A percentage of what Medicare pays: a multiple of its fee schedule, which is data."""

from tpa.engine.pricing.method import Binder, Method, Pricer
from tpa.engine.pricing.table import read_table, table_percent, table_pricer
from tpa.kernel.document import Section


def bind(settings: Section, _: Binder) -> Pricer:
    """`percent` of Medicare's amount per unit, by `amounts` or the `table` of that name."""
    return table_pricer(read_table(settings), table_percent(settings))


METHOD = Method("A percentage of Medicare's amount.", bind, is_fee=True)
