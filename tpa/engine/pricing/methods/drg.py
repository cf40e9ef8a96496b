"""A stay by its diagnosis-related group: relative weight times base rate, and more where the charges run out of it."""

from tpa.engine.plan.terms_values import amount
from tpa.engine.pricing.method import Binder, Found, Method, Package, PricedClaim, PricedLine, Pricer
from tpa.engine.pricing.outlier import read_outlier
from tpa.engine.pricing.price import BASE_RATE, WEIGHT, PriceBook
from tpa.engine.pricing.rows import weight_e4
from tpa.kernel.document import DocumentError, Section
from tpa.kernel.money import divide_rounded

_ONE = 10_000


def bind(settings: Section, _: Binder) -> Pricer:
    """`weights` by DRG or the `table` of that name, times the contract's base rate, else `base_rate`; with `outlier`."""
    base_rate = amount(settings, "base_rate", None)
    table = settings.text("table", "")
    weights: dict[str, int] = {}
    if "weights" in settings:
        with settings.section("weights") as by_drg:
            weights = {drg: weight_e4(by_drg, drg) for drg in by_drg.keys()}  # noqa: SIM118
    settings.value("weights", None)
    if bool(table) == bool(weights):
        raise DocumentError("Either weights or table is wanted.", where=settings.at("weights"))
    outlier_cents = read_outlier(settings)

    def price_by_drg(line: PricedLine, claim: PricedClaim, prices: PriceBook) -> Found | None:
        drg, day = claim.drg, claim.lines[0].from_on
        if not drg:
            return None
        weight = prices.find_weight(table, drg, day) if table else weights.get(drg)
        list_id = claim.price_list_id
        row = prices.find_per(list_id, drg, day, WEIGHT) or prices.find_per(list_id, BASE_RATE, day, WEIGHT)
        base = base_rate if row is None else row.cents
        if weight is None or base is None:
            return None
        cents = divide_rounded(base * weight, _ONE)
        return Package(cents + outlier_cents(sum(one.charge_cents for one in claim.lines), cents))

    return price_by_drg


METHOD = Method("The weight of the diagnosis-related group times the base rate.", bind, is_package=True)
